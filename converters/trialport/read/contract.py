"""What in the contract of a raw table cannot be carried out, whatever the data hold."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import cache

from trialport.diagnostics import Diagnostic, Place, did_you_mean
from trialport.read.fhir_contract import fhir_faults
from trialport.read.staged import COLLECTED
from trialport.spec.expression_error import ExpressionError
from trialport.spec.nodes import DateStyle, RawColumn, RawTable, Sources
from trialport.spec.patterns import groups


def contract_faults(name: str, sources: Sources) -> list[Diagnostic]:
    """Return E3022 for each key, bound, pattern, reference or name that cannot be used."""
    contract = sources.tables[name]
    found = [
        _fault(key.place, f"key '{key.text}' is not a column of '{name}'", key.text, contract)
        for key in contract.keys
        if key.text not in contract.columns
    ]
    found += fhir_faults(contract)
    for column_name, column in contract.columns.items():
        found += _bound_faults(column)
        found += _pattern_faults(column)
        found += _reference_faults(column, sources)
        found += _style_faults(column)
        found += _name_faults(column_name, column, contract)
    return found


def usable_column(column: RawColumn, sources: Sources) -> bool:
    """Return whether the checks of a column can be carried out."""
    found = _bound_faults(column) + _pattern_faults(column) + _reference_faults(column, sources)
    return not found and not _style_faults(column)


def _bound_faults(column: RawColumn) -> list[Diagnostic]:
    bounds = {"minimum": column.minimum, "maximum": column.maximum}
    return [
        Diagnostic("E3022", column.place, f"the {bound} '{limit}' is not a number", "write digits")
        for bound, limit in bounds.items()
        if limit is not None and not _is_number(limit)
    ]


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _pattern_faults(column: RawColumn) -> list[Diagnostic]:
    if column.pattern is None:
        return []
    reason = _pattern_fault(column.pattern.text)
    if reason is None:
        return []
    problem = f"the pattern cannot be used ({reason})"
    remedy = "write a regular expression of RE2; it knows no look-ahead and no back-reference"
    return [Diagnostic("E3022", column.pattern.place, problem, remedy)]


@cache
def _pattern_fault(pattern: str) -> str | None:
    """Return what RE2 has against a pattern; Arrow and DuckDB both read patterns with it.

    What the reader of patterns takes is one. Arrow is loaded for the others alone, and asked with
    an array of no values: one made from Python's values would load pandas too.
    """
    with suppress(ExpressionError):
        groups(pattern)
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    options = pc.MatchSubstringOptions(pattern)
    try:
        pc.call_function("match_substring_regex", [pa.nulls(1, pa.string())], options)
    except pa.ArrowInvalid as error:
        return str(error).rpartition(": ")[2]
    return None


def _reference_faults(column: RawColumn, sources: Sources) -> list[Diagnostic]:
    if column.references is None:
        return []
    place = column.references.place
    table, dot, name = column.references.text.partition(".")
    if not dot or table not in sources.tables:
        problem = f"'{column.references.text}' names no raw table and column"
        return [Diagnostic("E3022", place, problem, did_you_mean(table, sources.tables))]
    other = sources.tables[table]
    if name not in other.columns:
        return [_fault(place, f"'{name}' is not a column of '{table}'", name, other)]
    return []


def _style_faults(column: RawColumn) -> list[Diagnostic]:
    styles = column.styles or ()
    if not {DateStyle.DAY_FIRST, DateStyle.MONTH_FIRST} <= set(styles):
        return []
    problem = "with both 'dmy' and 'mdy', 03/04/2024 would be two days"
    return [Diagnostic("E3022", column.place, problem, "state the one that the forms used")]


def _name_faults(name: str, column: RawColumn, contract: RawTable) -> list[Diagnostic]:
    """Return E3022 where SQL would take two columns for one: it does not tell case apart."""
    taken = [other.lower() for other in contract.columns]
    if taken.count(name.lower()) > 1:
        problem = f"column '{name}' differs from another one in case alone"
    elif name.lower().startswith("__") or name.lower().endswith(COLLECTED):
        problem = f"the column name '{name}' is kept for the tool"
    else:
        return []
    return [Diagnostic("E3022", column.place, problem, "rename the column")]


def _fault(place: Place, problem: str, name: str, contract: RawTable) -> Diagnostic:
    return Diagnostic("E3022", place, problem, did_you_mean(name, contract.columns))
