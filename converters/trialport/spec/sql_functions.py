"""The functions of SQL that the language takes over, within bounds."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.compiled import Compiled, combined
from trialport.spec.compiler import Compiler, Handler
from trialport.spec.function_names import SQL_FUNCTIONS, not_in_language
from trialport.spec.parse import ExpressionError

_INTEGER_ARGUMENTS = {"substr": (1, 2), "left": (1,), "right": (1,), "split_part": (2,)}


def _replace(node: exp.Expr, c: Compiler) -> Compiled:
    if not all(node.args.get(each) for each in ("this", "expression", "replacement")):
        raise ExpressionError("E1306", "replace takes a text and two texts in quotes")
    if any(isinstance(each, exp.Replace) for each in node.this.walk()):
        raise ExpressionError("E1305", "replace inside replace", "use two variables")
    parts = [
        c.expect(each, Type.TEXT) for each in (node.this, node.expression, node.args["replacement"])
    ]
    _short_literal(node.args["replacement"], "the replacement")
    return combined(sql.call("replace", *(part.sql for part in parts)), Type.TEXT, parts)


def _pad(node: exp.Expr, c: Compiler) -> Compiled:
    function = "lpad" if node.args.get("is_left") else "rpad"
    size, fill = node.expression, node.args.get("fill_pattern")
    whole = isinstance(size, exp.Literal) and not size.is_string and str(size.name).isdigit()
    if not whole or int(size.name) > 200:
        raise ExpressionError("E1305", f"the length of {function} is a whole number up to 200")
    if fill is None:
        raise ExpressionError("E1306", f"{function} takes three arguments")
    parts = [c.expect(node.this, Type.TEXT), c.expect(fill, Type.TEXT)]
    length = exp.Literal.number(size.name)
    return combined(sql.call(function, parts[0].sql, length, parts[1].sql), Type.TEXT, parts)


def _regexp(node: exp.Expr, c: Compiler) -> Compiled:
    extract = isinstance(node, exp.RegexpExtract)
    pattern = node.expression
    if not isinstance(pattern, exp.Literal) or not pattern.is_string or len(pattern.name) > 200:
        raise ExpressionError("E1305", "the pattern is a text of up to 200 characters")
    extra = {"parameters", "flag", "position", "occurrence"} & {
        key for key, value in node.args.items() if value
    }
    if extra:
        raise not_in_language(node)
    subject = c.expect(node.this, Type.TEXT)
    if not extract:
        return combined(
            sql.call("regexp_matches", subject.sql, sql.text(pattern.name)),
            Type.BOOLEAN,
            [subject],
        )
    group = node.args.get("group")
    if group is not None and not (
        isinstance(group, exp.Literal) and str(group.name) in set("0123456789")
    ):
        raise ExpressionError("E1305", "the group of regexp_extract is a digit")
    which = exp.Literal.number(group.name if group is not None else "0")
    found = sql.call("regexp_extract", subject.sql, sql.text(pattern.name), which)
    return combined(sql.call("nullif", found, sql.text("")), Type.TEXT, [subject])


def _sql_function(node: exp.Expr, c: Compiler) -> Compiled:
    function, wanted, returns, needed = SQL_FUNCTIONS[type(node)]
    arguments = _arguments(node)
    known = {"this", "expression", "start", "length", "delimiter", "part_index", "big_int"}
    odd = [key for key, value in node.args.items() if value and key not in known]
    if odd or not needed <= len(arguments) <= len(wanted):
        raise ExpressionError(
            "E1306",
            f"'{node.sql('duckdb')}': {function} takes {needed} to {len(wanted)} arguments",
        )
    parts = [c.expect(each, kind) for each, kind in zip(arguments, wanted, strict=False)]
    whole = _INTEGER_ARGUMENTS.get(function, ())
    trees = [
        exp.cast(part.sql, exp.DataType.Type.INT) if i in whole else part.sql
        for i, part in enumerate(parts)
    ]
    tree: exp.Expr = sql.call(function, *trees)
    if function == "length":
        tree = exp.cast(tree, exp.DataType.Type.DOUBLE)
    if returns is Type.TEXT and function != "upper":
        tree = sql.call("nullif", tree, sql.text("")) if function != "lower" else tree
    return combined(tree, returns, parts)


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    keys = ("this", "expression", "start", "length", "delimiter", "part_index")
    return [node.args[key] for key in keys if isinstance(node.args.get(key), exp.Expr)]


def _short_literal(node: exp.Expr, what: str) -> None:
    if not isinstance(node, exp.Literal) or len(node.name) > 20:
        raise ExpressionError("E1305", f"{what} is a text in quotes of up to 20 characters")


HANDLERS: Mapping[type[exp.Expr], Handler] = {
    exp.Replace: _replace,
    exp.Pad: _pad,
    exp.RegexpLike: _regexp,
    exp.RegexpExtract: _regexp,
    **dict.fromkeys(SQL_FUNCTIONS, _sql_function),
}
