"""One check of a raw table: the SQL that finds the cells at fault, and the words for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from trialport.diagnostics import Diagnostic, Severity, raw_place, shown


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a raw table.

    Attributes:
        code: code of its diagnostics.
        file: the raw file, as the contract names it.
        query: finds the cells at fault: `__row`, `column`, `value`, `detail`, the last two texts
            or NULL. It has no order.
        problem: the problem with `{value}` and `{detail}` in it.
        remedy: the remedy, likewise.
        severity: what a cell at fault weighs.
        needs: other staged raw tables that the query reads.
        condition: what holds of every cell at fault, and is told by the record alone at little
            cost: where no record meets it the query need not be asked. None where nothing is.
    """

    code: str
    file: str
    query: exp.Select
    problem: str
    remedy: str = ""
    severity: Severity = Severity.ERROR
    needs: tuple[str, ...] = ()
    condition: exp.Expr | None = None


class Fault(NamedTuple):
    """A record that a check's query returned."""

    row: int
    column: str
    value: str | None
    detail: str | None


def finding(check: Check, fault: Fault) -> Diagnostic:
    """Return the diagnostic for a record that the check's query returned."""
    words = {"value": shown(fault.value or ""), "detail": fault.detail or ""}
    place = raw_place(check.file, fault.row, fault.column)
    problem, remedy = check.problem.format_map(words), check.remedy.format_map(words)
    return Diagnostic(check.code, place, problem, remedy, check.severity)
