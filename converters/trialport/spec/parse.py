"""Expression text to a SQL tree, within limits that hold for text from strangers."""

from __future__ import annotations

import re
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

MAX_LENGTH = 4000
MAX_DEPTH = 12  # sqlglot's parser is recursive, and tries some calls twice at each level
MAX_WORDS = 400  # names, numbers, texts and marks; a chain of operators nests as deep as it is long
MAX_TREE_DEPTH = 90
_SPLIT = "split it over several variables"
_WORD = re.compile(r"'(?:[^']|'')*'|\w+|[^\w\s]")


class ExpressionError(Exception):
    """An expression that the language does not have: code, problem and remedy."""

    def __init__(self, code: str, problem: str, remedy: str = "") -> None:
        self.code, self.problem, self.remedy = code, problem, remedy
        super().__init__(problem)


@lru_cache(maxsize=8192)
def parse(text: str) -> exp.Expr:
    """Return the tree of one scalar expression; callers must not change it.

    Raises:
        ExpressionError: E1301 not SQL, E1302 too long or too deep, E1303 more than one expression,
            E1304 a comment.
    """
    _measure(text)
    try:
        trees = sqlglot.parse(text, dialect="duckdb")
    except (SqlglotError, RecursionError) as fault:
        raise ExpressionError("E1301", f"not an expression: {_first_line(fault, text)}") from None
    if len(trees) != 1 or trees[0] is None:
        problem = "one expression is expected" if text.strip(" ;") else "the expression is empty"
        raise ExpressionError("E1303", problem, "write one expression without ';'")
    tree = trees[0]
    if _depth(tree) > MAX_TREE_DEPTH:
        raise ExpressionError("E1302", "the expression is a chain of too many parts", _SPLIT)
    if any(node.comments for node in tree.walk()):
        raise ExpressionError(
            "E1304", "a comment inside an expression", "write it as a YAML comment"
        )
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
    words = len(_WORD.findall(text))
    cases = text.casefold().count("case")
    if deepest > MAX_DEPTH or words > MAX_WORDS or cases > MAX_DEPTH * 2:
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
