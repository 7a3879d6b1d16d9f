"""Conditions: and, or, not, comparison, membership, case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.compiled import Compiled, Fault, combined, guarded, merged
from trialport.spec.compiler import Compiler, Handler
from trialport.spec.expression_error import ExpressionError
from trialport.spec.expression_types import TEXT_LIKE, common_type
from trialport.spec.function_names import not_in_language

MOST_FAULTS = 20


def _logical(node: exp.Expr, c: Compiler) -> Compiled:
    left, right = c.condition(node.this), c.condition(node.expression)
    # The right side is at fault only where it decides: `kind = 'N' and number(x) > 3`.
    if len(left.faults) + len(right.faults) > MOST_FAULTS:
        problem = f"a condition has more than {MOST_FAULTS} parts that a value can fail in"
        raise ExpressionError("E1302", problem, "split it over several variables")
    faults = (*left.faults, *(guarded(each, _decides(node, left)) for each in right.faults))
    uses, aggregates = merged([left, right])
    tree = type(node)(this=sql.paren(left.sql), expression=sql.paren(right.sql))
    return Compiled(tree, Type.BOOLEAN, uses, faults, aggregates)


def _decides(node: exp.Expr, left: Compiled) -> exp.Expr:
    """Return the condition that the right side is looked at."""
    if isinstance(node, exp.And):
        return left.sql
    return exp.Not(this=sql.call("coalesce", left.sql, exp.false()))


def _negation(node: exp.Expr, c: Compiler) -> Compiled:
    inner = c.condition(node.this)
    tree = exp.Not(this=sql.paren(inner.sql))
    return Compiled(tree, Type.BOOLEAN, inner.uses, inner.faults, inner.aggregates)


def _is_null(node: exp.Expr, c: Compiler) -> Compiled:
    if not isinstance(node.expression, exp.Null):
        raise not_in_language(node)
    inner = c.compile(node.this)
    return Compiled(
        sql.is_null(inner.sql), Type.BOOLEAN, inner.uses, inner.faults, inner.aggregates
    )


def _comparison(node: exp.Expr, c: Compiler) -> Compiled:
    left, right = c.compile(node.this), c.compile(node.expression)
    common = common_type([left, right], node)
    ordered = not isinstance(node, (exp.EQ, exp.NEQ))
    if ordered and common in TEXT_LIKE:
        remedy = "compare numbers with number(...), dates with before(), not_after() and their kin"
        raise ExpressionError("E1403", f"'{node.sql('duckdb')}' orders texts", remedy)
    tree = type(node)(this=sql.paren(left.sql), expression=sql.paren(right.sql))
    return combined(tree, Type.BOOLEAN, [left, right])


def _membership(node: exp.Expr, c: Compiler) -> Compiled:
    if node.args.get("query") or node.args.get("unnest") or node.args.get("field"):
        raise not_in_language(node)
    parts = [c.compile(node.this), *(c.compile(each) for each in node.expressions)]
    if not node.expressions:
        raise not_in_language(node)
    if any(isinstance(each, exp.Null) for each in node.expressions):
        remedy = "write 'x in (...) or x is null'"
        raise ExpressionError("E1404", "a null inside in (...) is never equal", remedy)
    common_type(parts, node)
    tree = exp.In(this=sql.paren(parts[0].sql), expressions=[part.sql for part in parts[1:]])
    return combined(tree, Type.BOOLEAN, parts)


def _between(node: exp.Expr, c: Compiler) -> Compiled:
    parts = [c.compile(each) for each in (node.this, node.args["low"], node.args["high"])]
    if common_type(parts, node) in TEXT_LIKE:
        raise ExpressionError("E1403", f"'{node.sql('duckdb')}' orders texts", "use number(...)")
    this, low, high = (sql.paren(part.sql) for part in parts)
    return combined(exp.Between(this=this, low=low, high=high), Type.BOOLEAN, parts)


def _like(node: exp.Expr, c: Compiler) -> Compiled:
    left, right = c.expect(node.this, Type.TEXT), c.expect(node.expression, Type.TEXT)
    return combined(
        exp.Like(this=sql.paren(left.sql), expression=right.sql), Type.BOOLEAN, [left, right]
    )


def _case(node: exp.Expr, c: Compiler) -> Compiled:
    if node.this is not None:
        node = _searched(node)
    branches = [(c.condition(each.this), c.compile(each.args["true"])) for each in node.args["ifs"]]
    default = node.args.get("default")
    otherwise = c.compile(default) if default is not None else Compiled(exp.Null(), Type.NULL)
    values = [value for _, value in branches] + [otherwise]
    kind = common_type(values, node)
    conditions = [condition for condition, _ in branches]
    tree = exp.Case(
        ifs=[exp.If(this=condition.sql, true=value.sql) for condition, value in branches],
        default=None if isinstance(otherwise.sql, exp.Null) else otherwise.sql,
    )
    uses, aggregates = merged([*conditions, *values])
    faults: list[Fault] = []
    for place, condition in enumerate(conditions):
        faults += [_past(fault, conditions[:place]) for fault in condition.faults]
    for place, value in enumerate(values):
        faults += [_in_branch(fault, conditions, place) for fault in value.faults]
    return Compiled(tree, kind, uses, tuple(faults), aggregates)


def _past(fault: Fault, conditions: Sequence[Compiled]) -> Fault:
    """Return the fault of a condition, which is asked only where none before it holds."""
    if not conditions:
        return fault
    return replace(fault, value=exp.Case(ifs=_nothing_where(conditions), default=fault.value))


def _in_branch(fault: Fault, conditions: Sequence[Compiled], place: int) -> Fault:
    """Return the fault as it counts in branch `place` of a case, reached only past the others."""
    if place == len(conditions):
        return _past(fault, conditions)
    own = exp.If(this=conditions[place].sql, true=fault.value)
    return replace(fault, value=exp.Case(ifs=[*_nothing_where(conditions[:place]), own]))


def _nothing_where(conditions: Sequence[Compiled]) -> list[exp.If]:
    return [exp.If(this=each.sql, true=exp.Null()) for each in conditions]


def _searched(node: exp.Expr) -> exp.Case:
    """Return `case x when a ...` as `case when x = a ...`."""
    ifs = [
        exp.If(
            this=exp.EQ(this=node.this.copy(), expression=each.this.copy()),
            true=each.args["true"].copy(),
        )
        for each in node.args["ifs"]
    ]
    default = node.args.get("default")
    return exp.Case(ifs=ifs, default=default.copy() if default is not None else None)


HANDLERS: Mapping[type[exp.Expr], Handler] = {
    exp.And: _logical,
    exp.Or: _logical,
    exp.Not: _negation,
    exp.Is: _is_null,
    exp.In: _membership,
    exp.Between: _between,
    exp.Like: _like,
    exp.Case: _case,
    exp.EQ: _comparison,
    exp.NEQ: _comparison,
    exp.LT: _comparison,
    exp.LTE: _comparison,
    exp.GT: _comparison,
    exp.GTE: _comparison,
}
