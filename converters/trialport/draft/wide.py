"""Columns of a wide table that each hold the result of one test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialport.draft.columns import ColumnProfile
from trialport.draft.names import NamedTest, Names, likeness, plain
from trialport.draft.tables import TableProfile
from trialport.spec.nodes import ColumnType

_NUMBERS = 0.7
"""So large a share of the values of a result are numbers; others say why there is none."""

_UNITS = {
    "CM": "cm", "M": "m", "KG": "kg", "LB": "LB", "IN": "in", "C": "C", "F": "F",
    "MMHG": "mmHg", "BPM": "beats/min", "PCT": "%", "KGM2": "kg/m2", "DEGC": "C",
}  # fmt: skip
"""Units that stand behind the name of a test, and their submission values."""


@dataclass(frozen=True, slots=True)
class WideTest:
    """A column that seems to hold the results of a test, with its unit: a column or a text.

    `is_stated` tells a unit that the data name from one that is only usual.
    """

    test: str
    column: str
    confidence: float
    reason: str
    unit_column: str = ""
    unit: str = ""
    is_stated: bool = False


def wide_tests(table: TableProfile, dataset: str, names: Names) -> tuple[WideTest, ...]:
    """Return the columns of a table that hold results, the surest one for each test."""
    found: dict[str, WideTest] = {}
    for column in table.columns:
        for each in names.tests:
            if each.dataset == dataset:
                made = _test(column, each, dataset, table.columns)
                if made is not None and _is_surer(made, found.get(made.test)):
                    found[made.test] = made
    used: dict[str, WideTest] = {}
    for each in found.values():
        if _is_surer(each, used.get(each.column)):
            used[each.column] = each
    return tuple(used.values())


def _is_surer(made: WideTest, other: WideTest | None) -> bool:
    return other is None or made.confidence > other.confidence


def _test(
    column: ColumnProfile, named: NamedTest, dataset: str, columns: Sequence[ColumnProfile]
) -> WideTest | None:
    name, unit = _without_unit(column.name)
    share, why = max(
        (likeness(text, column.label, named.names, named.words) for text in _stems(name, dataset)),
        default=(0.0, ""),
    )
    if not share:
        return None
    numbers = sum(n for value, n in column.values if _is_number(value))
    shown = sum(n for _, n in column.values)
    if not shown or (numbers < _NUMBERS * shown and column.type is ColumnType.TEXT):
        share, evidence = share * 0.5, "its values are no numbers"
    else:
        evidence = f"{numbers} of {shown} are numbers"
    unit_column = next(iter(_unit_columns(column, named, dataset, columns)), "")
    given = column.described.unit or unit or named.unit
    is_stated = bool(column.described.unit or unit)
    reason = f"{why}; {evidence}"
    return WideTest(named.test, column.name, share, reason, unit_column, given, is_stated)


def _stems(name: str, dataset: str) -> Iterator[str]:
    """Yield the name, and what is left of it without the words for a result."""
    name = name.rpartition(".")[2] or name
    yield name
    words = [each for each in re.split(r"[_.\s]+", name) if each]
    results = {f"{dataset}ORRES", "ORRES", "RESULT", "RES", "VALUE", "VAL", dataset, "PT"}
    rest = [each for each in words if each.upper() not in results]
    if rest and len(rest) < len(words):
        yield "_".join(rest)


def _without_unit(name: str) -> tuple[str, str]:
    before, sign, last = name.rpartition("_")
    unit = _UNITS.get(last.upper(), "")
    return (before, unit) if sign and unit else (name, "")


def _unit_columns(
    column: ColumnProfile, named: NamedTest, dataset: str, columns: Sequence[ColumnProfile]
) -> Iterator[str]:
    """Yield the columns that are named as the unit of a test."""
    own = plain(column.name)
    result = {own, *named.names}
    wanted = {f"{each}{tail}" for each in result for tail in ("U", "UNIT", "UNITS", "ORRESU")}
    wanted |= {f"{each}{dataset}ORRESU" for each in result}
    wanted |= {f"{dataset}ORRESU{each}" for each in named.names}
    for each in columns:
        if plain(each.name) in wanted and each.name != column.name:
            yield each.name


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[<>]?[+-]?\d+(?:[.,]\d+)?", text) is not None
