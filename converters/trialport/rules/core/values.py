"""What a name of a check can stand for: a column, a list known beforehand, a set of values."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from trialport.rules.core.study import Kind
from trialport.spec import sql


@dataclass(frozen=True, slots=True)
class Column:
    """One value a record."""

    sql: exp.Expr
    kind: Kind


@dataclass(frozen=True, slots=True)
class Listed:
    """Values that are known before any record is read."""

    values: tuple[str | float, ...]

    @property
    def listed(self) -> tuple[str | float, ...]:
        """Return the values."""
        return self.values


@dataclass(frozen=True, slots=True)
class SetOf:
    """The values of a query with one column named `value`; a record may have a set of its own.

    `by` are pairs of this record's expression and the query's column that must be the same;
    `listed` are the values where they are known beforehand.
    """

    query: exp.Select
    kind: Kind
    by: tuple[tuple[exp.Expr, str], ...] = ()
    listed: tuple[str, ...] = ()


Value = Column | Listed | SetOf


class MissingVariableError(Exception):
    """A name that the records do not have; the rule cannot be asked of them."""

    def __init__(self, name: str) -> None:
        """Take the name of the variable."""
        super().__init__(name)
        self.name = name


class NotAskableError(Exception):
    """Why a rule cannot be asked of a dataset, or of any."""


def constant(value: str | float | bool) -> Column:
    """Return a literal as a column."""
    if isinstance(value, bool):
        return Column(exp.Boolean(this=value), Kind.FLAG)
    if isinstance(value, str):
        return Column(sql.text(value), Kind.TEXT)
    return Column(sql.number(value), Kind.NUMBER)


def as_text(column: Column) -> exp.Expr:
    """Return SQL of a value as text, whole numbers without a point."""
    if column.kind is Kind.TEXT:
        return column.sql.copy()
    if column.kind in (Kind.FLAG, Kind.LIST):
        return exp.cast(column.sql.copy(), exp.DataType.Type.TEXT)
    whole = exp.cast(exp.cast(column.sql.copy(), exp.DataType.Type.BIGINT), exp.DataType.Type.TEXT)
    plain = exp.cast(column.sql.copy(), exp.DataType.Type.TEXT)
    bounded = exp.LT(this=exp.Abs(this=column.sql.copy()), expression=exp.Literal.number("1e15"))
    is_whole = exp.EQ(this=sql.call("trunc", column.sql.copy()), expression=column.sql.copy())
    return sql.when(exp.and_(bounded, is_whole), whole, plain)


def leading(column: Column, pattern: object) -> exp.Expr:
    """Return the part of a text that fits a pattern, or all of it; no pattern fits all."""
    if pattern is None or column.kind is not Kind.TEXT:
        return column.sql.copy()
    found = sql.call("regexp_extract", column.sql.copy(), sql.text(str(pattern)))
    whole = [column.sql.copy()]
    return exp.Coalesce(this=exp.Nullif(this=found, expression=sql.text("")), expressions=whole)


def surely(condition: exp.Expr) -> exp.Expr:
    """Return a condition that is false, and never unknown, where something in it is null."""
    return exp.Coalesce(this=sql.paren(condition), expressions=[exp.false()])


def same(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    """Return whether two values are the same, null being the same as null."""
    return exp.NullSafeEQ(this=sql.paren(one.copy()), expression=sql.paren(other.copy()))
