"""`trialport fhir bundle`: NDJSON into transaction Bundles."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, force_option, json_option


@click.command(
    "bundle",
    epilog=example("trialport fhir bundle out/msc_gvhd/fhir/R4 --to out/bundles --size 200"),
)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write; it appears whole or not at all.",
)
@click.option(
    "--size",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    help="Most resources of a Bundle.",
)
@force_option
@json_option
def command(folder: Path, *, to: Path, size: int, force: bool, as_json: bool) -> None:
    """Lay the resources of FOLDER into transaction Bundles.

    FOLDER holds NDJSON files, one a type. The Bundles are numbered in the order in which they are
    to be sent: what others refer to comes first. Each entry is a PUT to the id of its resource, so
    that sending it twice changes nothing.
    """
    from trialport.cli.show import emit, json_text
    from trialport.fhir.bundle import write_bundles
    from trialport.write.folder import fresh_folder

    known = {each.name for each in to.glob("Bundle.*.json")} if to.is_dir() else set[str]()
    with fresh_folder(to, force=force, known=known) as target:
        written = write_bundles(folder, target, size=size)
    if as_json:
        emit(json_text({"folder": str(to), "bundles": [Path(each).name for each in written]}))
    else:
        click.echo(f"{len(written)} Bundles written to {to}")
