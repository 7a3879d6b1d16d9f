"""Values: constants, arithmetic, text joined, first that is not null."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.compiled import Compiled, Fault, combined, finite, guarded, merged
from trialport.spec.compiler import Call, Compiler, Handler
from trialport.spec.expression_error import ExpressionError
from trialport.spec.expression_types import TEXT_LIKE, common_type, fits, type_error
from trialport.spec.function_names import called_name


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
    """Return a calculation; one whose result is beyond every double is null and a fault."""
    return finite(_calculation(node, c))


_OPERATORS = (exp.Add, exp.Sub, exp.Mul, exp.Div)


def _calculation(node: exp.Expr, c: Compiler) -> Compiled:
    """Return a chain of operators without the check that its last one makes for all."""
    if isinstance(node, exp.Paren):
        inner = _calculation(node.this, c)
        return replace(inner, sql=sql.paren(inner.sql))
    if not isinstance(node, _OPERATORS):
        return c.compile(node)
    left, right = _calculation(node.this, c), _calculation(node.expression, c)
    if Type.DATE in {left.type, right.type}:
        remedy = "use days_between(from, to) or add_days(date, n)"
        raise ExpressionError("E1405", f"'{node.sql('duckdb')}' computes with dates", remedy)
    for part, side in ((left, node.this), (right, node.expression)):
        if not fits(part.type, Type.NUMBER):
            raise type_error(f"'{side.sql('duckdb')}'", part.type, "number")
    divisor = sql.paren(right.sql)
    faults: tuple[Fault, ...] = ()
    if isinstance(node, exp.Div):
        zero = exp.EQ(this=divisor, expression=sql.number("0"))
        fault = Fault("E3220", sql.when(zero, sql.text("0")), "division by zero", "", right.uses)
        faults = (fault,)
        divisor = exp.Nullif(this=divisor, expression=sql.number("0"))
    tree = type(node)(this=sql.paren(left.sql), expression=divisor)
    whole = combined(tree, Type.NUMBER, [left, right])
    return Compiled(whole.sql, whole.type, whole.uses, (*whole.faults, *faults), whole.aggregates)


def _joined(node: exp.Expr, c: Compiler) -> Compiled:
    parts = [c.expect(each, Type.TEXT) for each in (node.this, node.expression)]
    tree = exp.DPipe(this=sql.paren(parts[0].sql), expression=sql.paren(parts[1].sql))
    return combined(tree, Type.TEXT, parts)


def _concat(node: exp.Anonymous, c: Compiler) -> Compiled:
    parts = [c.expect(each, Type.TEXT) for each in _some(node, 1)]
    tree = sql.call("concat", *(part.sql for part in parts))
    return combined(sql.call("nullif", tree, sql.text("")), Type.TEXT, parts)


def _some(node: exp.Anonymous, least: int, most: int | None = None) -> list[exp.Expr]:
    """Return the arguments of a call; E1306 where they are too few or too many."""
    given = node.expressions
    if len(given) < least or (most is not None and len(given) > most):
        number = f"{least} arguments" if most == least else f"at least {least} argument"
        raise ExpressionError("E1306", f"{called_name(node)} takes {number}, not {len(given)}")
    return given


def _coalesce(node: exp.Anonymous, c: Compiler) -> Compiled:
    parts = [c.compile(each) for each in _some(node, 1)]
    kind = common_type(parts, node)
    uses, aggregates = merged(parts)
    faults: list[Fault] = []
    for place, part in enumerate(parts):
        for fault in part.faults:
            missing = sql.every(sql.is_null(each.sql) for each in parts[:place])
            faults.append(fault if missing is None else guarded(fault, missing))
    return Compiled(
        sql.call("coalesce", *(part.sql for part in parts)),
        kind,
        uses,
        tuple(faults),
        aggregates,
    )


def _nullif(node: exp.Anonymous, c: Compiler) -> Compiled:
    parts = [c.compile(each) for each in _some(node, 2, 2)]
    kind = common_type(parts, node)
    return combined(sql.call("nullif", *(part.sql for part in parts)), kind, parts)


def _extreme(node: exp.Anonymous, c: Compiler) -> Compiled:
    parts = [c.compile(each) for each in _some(node, 1)]
    kind = common_type(parts, node)
    if kind in TEXT_LIKE:
        raise ExpressionError(
            "E1403",
            f"'{node.sql('duckdb')}' orders texts",
            "use number(...) or complete_date(...)",
        )
    return combined(sql.call(called_name(node), *(part.sql for part in parts)), kind, parts)


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
    exp.DPipe: _joined,
    **dict.fromkeys(_OPERATORS, _arithmetic),
}

CALLS: Mapping[str, Call] = {
    "coalesce": _coalesce,
    "nullif": _nullif,
    "concat": _concat,
    "greatest": _extreme,
    "least": _extreme,
}
