"""Which type Define-XML gives to a variable, and what must be asked of the data to know it.

Source: Define-XML 2.1, ItemDef DataType; ODM 1.3.2, 2.13 (partialDate, incompleteDatetime ...).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from trialport.define.model import DataType
from trialport.functions.model import Type
from trialport.plan.model import Step, VariablePlan
from trialport.spec import sql
from trialport.spec.nodes import DataType as Stored

Used = Mapping[tuple[str, str], Sequence[str]]
"""Dataset and variable to what the data hold: values of a variable with a codelist, shapes of ISO
8601 text (every digit a 9), numbers of decimal places of a number."""

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


def used_query(step: Step) -> exp.Query:
    """Return the query for what the data of a dataset hold: `variable`, `value`, sorted.

    One row a distinct value of a variable with a codelist (numbers as text), a distinct shape of
    an ISO 8601 text, a distinct number of decimal places of another number, and the greatest
    length of each supplemental qualifier (`QVAL.CD34`), in bytes of UTF-8.
    """
    # What is asked alike of several variables is asked of their values together.
    asked: dict[exp.Expr, list[str]] = {}
    for each in step.variables:
        value = _asked(each)
        if value is not None:
            asked.setdefault(value, []).append(each.name)
    selects = [_distinct(step.name, names, value) for value, names in asked.items()]
    if any(each.name == "QNAM" for each in step.variables):
        selects.append(_qualifier_lengths(step.name))
    whole = sql.stacked(selects) if selects else _nothing()
    stacked = sql.subquery(whole, "u")
    return exp.select(exp.Star()).from_(stacked).order_by(*map(sql.column, ("variable", "value")))


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
        used: what `used_query` gave for it.
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


def _asked(variable: VariablePlan) -> exp.Expr | None:
    """Return what is asked of a variable, as text, or None where nothing is."""
    column = sql.column("v")
    if variable.type is Stored.NUM:
        if variable.kind in {Type.DATE, Type.DATETIME}:
            return None
        number = sql.call("tp_number_text", column)
        if is_coded(variable):
            return number
        decimals = sql.call("split_part", number, sql.text("."), exp.Literal.number(2))
        places = exp.cast(sql.call("length", decimals), exp.DataType.Type.VARCHAR)
        whole = exp.EQ(this=column, expression=sql.call("trunc", column))
        return sql.when(whole, sql.text("0"), places)
    if variable.kind is Type.DTC:
        shape = (column, sql.text("[0-9]"), sql.text("9"), sql.text("g"))
        return sql.call("regexp_replace", *shape)
    return column if is_coded(variable) else None


def _distinct(dataset: str, names: Sequence[str], value: exp.Expr) -> exp.Select:
    """Return the distinct results of an expression over `v`, each value of a variable once."""
    values = sql.subquery(sql.stacked([_values(dataset, each) for each in names]), "d")
    select = exp.select(sql.column("variable"), sql.alias(value, "value"))
    return select.distinct().from_(values)


def _values(dataset: str, name: str) -> exp.Select:
    column = sql.column(name)
    select = exp.select(sql.alias(sql.text(name), "variable"), sql.alias(column, "v"))
    return select.distinct().from_(sql.table(dataset)).where(sql.not_null(column))


def _qualifier_lengths(dataset: str) -> exp.Select:
    name = exp.DPipe(this=sql.text("QVAL."), expression=sql.column("QNAM"), safe=True)
    size = sql.call("octet_length", sql.call("encode", sql.column("QVAL")))
    longest = exp.cast(exp.Max(this=size), exp.DataType.Type.VARCHAR)
    select = exp.select(sql.alias(name, "variable"), sql.alias(longest, "value"))
    return select.from_(sql.table(dataset)).group_by(sql.column("QNAM"))


def _nothing() -> exp.Select:
    empty = sql.text("")
    select = exp.select(sql.alias(empty, "variable"), sql.alias(empty.copy(), "value"))
    return select.where(exp.false())
