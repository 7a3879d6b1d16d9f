"""Operators that ask whether a value is there, and how it compares with another."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from trialport.rules.core.frame import Frame
from trialport.rules.core.model import Leaf
from trialport.rules.core.study import Kind
from trialport.rules.core.values import (
    Column,
    Listed,
    NotAskableError,
    SetOf,
    as_text,
    constant,
    same,
    surely,
)
from trialport.spec import sql

Asked = tuple[Frame, exp.Expr]
"""The frame, with what the condition needs put in, and the condition; never null."""

_NUMBER_OR_TEXT = {Kind.NUMBER, Kind.TEXT}


def exists(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the records have the variable."""
    return frame, exp.Boolean(this=frame.has(leaf.name))


def empty(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the value is null."""
    value = frame.value(leaf.name)
    if isinstance(value, Listed):
        return frame, exp.Boolean(this=not value.values)
    return frame, sql.is_null(frame.column(leaf.name).sql)


def equal(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether both values are there and the same; values of two kinds never are."""
    one, other = _sides(frame, leaf)
    if leaf.option("type_insensitive") and {one.kind, other.kind} == _NUMBER_OR_TEXT:
        return frame, surely(exp.EQ(this=_number(one), expression=_number(other)))
    if one.kind is not other.kind:
        return frame, exp.false()
    return frame, surely(exp.EQ(this=one.sql.copy(), expression=other.sql.copy()))


def not_equal(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the values differ; one that is there differs from null, null from null never."""
    if leaf.option("value_is_reference"):
        return _differs_from_referenced(frame, leaf)
    one, other = _sides(frame, leaf)
    if leaf.option("type_insensitive") and {one.kind, other.kind} == _NUMBER_OR_TEXT:
        return frame, _differ_as_numbers(one, other)
    if one.kind is not other.kind:
        there = exp.or_(sql.not_null(one.sql), sql.not_null(other.sql))
        return frame, there
    return frame, exp.Not(this=same(one.sql, other.sql))


def equal_in_any_case(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether two texts are the same but for the case of letters."""
    one, other = _sides(frame, leaf)
    if {one.kind, other.kind} != {Kind.TEXT}:
        return frame, exp.false()
    return frame, surely(
        exp.EQ(this=exp.Lower(this=one.sql.copy()), expression=exp.Lower(this=other.sql.copy()))
    )


def not_equal_in_any_case(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether two texts differ in more than the case of letters."""
    one, other = _sides(frame, leaf)
    lowered = same(exp.Lower(this=one.sql.copy()), exp.Lower(this=other.sql.copy()))
    return frame, exp.Not(this=lowered)


def ordered(compare: Callable[..., exp.Expr]) -> Callable[[Frame, Leaf], Asked]:
    """Return the operator that compares numbers; text that is no number compares with none."""

    def ask(frame: Frame, leaf: Leaf) -> Asked:
        other = _other(frame, leaf)
        one = _number(frame.column(leaf.name))
        return frame, surely(compare(this=one, expression=_number(other)))

    return ask


def contained(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the value is one of a list, or one of the values that another dataset has."""
    return frame, is_in(frame, frame.column(leaf.name), leaf.value)


def is_in(frame: Frame, one: Column, among: object) -> exp.Expr:
    """Return whether a value is among those that a name or a list stands for."""
    if isinstance(among, str) and frame.has(among):
        value = frame.value(among)
        if isinstance(value, SetOf):
            return _in_set(one, value)
        if isinstance(value, Column):
            everything = exp.select(sql.alias(value.sql, "value")).from_(frame.source)
            return _in_set(one, SetOf(everything, value.kind))
        return _in_list(one, value.values)
    if isinstance(among, list):
        return _in_list(one, tuple(among))
    raise NotAskableError(f"'{among}' is no list of values")


def _in_list(one: Column, values: tuple[str | float, ...]) -> exp.Expr:
    if one.kind is Kind.LIST:
        every = exp.Array(expressions=[sql.text(str(each)) for each in values])
        return surely(sql.call("list_has_all", every, one.sql.copy()))
    fitting = [each for each in values if isinstance(each, str) == (one.kind is Kind.TEXT)]
    if not fitting:
        return exp.false()
    literals = [constant(each).sql for each in fitting]
    return surely(exp.In(this=one.sql.copy(), expressions=literals))


def _in_set(one: Column, among: SetOf) -> exp.Expr:
    if one.kind is not among.kind:
        return exp.false()
    found = sql.subquery(among.query.copy(), "s")
    value = sql.column("value", "s")
    if not among.by:
        inner = exp.select(value).from_(found).where(sql.not_null(value))
        return surely(exp.In(this=one.sql.copy(), query=exp.Subquery(this=inner)))
    fits = [same(mine, sql.column(theirs, "s")) for mine, theirs in among.by]
    equal_ = exp.EQ(this=value, expression=one.sql.copy())
    inner = exp.select(exp.Literal.number(1)).from_(found).where(exp.and_(equal_, *fits))
    return exp.Exists(this=inner)


def _sides(frame: Frame, leaf: Leaf) -> tuple[Column, Column]:
    one, other = frame.column(leaf.name), _other(frame, leaf)
    if leaf.option("type_insensitive") and {one.kind, other.kind} != _NUMBER_OR_TEXT:
        return Column(_normal(one), Kind.TEXT), Column(_normal(other), Kind.TEXT)
    return one, other


def _other(frame: Frame, leaf: Leaf) -> Column:
    """Return what the value is compared with: a variable where there is one, else the literal."""
    value = leaf.value
    if isinstance(value, str) and not leaf.option("value_is_literal"):
        if frame.has(value):
            return frame.column(value)
        if value.startswith("$"):
            raise NotAskableError(f"there is no '{value}'")
    return constant(value)


def _number(column: Column) -> exp.Expr:
    if column.kind is Kind.TEXT:
        return exp.TryCast(this=column.sql.copy(), to=exp.DataType.build("DOUBLE"))
    return column.sql.copy()


def _differ_as_numbers(one: Column, other: Column) -> exp.Expr:
    """Return whether a number and a text differ; text that is no number differs from any."""
    text = one if one.kind is Kind.TEXT else other
    number = _number(text)
    is_other_text = exp.and_(sql.not_null(text.sql), sql.is_null(number))
    return exp.or_(is_other_text, exp.Not(this=same(_number(one), _number(other))))


def _normal(column: Column) -> exp.Expr:
    """Return a value as text in one spelling: `2.0`, `2` and the number 2 are the same."""
    if column.kind is not Kind.TEXT:
        return as_text(column)
    return exp.Coalesce(
        this=as_text(Column(_number(column), Kind.NUMBER)),
        expressions=[exp.Trim(this=column.sql.copy())],
    )


def _differs_from_referenced(frame: Frame, leaf: Leaf) -> Asked:
    """Ask whether the value is not that of the variable which another variable names.

    The variable is looked for in the record that RDOMAIN, IDVAR and IDVARVAL refer to.
    """
    referenced = frame.value(f"*{leaf.value}")
    if not isinstance(referenced, Column):
        raise NotAskableError(f"'{leaf.value}' refers to no record")
    one = frame.column(leaf.name)
    return frame, exp.and_(sql.not_null(one.sql), exp.Not(this=surely(referenced.sql.copy())))
