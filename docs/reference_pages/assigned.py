"""What a name stands for at one place of a function, read off the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def assigned(function: ast.FunctionDef, name: ast.Name) -> list[ast.expr]:
    """Return the values that may have been assigned to a name where it is used.

    Branches that leave the function before do not count.

    >>> function = ast.parse('''
    ... def f(a):
    ...     if a:
    ...         x = 1
    ...         return x
    ...     x = 2
    ...     return x
    ... ''').body[0]
    >>> [ast.unparse(each) for each in assigned(function, function.body[-1].value)]
    ['2']
    """
    return _reaching(function.body, name.id, name.lineno, [])


def _reaching(
    body: Sequence[ast.stmt], name: str, line: int | None, before: list[ast.expr]
) -> list[ast.expr]:
    values = before
    for statement in body:
        if line is not None and statement.lineno <= line <= (statement.end_lineno or 0):
            inner = [each for each in _blocks(statement) if _holds(each, line)]
            return _reaching(inner[0], name, line, values) if inner else values
        if isinstance(statement, ast.Assign):
            values = _of(statement, name) or values
        elif blocks := list(_blocks(statement)):
            ends = [
                _reaching(each, name, None, values)
                for each in blocks
                if not isinstance(each[-1], _LEAVES)
            ]
            untouched = [] if isinstance(statement, ast.If) and statement.orelse else values
            values = list(dict.fromkeys(each for end in [*ends, untouched] for each in end))
    return values


def _of(statement: ast.Assign, name: str) -> list[ast.expr]:
    """Return what a name gets, also from `problem, remedy = ..., ...`."""
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
        return [each for one, each in pairs if ast.unparse(one) == name]
    return [value] if ast.unparse(target) == name else []


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        if block := getattr(statement, field, None):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body


def _holds(block: Sequence[ast.stmt], line: int) -> bool:
    return block[0].lineno <= line <= (block[-1].end_lineno or 0)
