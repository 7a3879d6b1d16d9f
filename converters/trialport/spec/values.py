"""Values: constants, arithmetic, text joined, first that is not null."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.compiled import Compiled, Fault, combined, guarded, merged
from trialport.spec.compiler import Compiler, Handler
from trialport.spec.expression_types import TEXT_LIKE, common_type, fits, type_error
from trialport.spec.parse import ExpressionError


def _paren(node: exp.Expr, c: Compiler) -> Compiled:
    inner = c.compile(node.this)
    return Compiled(sql.paren(inner.sql), inner.type, inner.uses, inner.faults, inner.aggregates)


def _literal(node: exp.Expr, c: Compiler) -> Compiled:
    if node.is_string:
        return Compiled(sql.text(node.name), Type.TEXT)
    return Compiled(sql.number(node.name), Type.NUMBER)


def _negative(node: exp.Expr, c: Compiler) -> Compiled:
    inner = c.expect(node.this, Type.NUMBER)
    return combined(exp.Neg(this=sql.paren(inner.sql)), Type.NUMBER, [inner])


def _arithmetic(node: exp.Expr, c: Compiler) -> Compiled:
    left, right = c.compile(node.this), c.compile(node.expression)
    if Type.DATE in {left.type, right.type}:
        remedy = "use days_between(from, to) or add_days(date, n)"
        raise ExpressionError("E1405", f"'{node.sql('duckdb')}' computes with dates", remedy)
    for part, side in ((left, node.this), (right, node.expression)):
        if not fits(part.type, Type.NUMBER):
            raise type_error(f"'{side.sql('duckdb')}'", part.type, "number")
    divisor = sql.paren(right.sql)
    faults: tuple[Fault, ...] = ()
    if isinstance(node, exp.Div):
        zero = exp.EQ(this=divisor.copy(), expression=sql.number("0"))
        fault = Fault("E3220", sql.when(zero, sql.text("0")), "division by zero", "", right.uses)
        faults = (fault,)
        divisor = exp.Nullif(this=divisor, expression=sql.number("0"))
    tree = type(node)(this=sql.paren(left.sql), expression=divisor)
    whole = combined(tree, Type.NUMBER, [left, right])
    return Compiled(whole.sql, whole.type, whole.uses, (*whole.faults, *faults), whole.aggregates)


def _concatenation(node: exp.Expr, c: Compiler) -> Compiled:
    operands = [node.this, node.expression] if isinstance(node, exp.DPipe) else node.expressions
    parts = [c.expect(each, Type.TEXT) for each in operands]
    if isinstance(node, exp.DPipe):
        tree = exp.DPipe(this=sql.paren(parts[0].sql), expression=sql.paren(parts[1].sql))
    else:
        tree = sql.call("concat", *(part.sql for part in parts))
    return combined(tree, Type.TEXT, parts)


def _coalesce(node: exp.Expr, c: Compiler) -> Compiled:
    parts = [c.compile(each) for each in [node.this, *node.expressions]]
    kind = common_type(parts, node)
    uses, aggregates = merged(parts)
    faults: list[Fault] = []
    before: list[exp.Expr] = []
    for part in parts:
        missing = sql.every(sql.is_null(each) for each in before)
        faults += (
            part.faults if missing is None else [guarded(each, missing) for each in part.faults]
        )
        before.append(part.sql)
    return Compiled(
        sql.call("coalesce", *(part.sql for part in parts)),
        kind,
        uses,
        tuple(faults),
        aggregates,
    )


def _nullif(node: exp.Expr, c: Compiler) -> Compiled:
    parts = [c.compile(node.this), c.compile(node.expression)]
    kind = common_type(parts, node)
    return combined(sql.call("nullif", *(part.sql for part in parts)), kind, parts)


def _extreme(node: exp.Expr, c: Compiler) -> Compiled:
    parts = [c.compile(each) for each in [node.this, *node.expressions]]
    kind = common_type(parts, node)
    if kind in TEXT_LIKE:
        raise ExpressionError(
            "E1403",
            f"'{node.sql('duckdb')}' orders texts",
            "use number(...) or complete_date(...)",
        )
    function = "greatest" if isinstance(node, exp.Greatest) else "least"
    return combined(sql.call(function, *(part.sql for part in parts)), kind, parts)


def _null(node: exp.Expr, c: Compiler) -> Compiled:
    del node, c
    return Compiled(exp.Null(), Type.NULL)


def _boolean(node: exp.Expr, c: Compiler) -> Compiled:
    del c
    return Compiled(exp.Boolean(this=node.this), Type.BOOLEAN)


HANDLERS: Mapping[type[exp.Expr], Handler] = {
    exp.Literal: _literal,
    exp.Null: _null,
    exp.Boolean: _boolean,
    exp.Paren: _paren,
    exp.Neg: _negative,
    exp.DPipe: _concatenation,
    exp.Concat: _concatenation,
    exp.Coalesce: _coalesce,
    exp.Nullif: _nullif,
    exp.Greatest: _extreme,
    exp.Least: _extreme,
    exp.Add: _arithmetic,
    exp.Sub: _arithmetic,
    exp.Mul: _arithmetic,
    exp.Div: _arithmetic,
}
