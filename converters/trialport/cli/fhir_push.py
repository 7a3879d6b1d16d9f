"""`trialport fhir push`: resources to a FHIR server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialport.cli.options import example, json_option, quiet_option
from trialport.cli.progress import progress
from trialport.cli.show import note, show_checked, table

if TYPE_CHECKING:
    from trialport.fhir.schema import Version
    from trialport.push import Output, Pushed, Settings


@click.command(
    "push",
    epilog=example(
        "trialport fhir push out/msc_gvhd --server https://fhir.example.org/r4 --dry-run"
    ),
)
@click.argument("out", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--server", required=True, metavar="URL", help="Address of the FHIR service.")
@click.option(
    "--fhir",
    "version",
    type=click.Choice(("R4", "R5")),
    help="The FHIR version to send.  [default: that of the folder's name, else R4]",
)
@click.option(
    "--privacy",
    default="strict",
    show_default=True,
    metavar="NAME|FILE",
    help="Privacy profile: what may be sent of subjects.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that holds the bearer token; else the variable TRIALPORT_FHIR_TOKEN is read.",
)
@click.option(
    "--size",
    type=click.IntRange(min=1, max=10_000),
    default=200,
    show_default=True,
    help="Most resources of a Bundle.",
)
@click.option(
    "--retries",
    type=click.IntRange(min=0, max=100),
    default=5,
    show_default=True,
    help="How often a request is repeated that the server cannot answer for the moment.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=60,
    show_default=True,
    help="Seconds to wait for an answer.",
)
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Certificates of the authorities to trust, in PEM, instead of the system's.",
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of journals and of what is rejected.  [default: OUT.push, beside OUT]",
)
@click.option("--allow-http", is_flag=True, help="Send to another machine without encryption.")
@click.option("--allow-plain-ids", is_flag=True, help="Send ids that were made without a key.")
@click.option("--dry-run", is_flag=True, help="Look through the resources; ask no server.")
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    out: Path,
    *,
    server: str,
    version: Version | None,
    privacy: str,
    token_file: Path | None,
    size: int,
    retries: int,
    timeout: float,
    ca_file: Path | None,
    journal: Path | None,
    allow_http: bool,
    allow_plain_ids: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Send the FHIR resources of OUT to a server.

    Each is PUT to its own id, in Bundles, those that are referred to first: sending twice changes
    nothing. A journal beside OUT remembers what the server has, so that a push that was
    interrupted goes on where it ended. The exit code is 1 where the server refuses resources; they
    are in a file beside the journal. Nothing is sent where a resource holds a name, a birth date or
    free text that the privacy profile does not allow.
    """
    from trialport.push import Settings, open_output
    from trialport.push.privacy_profile import load_privacy
    from trialport.push.token import read_token

    settings = Settings(
        server,
        load_privacy(privacy),
        token=read_token(token_file),
        size=size,
        retries=retries,
        timeout=timeout,
        ca_file=ca_file,
        journal=journal,
        allow_http=allow_http,
        allow_plain_ids=allow_plain_ids,
    )
    output = open_output(out, version)
    if dry_run:
        ctx.exit(_dry_run(output, settings, as_json=as_json))
    from trialport.push import push

    with progress(shown=not ctx.meta.get("trialport.quiet")) as shown:
        pushed = push(output, settings, shown)
    ctx.exit(_show(pushed, output, as_json=as_json))


def _dry_run(output: Output, settings: Settings, *, as_json: bool) -> int:
    from trialport.push.run import look

    counts = look(output, settings)
    if not as_json:
        click.echo(table(["type", "resources"], list(counts.items())))
        note("nothing was sent")
    return show_checked(
        {"server": None, "fhir": output.version, "resources": counts}, [], as_json=as_json
    )


def _show(pushed: Pushed, output: Output, *, as_json: bool) -> int:
    kinds = {
        "created": pushed.created,
        "updated": pushed.updated,
        "skipped": pushed.skipped,
        "rejected": pushed.rejected,
    }
    if not as_json:
        rows = [
            (name, count, *(each.get(name, 0) for each in kinds.values()))
            for name, count in pushed.resources.items()
        ]
        click.echo(table(["type", "resources", *kinds], rows))
    head = {
        "server": pushed.server,
        "fhir": output.version,
        "resources": pushed.resources,
        **kinds,
        "journal": str(pushed.journal),
        "rejected_file": str(pushed.rejected_file) if pushed.rejected_file else None,
    }
    code = show_checked(head, pushed.findings, as_json=as_json)
    if pushed.rejected_file and not as_json:
        note(f"what was rejected is in {pushed.rejected_file}")
    return code
