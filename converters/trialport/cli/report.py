"""`trialport report`: the declared analyses of a study, computed from what a conversion wrote."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.completion import complete_studies
from trialport.cli.options import example, json_option, quiet_option
from trialport.cli.show import emit, json_text


@click.command("report", epilog=example("trialport report out/msc_gvhd"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--study",
    type=click.Path(path_type=Path),
    shell_complete=complete_studies,
    help="Folder of the specification with report.yaml; found by itself for a shipped study.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder to write into; DIR unless given.",
)
@json_option
@quiet_option
def command(folder: Path, *, study: Path | None, out: Path | None, as_json: bool) -> None:
    """Compute the report of the study that a conversion wrote into DIR.

    The analyses that report.yaml declares are computed from the transport files in DIR and from
    nothing else, and written as report.html (one file that opens in any browser) and report.json.
    The packages of the extra are needed: pip install 'trialport[stats]'.
    """
    from trialport.report import make_report

    page, data = make_report(folder, study=study, out=out)
    if as_json:
        emit(json_text({"html": str(page), "json": str(data)}))
    else:
        emit(f"{page}\n{data}")
