"""`trialport validate`: the rules, asked of what a conversion wrote."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import example, json_option, quiet_option
from trialport.cli.show import as_document, emit, has_errors, note, plain, show_findings

_NOTHING_THERE = "E3085"
"""The folder holds no transport file, so there is nothing to judge."""


@click.command("validate", epilog=example("trialport validate out/msc_gvhd"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--core/--no-core", default=True, help="Ask CDISC's CORE rules, too (the default).")
@click.option(
    "--sdtmig",
    metavar="VERSION",
    default="3.4",
    show_default=True,
    help="The version of SDTMIG whose CORE rules are asked.",
)
@json_option
@quiet_option
@click.pass_context
def command(ctx: click.Context, folder: Path, *, core: bool, sdtmig: str, as_json: bool) -> None:
    """Check the datasets that a conversion wrote into DIR.

    Every rule is asked of every dataset it applies to. Findings are one line each; a rule that
    could not be asked is listed too, with the reason. The exit code is 1 where a finding is an
    error.
    """
    from trialport.diagnostics import DataError
    from trialport.pipeline import validate

    found, not_run = validate(folder, sdtmig=sdtmig if core else "")
    if any(each.code == _NOTHING_THERE for each in found):
        raise DataError(found)
    if as_json:
        skipped = [dict(zip(("rule", "dataset", "reason"), each, strict=True)) for each in not_run]
        emit(as_document({"folder": str(folder), "not_run": skipped}, found))
    else:
        show_findings(found, "--json shows them all")
        for code, dataset, reason in not_run:
            place = f"{code} {dataset}" if dataset else code
            emit(f"{place}: not run: {plain(reason)}")
        note(f"{len(not_run)} not run")
    ctx.exit(1 if has_errors(found) else 0)
