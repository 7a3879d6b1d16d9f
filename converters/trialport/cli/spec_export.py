"""`trialport spec export`: a study as a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, force_option, json_option, quiet_option, study_argument
from trialport.cli.show import emit, json_text


@click.command("export", epilog=example("trialport spec export msc_gvhd out/spec.xlsx"))
@study_argument
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--effective", is_flag=True, help="With what the templates beneath the study say, merged."
)
@force_option
@json_option
@quiet_option
def command(study: Path, file: Path, *, effective: bool, force: bool, as_json: bool) -> None:
    """Write the specification of STUDY as the workbook FILE.

    The sheets are those of Pinnacle 21, with our columns behind its own, and one sheet for each
    further part of a specification. `trialport spec import` makes a study of the workbook again.
    """
    from trialport.cli.xpt_target import fresh_file
    from trialport.pipeline.workbook import export_workbook

    content = export_workbook(study, file.as_posix(), effective=effective)
    with fresh_file(file, force=force) as stream:
        stream.write(content)
    emit(json_text({"study": str(study), "file": str(file)}) if as_json else str(file))
