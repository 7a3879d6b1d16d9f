"""What commands write: findings a line each, tables, documents; stdout holds the result alone."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from trialport.cli.root import DONE, WITH_ERRORS
from trialport.diagnostics import Diagnostic, Place, Severity, WriteError, plain

MOST_LINES = 100
"""How many findings are listed; the rest is counted."""

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def show_checked(head: Mapping[str, Any], found: Sequence[Diagnostic], *, as_json: bool) -> int:
    """Write what a check found, and return the exit code.

    Args:
        head: what was checked, at the head of the document.
        found: the findings.
        as_json: write one document.
    """
    if as_json:
        emit(as_document(head, found))
    else:
        show_findings(found)
    return WITH_ERRORS if has_errors(found) else DONE


def show_findings(found: Sequence[Diagnostic], rest: str = "--json shows them all") -> None:
    """Write findings to stdout, errors first, and their counts to stderr.

    Args:
        found: the findings.
        rest: where those are that the list has no room for, e.g. `out/findings.json`.
    """
    shown = in_order(found)[:MOST_LINES]
    emit("\n".join(map(finding_line, shown)))
    if len(found) > len(shown):
        note(f"{len(found) - len(shown)} more: {rest}")
    note(counts_line(found))


def in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return findings by weight, code, place and problem."""
    return sorted(
        found,
        key=lambda each: (
            _WEIGHT[each.severity],
            each.code,
            each.place.file,
            each.place.line or 0,
            each.place.record,
            each.place.column,
            each.problem,
        ),
    )


def finding_line(each: Diagnostic) -> str:
    """Return a finding on one line: code, place, weight, problem, remedy.

    >>> from trialport.diagnostics import Place
    >>> place = Place("sdtm/ae.yaml", 14)
    >>> click.unstyle(finding_line(Diagnostic("E1203", place, "unknown column 'aestdat'")))
    "E1203 sdtm/ae.yaml:14: error: unknown column 'aestdat'"
    """
    place = plain(str(each.place))
    head = f"{each.code} {place}:" if place else f"{each.code}:"
    weight = click.style(f"{each.severity.value}:", fg=_COLOURS[each.severity])
    tail = f"; {each.remedy}" if each.remedy else ""
    behind = f" [{each.origin}]" if each.origin else ""
    return f"{head} {weight} {plain(each.problem + tail + behind)}"


def counts_line(found: Iterable[Diagnostic]) -> str:
    """Return how many findings there are of each weight.

    >>> counts_line([])
    'no findings'
    """
    counted = counts(found)
    parts = [f"{number} {weight}{'s' * (number != 1)}" for weight, number in counted.items()]
    return ", ".join(parts) if any(counted.values()) else "no findings"


def counts(found: Iterable[Diagnostic]) -> dict[str, int]:
    """Return the number of findings by severity."""
    severities = [each.severity for each in found]
    return {each.value: severities.count(each) for each in Severity}


def has_errors(found: Iterable[Diagnostic]) -> bool:
    """Return whether a finding is an error."""
    return any(each.severity is Severity.ERROR for each in found)


def as_document(head: Mapping[str, Any], found: Iterable[Diagnostic]) -> str:
    """Return a JSON document: what the command made, then `counts` and `findings`."""
    from trialport.pipeline import finding_json

    ordered = in_order(found)
    findings = [finding_json(each) for each in ordered]
    return json_text({**head, "counts": counts(ordered), "findings": findings})


def json_text(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text, its keys in the order given."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows in columns as wide as their longest cell, numbers to the right.

    >>> print(table(["dataset", "records"], [["AE", 1204], ["DM", 7]]))
    dataset  records
    AE          1204
    DM             7
    """
    cells = [[plain(str(cell)) for cell in row] for row in rows]
    right = [_is_numbers([row[at] for row in cells]) for at in range(len(heads))]
    widths = [max(len(row[at]) for row in [heads, *cells]) for at in range(len(heads))]
    lines = [
        "  ".join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in [heads, *cells]
    ]
    return "\n".join(lines)


def _is_numbers(cells: Sequence[str]) -> bool:
    told = [cell for cell in cells if cell != "-"]
    return bool(told) and all(map(str.isdigit, told))


def note(text: str) -> None:
    """Write a line to stderr, unless the command was told to be quiet."""
    context = click.get_current_context(silent=True)
    if context is None or not context.meta.get("trialport.quiet"):
        click.echo(text, err=True)


def emit(text: str) -> None:
    """Write a result to stdout; where nobody reads it any more, that is no fault."""
    if not text:
        return
    with writing_result():
        click.echo(text)


@contextmanager
def writing_result() -> Generator[None]:
    """Write to stdout; where nobody reads it any more, that is no fault.

    Raises:
        WriteError: E4190, stdout takes no more, e.g. because the disk behind it is full.
    """
    try:
        yield
    except BrokenPipeError:
        _close_quietly()
    except OSError as error:
        _close_quietly()
        problem = f"the result cannot be written: {error.strerror or error}"
        remedy = "send it to a place with room"
        raise WriteError([Diagnostic("E4190", Place("stdout"), problem, remedy)]) from error


def _close_quietly() -> None:
    """Let whatever is still written to stdout vanish."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
