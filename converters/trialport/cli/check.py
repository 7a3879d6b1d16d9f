"""`trialport check`: the faults of a specification."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, json_option, quiet_option, study_argument
from trialport.cli.show import show_checked
from trialport.cli.untrusted import run_untrusted, untrusted_options


@click.command("check", epilog=example("trialport check mappings/studies/msc_gvhd"))
@study_argument
@untrusted_options
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    study: Path,
    *,
    untrusted: bool,
    limits: dict[str, int],
    as_json: bool,
) -> None:
    """Check the specification of STUDY; no record is read.

    STUDY is a folder, the name of a shipped study, or a workbook (`trialport spec export`). Every
    fault is one line: its code, the file and line or the sheet and cell, the problem and the
    remedy. The exit code is 1 where one of them is an error.
    """
    if untrusted:
        ctx.exit(run_untrusted(ctx, limits))
    from trialport.diagnostics import SpecError
    from trialport.pipeline import check
    from trialport.study import study_folder

    if study.suffix.lower() == ".xlsx":
        from trialport.pipeline.workbook import check_workbook

        ctx.exit(show_checked({"study": str(study)}, check_workbook(study), as_json=as_json))
    found = check(study)
    if not study_folder(study).is_dir():
        raise SpecError(found)
    ctx.exit(show_checked({"study": str(study)}, found, as_json=as_json))
