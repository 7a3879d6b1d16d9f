"""`trialport xpt check`: what departs from the format in a transport file."""

from __future__ import annotations

from pathlib import Path

import click

from trialport.cli.options import encoding_option, example, json_option, quiet_option, xpt_argument
from trialport.cli.show import show_checked
from trialport.diagnostics import DataError, Diagnostic

_NOT_READ = ("E3050", "E3067")
"""The file cannot be opened, or its encoding is none: there is nothing to say about the file."""


@click.command("check", epilog=example("trialport xpt check out/msc_gvhd/sdtm/dm.xpt"))
@xpt_argument
@encoding_option
@json_option
@quiet_option
@click.pass_context
def command(ctx: click.Context, file: Path, *, encoding: str, as_json: bool) -> None:
    """Read all of FILE and report what departs from the format.

    Every header, variable and observation is read. The exit code is 1 where the file is damaged,
    holds text that is not in the encoding, or is no XPORT version 5 file.
    """
    found = _faults(file, encoding)
    ctx.exit(show_checked({"file": str(file)}, found, as_json=as_json))


def _faults(file: Path, encoding: str) -> list[Diagnostic]:
    """Return the departures of each dataset and the first fault that stops reading it."""
    from trialport.cli.xpt_target import stored_datasets

    found: list[Diagnostic] = []
    try:
        stored = stored_datasets(file, encoding)
    except DataError as error:
        return _of_the_file(error)
    for each in stored:
        found += each.findings
        try:
            for _ in each.batches(special_missing=True):
                pass
        except DataError as error:
            found += _of_the_file(error)
    return found


def _of_the_file(error: DataError) -> list[Diagnostic]:
    if any(each.code in _NOT_READ for each in error.diagnostics):
        raise error
    return list(error.diagnostics)
