"""Orders of dates of two tables: the days that each can mean are found before the tables meet.

A condition of a lookup that holds a date of the looking record against one of the looked-up records
is asked of every pair of them, so what it asks of one alone is put into columns of that table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from trialport.spec import sql

LOOKING, LOOKED_UP = "p", "r"
_SIDES = (LOOKING, LOOKED_UP)
_ORDERS: Mapping[str, tuple[bool, bool]] = {
    "tp_before": (False, False),
    "tp_after": (True, False),
    "tp_not_before": (False, True),
    "tp_not_after": (True, True),
}
"""Each order as `tp_before`: whether its dates change places, and whether it is denied."""


@dataclass(frozen=True, slots=True)
class ComparedDays:
    """A condition that names days by columns, and the columns that each table gets for it."""

    condition: exp.Expr
    columns: Mapping[str, Sequence[exp.Alias]]


def compared_days(condition: exp.Expr) -> ComparedDays:
    """Return a condition on `p` and `r` with the days of each table's dates as columns of it.

    Only orders of a date of the one and a date of the other are taken apart.
    """
    whole = exp.Paren(this=condition.copy())
    columns: dict[str, dict[exp.Expr, exp.Alias]] = {side: {} for side in _SIDES}
    for call in list(whole.find_all(exp.Anonymous)):
        order = _ORDERS.get(str(call.this).lower())
        sides = [_side(each) for each in call.expressions]
        if order is None or sorted(map(str, sides)) != sorted(_SIDES):
            continue
        turned, denied = order
        pairs = list(zip(sides, call.expressions, strict=True))
        days = [
            _day(columns[str(side)], str(side), f"tp_{end}_day", date)
            for side, date in (reversed(pairs) if turned else pairs)
            for end in ("earliest", "latest")
        ]
        made: exp.Expr = sql.call("tp_days_before", *days)
        call.replace(exp.Paren(this=exp.Not(this=made)) if denied else made)
    return ComparedDays(whole.this, {side: list(columns[side].values()) for side in _SIDES})


def with_columns(source: exp.Table, alias: str, columns: Sequence[exp.Alias]) -> exp.Expr:
    """Return a table with further columns made of its own, or the table alone without any."""
    if not columns:
        return source
    every = exp.Column(this=exp.Star(), table=sql.name(alias))
    return sql.subquery(exp.select(every, *columns, copy=False).from_(source, copy=False), alias)


def _side(date: exp.Expr) -> str | None:
    """Return the one table whose columns a date is made of."""
    if date.find(exp.Query) is not None:
        return None
    tables = {column.table for column in date.find_all(exp.Column)}
    return tables.pop() if len(tables) == 1 else None


def _day(
    columns: dict[exp.Expr, exp.Alias], side: str, function: str, date: exp.Expr
) -> exp.Column:
    day = sql.call(function, date.copy())
    name = columns.setdefault(day, sql.alias(day, f"__day.{side}{len(columns)}")).alias
    return sql.column(name, side)
