"""Expression text to a SQL tree, within limits that hold for text from strangers."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from sqlglot import TokenType, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from trialport.spec.expression_error import ExpressionError
from trialport.spec.words import words

__all__ = ["ExpressionError", "parse"]

MAX_LENGTH = 4000
MAX_DEPTH = 12
MAX_WORDS = 400  # names, numbers, texts and marks; a chain of operators nests as deep as it is long
MAX_TREE_DEPTH = 90
_SPLIT = "split it over several variables"
_MARK = "\0"  # no text of a specification holds it
_PARSED_OTHERWISE = set(DuckDB.Parser.NO_PAREN_FUNCTION_PARSERS)
_WORD = re.compile(r"'(?:[^']|'')*'|\w+|[^\w\s]")


@lru_cache(maxsize=8192)
def parse(text: str) -> exp.Expr:
    """Return the tree of one scalar expression; callers must not change it.

    Raises:
        ExpressionError: E1301 not SQL, E1302 too long or too deep, E1303 more than one expression,
            E1304 a comment, E1310 not in the language.
    """
    _measure(text)
    try:
        trees = DuckDB.Parser(dialect="duckdb").parse(_plain_calls(words(text)), text)
    except (SqlglotError, RecursionError) as fault:
        raise ExpressionError("E1301", f"not an expression: {_first_line(fault, text)}") from None
    if len(trees) != 1 or trees[0] is None:
        remedy = "write one expression without ';'"
        raise ExpressionError("E1303", "one expression is expected", remedy)
    tree = _as_written(trees[0])
    if _depth(tree) > MAX_TREE_DEPTH:
        raise ExpressionError("E1302", "the expression is a chain of too many parts", _SPLIT)
    return tree


def _plain_calls(found: list[Token]) -> list[Token]:
    """Mark the names of functions, so that the parser knows none: a call is a call.

    The parser of SQL makes something of its own of `date(x)`, `if(x)` or a column named `map`. It
    cannot be told to leave that: where it is compiled, its class cannot be extended.
    """
    for word, after in pairwise([*found, None]):
        if word is not None and word.token_type is TokenType.VAR:
            called = after is not None and after.token_type is TokenType.L_PAREN
            if called or word.text.upper() in _PARSED_OTHERWISE:
                word.text = _MARK + word.text
    return found


def _as_written(tree: exp.Expr) -> exp.Expr:
    """Take the marks from the names again."""
    for node in tree.find_all(exp.Anonymous, exp.Identifier):
        if isinstance(node.this, str) and node.this.startswith(_MARK):
            node.set("this", node.this.removeprefix(_MARK))
    return tree


def _depth(tree: exp.Expr) -> int:
    """Return how deep a tree is, without recursion."""
    deepest, front = 0, [(tree, 1)]
    while front:
        node, depth = front.pop()
        deepest = max(deepest, depth)
        front += [(each, depth + 1) for each in node.iter_expressions()]
    return deepest


def _measure(text: str) -> None:
    if len(text) > MAX_LENGTH:
        problem = f"the expression has {len(text)} characters, {MAX_LENGTH} are allowed"
        raise ExpressionError("E1302", problem, _SPLIT)
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    parts = len(_WORD.findall(text))
    cases = text.casefold().count("case")
    if deepest > MAX_DEPTH or parts > MAX_WORDS or cases > MAX_DEPTH * 2:
        problem = f"the expression is nested {deepest} deep, {MAX_DEPTH} are allowed"
        if deepest <= MAX_DEPTH:
            problem = "the expression has too many parts"
        raise ExpressionError("E1302", problem, _SPLIT)


def _first_line(fault: BaseException, text: str) -> str:
    """Return a short reason; the parser's own message holds terminal codes and its own words."""
    errors = getattr(fault, "errors", None)
    if not errors:
        return "it cannot be read"
    first = errors[0]
    near = str(first.get("highlight") or "").strip()
    return f"unexpected '{near}'" if near and near in text else "it ends too early or is malformed"
