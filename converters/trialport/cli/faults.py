"""A fault that ends a command: what is shown of it."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from pathlib import Path

import click

from trialport import __version__
from trialport.cli.show import as_document, emit, finding_line, in_order
from trialport.diagnostics import Diagnostic, Place, TrialportError, no_memory

_REMEDY = (
    "this is a fault of trialport: set TRIALPORT_TRACEBACK=1, repeat the command, and report what "
    "it prints (look through it first, it can show a value of your data) with '{versions}'"
)


def show_fault(error: Exception, *, as_json: bool) -> None:
    """Write a fault as lines on stderr and, where asked, as a document on stdout."""
    if os.environ.get("TRIALPORT_TRACEBACK") == "1":
        click.echo("".join(traceback.format_exception(error)), err=True)
    is_known = isinstance(error, TrialportError)
    found = list(error.diagnostics) if is_known else [own_fault(error)]
    for each in in_order(found):
        click.echo(finding_line(each), err=True)
    if as_json:
        emit(as_document({}, found))


def own_fault(error: BaseException) -> Diagnostic:
    """Return E9001 for an exception that nobody expected, E3294 where memory is short.

    Its text is left out, for it can hold any value of the data; its kind and its place are told.
    """
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return no_memory()
    versions = f"trialport {__version__}, Python {platform.python_version()}, {sys.platform}"
    problem = f"the work ended with {type(error).__name__}"
    return Diagnostic("E9001", _place(error), problem, _REMEDY.format(versions=versions))


def _place(error: BaseException) -> Place:
    """Return the last line of our own code that the exception passed."""
    home = Path(__file__).parents[1]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if Path(each.filename).is_relative_to(home)]
    if not ours:
        return Place()
    where = Path(ours[-1].filename).relative_to(home.parent)
    return Place(where.as_posix(), ours[-1].lineno)
