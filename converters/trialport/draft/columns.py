"""What a raw column holds: how much is filled, of which type, between which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlglot import exp

from trialport.draft import missing
from trialport.engine.duckdb import Engine
from trialport.functions.iso8601 import STYLES
from trialport.read.texts import Described
from trialport.read.turned import PATTERNS
from trialport.read.typed import USUAL_STYLES, Reading, call, half_width, typed
from trialport.spec.nodes import ColumnType, DateStyle

MOST_VALUES = 60
"""So many different values of a column are kept, the most frequent first."""

_COUNTED = "draft__counted"

_TYPED = 0.9
"""Of so large a share of its values a type is guessed; the others become findings."""

_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
_WHAT = {
    ColumnType.INTEGER: "whole numbers",
    ColumnType.NUMBER: "numbers",
    ColumnType.DATE: "dates",
    ColumnType.DATETIME: "dates, some with a time",
    ColumnType.TIME: "times",
}


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What a raw column holds.

    Attributes:
        name: as the file names it.
        records: records of the table.
        filled: records with a value; missing codes are none.
        distinct: different values, without missing codes.
        type: the type that the values speak for.
        styles: the styles of its dates, where they are other than the usual ones.
        fitting: how many of the filled values are of the type.
        evidence: why it is this type.
        minimum: the smallest number or the earliest complete date.
        maximum: the largest number or the latest complete date.
        missing: the texts in it that seem to mean missing.
        values: its most frequent values and how often they occur.
        described: what the file says of it.
    """

    name: str
    records: int
    filled: int
    distinct: int
    type: ColumnType
    styles: tuple[DateStyle, ...] = ()
    fitting: int = 0
    evidence: str = ""
    minimum: str = ""
    maximum: str = ""
    missing: tuple[str, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    described: Described = field(default_factory=Described)

    @property
    def label(self) -> str:
        """What the file calls the column."""
        return self.described.label

    @property
    def is_moment(self) -> bool:
        """Whether it holds dates, with or without a time."""
        return self.type in (ColumnType.DATE, ColumnType.DATETIME)

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.type in _NUMBERS

    def to_json(self, *, show_values: bool) -> dict[str, Any]:
        """Return the column as plain values; what it holds only where asked for."""
        made: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "filled": self.filled,
            "distinct": self.distinct,
            "type": self.type.value,
            "styles": [each.value for each in self.styles],
            "evidence": self.evidence,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "missing": list(self.missing),
        }
        if show_values:
            made["values"] = [{"value": value, "records": n} for value, n in self.values]
        return made


def profile_column(engine: Engine, table: str, name: str, described: Described) -> ColumnProfile:
    """Return what a column of a loaded table of texts holds; the table is not changed.

    A type is one that the contract of a raw table could state: the macros that will read the column
    count the values that they can read.
    """
    engine.create(_COUNTED, _counted(table, name))
    try:
        summary, frequent = _queries()
        row = engine.connection.execute(summary).fetchall()[0]
        counts = {key: int(count or 0) for key, count in zip(_counts(), row, strict=True)}
        values = [(str(v), int(n)) for v, n in engine.connection.execute(frequent).fetchall()]
        return _decided(engine, name, counts, values, described)
    finally:
        engine.connection.execute("DROP TABLE draft__counted")


def _counted(table: str, name: str) -> exp.Select:
    """Return SQL for the values of a column and how often they occur."""
    value = exp.alias_(exp.column(name, quoted=True), "value")
    number = exp.alias_(exp.Count(this=exp.Star()), "n")
    grouped = exp.select(value, number).from_(exp.table_(table, quoted=True))
    return grouped.group_by(exp.column(name, quoted=True))


def _value() -> exp.Column:
    """Return the value of a counted column."""
    return exp.column("value")


def _counts() -> tuple[str, ...]:
    """Return the names of what is counted, as the summary gives it."""
    return ("records", "filled", "coded", "distinct", *_looks())


@cache
def _queries() -> tuple[str, str]:
    """Return the SQL that counts what values look like, and that of the most frequent values.

    The same for every column, so it is written once: there are hundreds of columns in a study.
    """
    codes = [exp.Literal.string(each) for each in (*missing.SURE, *missing.LIKELY)]
    there = exp.Not(this=exp.Is(this=_value(), expression=exp.Null()))
    coded = exp.In(this=_value(), expressions=codes)
    plain = half_width(_value())
    wanted = [
        exp.Sum(this=exp.column("n")),
        _sum_where(there),
        _sum_where(coded),
        exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=there.copy())),
    ]
    is_value = exp.and_(there, exp.Not(this=coded))
    wanted += [
        _sum_where(exp.and_(is_value, _matches(plain, pattern))) for pattern in _looks().values()
    ]
    frequent = exp.select("value", "n").from_(_COUNTED).where(there)
    frequent = frequent.order_by("n DESC", "value").limit(MOST_VALUES)
    return exp.select(*wanted).from_(_COUNTED).sql("duckdb"), frequent.sql("duckdb")


def _sum_where(condition: exp.Expr) -> exp.Expr:
    where = exp.Where(this=condition.copy())
    return exp.Filter(this=exp.Sum(this=exp.column("n")), expression=where)


@cache
def _looks() -> Mapping[str, str]:
    """Return what a value may look like, by name; whether it can be read is asked later."""
    time = r"(?:(?:T|[T :]+)[0-9]{1,2}(?::[0-9]{2}){0,2})?"
    patterns = {
        "number": r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?",
        "whole": "[+-]?[0-9]+",
        "zeros": "0[0-9]+",
        "serial": r"[3-5][0-9]{4}(?:\.[0-9]+)?",
        "clock": "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?",
        "timed": ".*[0-9日](?:T|[T :]+)[0-9]{1,2}(?::[0-9]{2}){1,2}",
    }
    usual = {style: f"(?:{pattern}){time}" for style, pattern in STYLES.items()}
    patterns |= usual | {style.value: pattern for style, pattern in PATTERNS.items()}
    return patterns | {"year": "(?:19|20)[0-9]{2}"}


def _matches(value: exp.Expr, pattern: str) -> exp.Expr:
    return call("regexp_full_match", value, exp.Literal.string(pattern))


def _decided(
    engine: Engine,
    name: str,
    counts: Mapping[str, int],
    values: list[tuple[str, int]],
    described: Described,
) -> ColumnProfile:
    real = counts["filled"] - counts["coded"]
    type_, styles, note = _type(counts, real, name)
    stated = ColumnType(described.type) if described.type else type_
    if type_ is ColumnType.TEXT and stated is not ColumnType.TEXT:
        type_, note = stated, f"{note}; the file says {stated.value}" if not real else ""
        styles = _styles(counts, name) if stated in (ColumnType.DATE, ColumnType.DATETIME) else ()
    codes = missing.SURE if type_ is ColumnType.TEXT else (*missing.SURE, *missing.LIKELY)
    seen = tuple(value for value, _ in values if value in codes)
    coded = sum(n for value, n in values if value in seen)
    fitting, low, high = real, "", ""
    if type_ is not ColumnType.TEXT:
        fitting, low, high = _read(engine, type_, styles, seen)
    evidence = note or f"{fitting} of {real} are {_WHAT[type_]}"
    if styles:
        evidence += f" ({', '.join(each.value for each in styles)}){_ambiguity(counts, styles)}"
    return ColumnProfile(
        name,
        counts["records"],
        counts["filled"] - coded,
        counts["distinct"] - len(seen),
        type_,
        styles,
        fitting,
        evidence,
        low,
        high,
        seen,
        tuple(each for each in values if each[0] not in seen),
        described,
    )


def _type(
    counts: Mapping[str, int], real: int, name: str
) -> tuple[ColumnType, tuple[DateStyle, ...], str]:
    """Return the type of a column, the styles of its dates, and a reason where there is more."""
    if not real:
        return ColumnType.TEXT, (), "no value is filled"
    styles = _styles(counts, name)
    dates = sum(_written(counts, each) for each in styles) + (counts["year"] if styles else 0)
    if dates >= _TYPED * real:
        return (ColumnType.DATETIME if counts["timed"] else ColumnType.DATE), styles, ""
    if counts["clock"] >= _TYPED * real:
        return ColumnType.TIME, (), ""
    if counts["number"] >= _TYPED * real and not counts["zeros"]:
        is_whole = counts["whole"] == counts["number"]
        return (ColumnType.INTEGER if is_whole else ColumnType.NUMBER), (), ""
    zeros = ", some with zeros before them" if counts["zeros"] else ""
    return ColumnType.TEXT, (), f"{counts['number']} of {real} are numbers{zeros}"


def _styles(counts: Mapping[str, int], name: str) -> tuple[DateStyle, ...]:
    """Return the styles that dates of a column are written in, the usual ones first."""
    day, month = counts[DateStyle.DAY_FIRST], counts[DateStyle.MONTH_FIRST]
    turned = DateStyle.MONTH_FIRST if month > day else DateStyle.DAY_FIRST
    known = (*USUAL_STYLES, turned, DateStyle.NAMED)
    found = [style for style in known if _written(counts, style)]
    if counts["serial"] and (found or _names_a_date(name)):
        found.append(DateStyle.EXCEL)
    return tuple(found)


def _written(counts: Mapping[str, int], style: DateStyle) -> int:
    """Return how many values are written in a style, without years alone: these fit several."""
    if style is DateStyle.EXCEL:
        return counts["serial"]
    has_years = style is DateStyle.ISO or style in PATTERNS
    return counts[style] - (counts["year"] if has_years else 0)


def _names_a_date(name: str) -> bool:
    """Return whether the name of a column says that it holds dates.

    >>> [_names_a_date(each) for each in ("AESTDAT", "visit_date", "出生日期", "SUBJID")]
    [True, True, True, False]
    """
    return any(word in name.lower() for word in ("date", "dat", "dtc", "日期"))


def _ambiguity(counts: Mapping[str, int], styles: tuple[DateStyle, ...]) -> str:
    day, month = counts[DateStyle.DAY_FIRST], counts[DateStyle.MONTH_FIRST]
    if day and day == month and DateStyle.DAY_FIRST in styles:
        return "; every value fits mdy as well, so which it is cannot be told"
    return ""


def _read(
    engine: Engine,
    type_: ColumnType,
    styles: tuple[DateStyle, ...],
    seen: tuple[str, ...],
) -> tuple[int, str, str]:
    """Return how many records can be read as the type, the least value and the greatest.

    The values are read as the contract of the column will read them; partial dates have no place
    between the others.
    """
    value = exp.alias_(typed(_value(), Reading(type_, styles)), "it")
    inner = exp.select(value, "n").from_(_COUNTED)
    if seen:
        codes = [exp.Literal.string(each) for each in seen]
        inner = inner.where(exp.Not(this=exp.In(this=_value(), expressions=codes)))
    it = exp.column("it")
    there = exp.Not(this=exp.Is(this=it.copy(), expression=exp.Null()))
    is_moment = type_ in (ColumnType.DATE, ColumnType.DATETIME)
    whole = _matches(it, "[0-9]{4}-[0-9]{2}-[0-9]{2}.*") if is_moment else there.copy()
    bounds = [
        exp.Filter(this=each(this=it.copy()), expression=exp.Where(this=whole.copy()))
        for each in (exp.Min, exp.Max)
    ]
    query = exp.select(_sum_where(there), *bounds).from_(inner.subquery("read"))
    fitting, low, high = engine.rows(query)[0]
    return int(fitting or 0), _shown(low), _shown(high)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
