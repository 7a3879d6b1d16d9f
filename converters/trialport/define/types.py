"""Which type Define-XML gives to a variable, and what must be asked of the data to know it.

Source: Define-XML 2.1, ItemDef DataType; ODM 1.3.2, 2.13 (partialDate, incompleteDatetime ...).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from trialport.define.model import DataType
from trialport.functions.model import Type
from trialport.plan.model import Step, VariablePlan
from trialport.spec import sql
from trialport.spec.nodes import DataType as Stored

Used = Mapping[tuple[str, str], Sequence[str]]
"""Dataset and variable to what the data hold: values of a variable with a codelist, shapes of ISO
8601 text (every digit a 9), numbers of decimal places of numbers that are not whole."""

_Told = Callable[[exp.Expr], exp.Expr]
"""What is told of a value, as text."""

_MOST_BRANCHES = 50

_ZONE = r"(Z|[+-]99:99)?"
_DATE = re.compile("9999-99-99")
_PARTIAL_DATE = re.compile("9999(-99(-99)?)?")
_DATETIME = re.compile(rf"9999-99-99T99:99:99(\.9+)?{_ZONE}")
_PARTIAL_DATETIME = re.compile(rf"9999(-99(-99(T99(:99(:99(\.9+)?)?)?{_ZONE})?)?)?")
_SHAPES = {
    "date": _DATE,
    "partialDate": _PARTIAL_DATE,
    "datetime": _DATETIME,
    "partialDatetime": _PARTIAL_DATETIME,
    "time": re.compile(rf"99:99:99(\.9+)?{_ZONE}"),
    "partialTime": re.compile(rf"99(:99(:99(\.9+)?)?)?{_ZONE}"),
}
_WHOLE = re.compile(r"-?[0-9]+(\.0+)?([eE][+]?[0-9]+)?")
_NUMBER_BYTES = 8
_MOST_DIGITS = 15
"""Significant decimal digits that a double always holds."""


@dataclass(frozen=True, slots=True)
class ItemType:
    """The type of a variable, its length in bytes and its decimal places, where it has them."""

    type: DataType
    length: int | None = None
    significant_digits: int | None = None


def used_queries(steps: Sequence[Step]) -> Iterator[exp.Query]:
    """Yield the queries for what the data hold: `dataset`, `variable`, `value`.

    One row a distinct value of a variable with a codelist (numbers as text), a distinct shape of
    an ISO 8601 text, a distinct number of decimal places of another number that is not whole, and
    the greatest length of each supplemental qualifier (`QVAL.CD34`), in bytes of UTF-8.
    """
    # To plan a query costs more than to look through a dataset of usual size: what is asked alike
    # of variables, in whatever dataset, is asked of their values together.
    asked: dict[_Told, list[exp.Select]] = {}
    for step in steps:
        for each in step.variables:
            told = _told(each)
            if told is not None:
                asked.setdefault(told, []).append(_values(step.name, each.name, told))
    for told, values in asked.items():
        for first in range(0, len(values), _MOST_BRANCHES):
            yield _distinct(values[first : first + _MOST_BRANCHES], told)
    for step in steps:
        if any(each.name == "QNAM" for each in step.variables):
            yield _qualifier_lengths(step.name)


def is_coded(variable: VariablePlan) -> bool:
    """Return whether the values of a variable come from a codelist, so that they are listed."""
    return (
        bool(
            not variable.dictionary
            and (variable.codelist or variable.limited_to or variable.nci_codelists)
            and variable.kind in {Type.TEXT, Type.NUMBER}
        )
        or variable.name == "QNAM"
    )


def item_type(variable: VariablePlan, length: int, used: Sequence[str]) -> ItemType:
    """Return the type of a variable from what the data hold.

    Numeric dates and date-times are integers with a format, as XPORT stores them. A number
    without a value, too, is an integer.

    Args:
        variable: the variable.
        length: its length in the file, in bytes.
        used: what `used_queries` gave for it.
    """
    if variable.type is Stored.CHAR:
        if variable.kind is Type.DTC:
            return ItemType(iso8601_type(used))
        return ItemType("text", length)
    if variable.kind in {Type.DATE, Type.DATETIME}:
        return ItemType("integer", _NUMBER_BYTES)
    places = max(_places(variable, used), default=0)
    if places == 0:
        return ItemType("integer", _NUMBER_BYTES)
    return ItemType("float", _NUMBER_BYTES, min(places, _MOST_DIGITS))


def iso8601_type(shapes: Sequence[str]) -> DataType:
    """Return the narrowest type that holds ISO 8601 texts of these shapes.

    >>> iso8601_type(["9999-99-99", "9999-99"])
    'partialDate'
    >>> iso8601_type(["9999-99-99T99:99"])
    'partialDatetime'
    >>> iso8601_type(["9999---99"])
    'incompleteDatetime'
    """
    types: tuple[tuple[re.Pattern[str], DataType], ...] = (
        (_DATE, "date"),
        (_PARTIAL_DATE, "partialDate"),
        (_DATETIME, "datetime"),
        (_PARTIAL_DATETIME, "partialDatetime"),
    )
    if not shapes:
        return "partialDatetime"
    for pattern, name in types:
        if all(pattern.fullmatch(each) for each in shapes):
            return name
    return "incompleteDatetime"


def fits_type(type_: str, value: str) -> bool:
    """Return whether a text is what an item of this type holds; types of no shape take all.

    >>> fits_type("date", "2024-03"), fits_type("partialDate", "2024-03")
    (False, True)
    >>> fits_type("integer", "1.5")
    False
    """
    if type_ == "integer":
        return bool(_WHOLE.fullmatch(value))
    pattern = _SHAPES.get(type_)
    return pattern is None or pattern.fullmatch(re.sub("[0-9]", "9", value)) is not None


def _places(variable: VariablePlan, used: Sequence[str]) -> list[int]:
    if is_coded(variable):
        return [len(each.partition(".")[2]) for each in used]
    return [int(each) for each in used]


def _told(variable: VariablePlan) -> _Told | None:
    """Return what is told of the values of a variable, as text, or None where nothing is."""
    if variable.type is Stored.NUM:
        if variable.kind in {Type.DATE, Type.DATETIME}:
            return None
        return _number if is_coded(variable) else _decimal_places
    if variable.kind is Type.DTC:
        return _shape
    return _itself if is_coded(variable) else None


def _itself(value: exp.Expr) -> exp.Expr:
    return value


def _number(value: exp.Expr) -> exp.Expr:
    return sql.call("tp_number_text", value)


def _shape(value: exp.Expr) -> exp.Expr:
    return sql.call("translate", value, sql.text("012345678"), sql.text("999999999"))


def _decimal_places(value: exp.Expr) -> exp.Expr:
    """Return the decimal places of a number that is not whole, from text such as 0.05 or 1.5e-07.

    The text has no zeros at its end; `tp_number_text` writes the same digits, but at length.
    """
    text = sql.cast(sql.cast(value, exp.DataType.Type.DOUBLE), exp.DataType.Type.VARCHAR)
    exponent = exp.TryCast(this=_part(text, "e", 2), to=exp.DataType.build("INTEGER"))
    digits = sql.call("length", _part(_part(text, "e", 1), ".", 2))
    moved = sql.call("coalesce", exponent, exp.Literal.number(0))
    return sql.cast(exp.Sub(this=digits, expression=moved), exp.DataType.Type.VARCHAR)


def _part(text: exp.Expr, separator: str, place: int) -> exp.Expr:
    return sql.call("split_part", text, sql.text(separator), exp.Literal.number(place))


def _distinct(values: Sequence[exp.Select], told: _Told) -> exp.Select:
    """Return what is told of values, once each of a variable."""
    names = map(sql.column, ("dataset", "variable"))
    select = exp.select(*names, sql.alias(told(sql.column("v")), "value"), copy=False)
    stacked = sql.subquery(sql.stacked(values), "d")
    return select.distinct(copy=False).from_(stacked, copy=False)


def _values(dataset: str, name: str, told: _Told) -> exp.Select:
    """Return each value of a variable once."""
    column = sql.column(name)
    cells = (sql.text(dataset), "dataset"), (sql.text(name), "variable"), (column, "v")
    wanted = sql.not_null(column)
    if told is _decimal_places:
        wanted = exp.NEQ(this=column, expression=sql.call("trunc", column))
    select = exp.select(*(sql.alias(*each) for each in cells), copy=False)
    select = select.from_(sql.table(dataset), copy=False).where(wanted, copy=False)
    return select.group_by(column, copy=False)


def _qualifier_lengths(dataset: str) -> exp.Select:
    name = exp.DPipe(this=sql.text("QVAL."), expression=sql.column("QNAM"), safe=True)
    size = sql.call("octet_length", sql.call("encode", sql.column("QVAL")))
    longest = exp.cast(exp.Max(this=size), exp.DataType.Type.VARCHAR)
    cells = (sql.text(dataset), "dataset"), (name, "variable"), (longest, "value")
    select = exp.select(*(sql.alias(*each) for each in cells))
    return select.from_(sql.table(dataset)).group_by(sql.column("QNAM"))
