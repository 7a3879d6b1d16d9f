"""`trialport fhir validate`: resources of any origin against definitions, codes, invariants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialport.cli.options import example, json_option, quiet_option
from trialport.cli.show import show_checked

if TYPE_CHECKING:
    from trialport.fhir.schema import Version


@click.command("validate", epilog=example("trialport fhir validate out/msc_gvhd/fhir/R4"))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--fhir",
    "version",
    type=click.Choice(("R4", "R5")),
    default="R4",
    show_default=True,
    help="The FHIR version to hold them against.",
)
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context, files: tuple[Path, ...], *, version: Version, as_json: bool
) -> None:
    """Check the resources of FILES, whoever wrote them.

    FILES are NDJSON, single resources or Bundles as JSON, or folders of them. They are checked
    together: a reference may name a resource of another file. The exit code is 1 where a finding
    is an error.
    """
    from trialport.fhir.validate_files import validate_files

    counts, found = validate_files(files, version)
    if not as_json:
        for resource_type, count in counts.items():
            click.echo(f"{resource_type:<24} {count:>8}")
    ctx.exit(show_checked({"fhir": version, "resources": counts}, found, as_json=as_json))
