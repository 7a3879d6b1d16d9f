"""The functions of SQL that the language takes over, within bounds."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from trialport.functions.blanks import BLANK_CHARACTERS
from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.compiled import Compiled, combined
from trialport.spec.compiler import Call, Compiler
from trialport.spec.expression_error import ExpressionError
from trialport.spec.function_names import SQL_FUNCTIONS, called_name
from trialport.spec.patterns import groups

_POSITIONS = {"substr": (1, 2), "left": (1,), "right": (1,), "split_part": (2,)}
"""Which arguments are positions or lengths."""

MOST_LETTERS = 200
"""The length of a pattern, and of a padded text."""

MOST_POSITION = 1_000_000


def _replace(node: exp.Anonymous, c: Compiler) -> Compiled:
    if len(node.expressions) != 3:
        raise ExpressionError("E1306", "replace takes three arguments")
    subject = node.expressions[0]
    if any(called_name(each) == "replace" for each in subject.find_all(exp.Anonymous)):
        raise ExpressionError("E1305", "replace inside replace", "use two variables")
    parts = [c.expect(each, Type.TEXT) for each in node.expressions]
    _short_text(node.expressions[2], "the replacement")
    tree = sql.call("replace", *(part.sql for part in parts))
    return combined(sql.call("nullif", tree, sql.text("")), Type.TEXT, parts)


def _pad(node: exp.Anonymous, c: Compiler) -> Compiled:
    function = called_name(node)
    if len(node.expressions) != 3:
        raise ExpressionError("E1306", f"{function} takes three arguments")
    text, size, fill = node.expressions
    length = _whole(size)
    if length is None or not 0 <= length <= MOST_LETTERS:
        problem = f"the length of {function} is a whole number up to {MOST_LETTERS}"
        raise ExpressionError("E1305", problem)
    _short_text(fill, f"the padding of {function}", least=1)
    parts = [c.expect(text, Type.TEXT), c.expect(fill, Type.TEXT)]
    number = exp.Literal.number(length)
    tree = sql.call(function, parts[0].sql, number, parts[1].sql)
    return combined(sql.call("nullif", tree, sql.text("")), Type.TEXT, parts)


def _regexp_matches(node: exp.Anonymous, c: Compiler) -> Compiled:
    if len(node.expressions) != 2:
        raise ExpressionError("E1306", "regexp_matches takes a text and a pattern")
    pattern, _ = _pattern(node.expressions[1])
    subject = c.expect(node.expressions[0], Type.TEXT)
    return combined(sql.call("regexp_matches", subject.sql, pattern), Type.BOOLEAN, [subject])


def _regexp_extract(node: exp.Anonymous, c: Compiler) -> Compiled:
    if len(node.expressions) not in {2, 3}:
        raise ExpressionError("E1306", "regexp_extract takes a text, a pattern and perhaps a group")
    pattern, number = _pattern(node.expressions[1])
    subject = c.expect(node.expressions[0], Type.TEXT)
    group = _whole(node.expressions[2]) if len(node.expressions) == 3 else 0
    if group is None or not 0 <= group <= 9:
        raise ExpressionError("E1305", "the group of regexp_extract is a digit")
    if group > number:
        raise ExpressionError("E1305", f"the pattern has {number} groups, group {group} is asked")
    found = sql.call("regexp_extract", subject.sql, pattern, exp.Literal.number(group))
    return combined(sql.call("nullif", found, sql.text("")), Type.TEXT, [subject])


def _pattern(node: exp.Expr) -> tuple[exp.Literal, int]:
    """Return a pattern and the number of its groups."""
    if not isinstance(node, exp.Literal) or not node.is_string or len(node.name) > MOST_LETTERS:
        problem = f"the pattern is a text of up to {MOST_LETTERS} characters"
        raise ExpressionError("E1305", problem)
    return sql.text(node.name), groups(node.name)


def _sql_function(node: exp.Anonymous, c: Compiler) -> Compiled:
    name = called_name(node)
    function = SQL_FUNCTIONS[name]
    given = node.expressions
    if not function.needed <= len(given) <= len(function.parameters):
        most = len(function.parameters)
        problem = f"'{node.sql('duckdb')}': {name} takes {function.needed} to {most} arguments"
        raise ExpressionError("E1306", problem)
    parts = [c.expect(each, kind) for each, kind in zip(given, function.parameters, strict=False)]
    positions = _POSITIONS.get(name, ())
    trees = [
        _position(each, part) if place in positions else part.sql
        for place, (each, part) in enumerate(zip(given, parts, strict=True))
    ]
    if name == "trim":
        trees.append(sql.text(BLANK_CHARACTERS))
    tree: exp.Expr = sql.call(name, *trees)
    if name == "length":
        tree = sql.cast(tree, exp.DataType.Type.DOUBLE)
    if function.returns is Type.TEXT and name not in {"upper", "lower"}:
        tree = sql.call("nullif", tree, sql.text(""))
    return combined(tree, function.returns, parts)


def _position(node: exp.Expr, part: Compiled) -> exp.Expr:
    """Return a position or length as an integer: the one written, or the data's within bounds."""
    if isinstance(node.this if isinstance(node, exp.Neg) else node, exp.Literal):
        whole = _whole(node)
        if whole is None or abs(whole) > MOST_POSITION:
            problem = f"a position or length is a whole number up to {MOST_POSITION}"
            raise ExpressionError("E1305", problem)
        return exp.Literal.number(whole)
    return sql.call("tp_position", part.sql)


def _whole(node: exp.Expr) -> int | None:
    """Return the whole number that is written, or None where there is none."""
    if isinstance(node, exp.Neg):
        inner = _whole(node.this)
        return None if inner is None else -inner
    is_number = isinstance(node, exp.Literal) and not node.is_string
    return int(node.name) if is_number and node.name.isdecimal() and node.name.isascii() else None


def _short_text(node: exp.Expr, what: str, least: int = 0) -> None:
    is_text = isinstance(node, exp.Literal) and node.is_string
    if not is_text or not least <= len(node.name) <= 20:
        size = "up to 20" if least == 0 else f"{least} to 20"
        raise ExpressionError("E1305", f"{what} is a text in quotes of {size} characters")


CALLS: Mapping[str, Call] = {
    "replace": _replace,
    "lpad": _pad,
    "rpad": _pad,
    "regexp_matches": _regexp_matches,
    "regexp_extract": _regexp_extract,
    **dict.fromkeys(SQL_FUNCTIONS, _sql_function),
}
