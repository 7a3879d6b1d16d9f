"""The part of FHIRPath that raw columns are read by: text to a tree, within limits.

Source: FHIRPath 2.0.0 (ANSI/HL7 Normative Release), grammar and sections 5 and 6; FHIR R4,
FHIRPath, for `extension`, `resolve` and `%resource`. Left out are arithmetic, dates, regular
expressions and whatever needs a terminology server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from trialport.diagnostics import did_you_mean, shown
from trialport.spec.expression_error import ExpressionError

MAX_LENGTH = 2000
MAX_WORDS = 400
MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a whole number as its digits, or a boolean."""

    value: str | bool


@dataclass(frozen=True, slots=True)
class Empty:
    """`{}`, the collection that holds nothing."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`$this`, what a function looks at; `%resource`, the whole resource."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """An element by its name, of `of` or else of what the path begins at."""

    of: Node | None
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """One of several, from 0."""

    of: Node
    number: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `of`, or else of what the path begins at."""

    of: Node | None
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """Two parts with one of `= != in and or & |` between them."""

    operator: str
    left: Node
    right: Node


Node = Literal | Empty | Variable | Member | Index | Call | Binary

# What the arguments of a function are: e expression, s text, i whole number, t name of a type.
# Those behind a ? may be left out.
FUNCTIONS = {
    "where": "e",
    "exists": "?e",
    "empty": "",
    "not": "",
    "first": "",
    "last": "",
    "count": "",
    "distinct": "",
    "ofType": "t",
    "extension": "s",
    "resolve": "",
    "iif": "ee?e",
    "split": "s",
    "join": "?s",
    "replace": "ss",
    "substring": "i?i",
    "startsWith": "s",
    "endsWith": "s",
    "contains": "s",
    "upper": "",
    "lower": "",
    "trim": "",
}
_LEVELS = (("or",), ("and",), ("in",), ("=", "!="), ("|",), ("&",))
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<number>[0-9]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|`(?P<quoted>[A-Za-z_][A-Za-z0-9_]*)`|(?P<mark>!=|[$%]?[A-Za-z]+|[.(){}\[\],=|&]))",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Node:
    """Return the tree of a path.

    Raises:
        ExpressionError: E3073, what stands there is not in the language.

    >>> parse_path("code.text")
    Member(of=Member(of=None, name='code'), name='text')
    """
    if len(text) > MAX_LENGTH:
        _refuse(f"the path has {len(text)} characters", f"write at most {MAX_LENGTH}")
    tokens = _tokens(text)
    if len(tokens) > MAX_WORDS:
        _refuse(f"the path has {len(tokens)} words and marks", f"write at most {MAX_WORDS}")
    reader = _Reader(tokens)
    tree = reader.expression()
    if reader.kind:
        _refuse(f"{shown(reader.word)} stands where the path should end")
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            _refuse(f"{shown(text[at:].strip())} is no part of a path")
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        at = match.end()
    return found


class _Reader:
    """Reads tokens from left to right; each method returns the tree of what it read."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def kind(self) -> str:
        """Return what the next token is, '' at the end."""
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    @property
    def word(self) -> str:
        """Return the next token, '' at the end."""
        return self._tokens[self._at][1] if self.kind else ""

    def expression(self, level: int = 0) -> Node:
        """Read parts with operators of this level or a stronger one between them."""
        if level == len(_LEVELS):
            return self._path()
        self._depth += not level
        if self._depth > MAX_DEPTH:
            _refuse("the path lies too deep", f"nest at most {MAX_DEPTH} parts")
        left = self.expression(level + 1)
        while self.kind in ("mark", "name") and self.word in _LEVELS[level]:
            operator = self._take()
            left = Binary(operator, left, self.expression(level + 1))
        self._depth -= not level
        return left

    def _path(self) -> Node:
        node = self._start()
        while self.word in (".", "[") and self.kind == "mark":
            node = self._step(node) if self._take() == "." else self._index(node)
        return node

    def _index(self, of: Node) -> Node:
        if self.kind != "number":
            self._refuse_next("a number from 0")
        node = Index(of, int(self._take()))
        self._expect("]")
        return node

    def _start(self) -> Node:
        kind, word = self.kind, self.word
        if kind == "text":
            self._take()
            return Literal(_ESCAPE.sub(_escaped, word[1:-1]))
        if kind == "number":
            return Literal(self._take())
        if kind == "name" and word in ("true", "false"):
            return Literal(self._take() == "true")
        if kind == "mark" and word == "(":
            self._take()
            node = self.expression()
            self._expect(")")
            return node
        if kind == "mark" and word == "{":
            self._take()
            self._expect("}")
            return Empty()
        if kind == "mark" and word in ("$this", "%resource"):
            return Variable(self._take())
        return self._step(None)

    def _step(self, of: Node | None) -> Node:
        if self.kind not in ("name", "quoted"):
            self._refuse_next("the name of an element or a function")
        is_quoted = self.kind == "quoted"
        name = self._take()
        if self.word != "(" or is_quoted:
            return Member(of, name)
        if name not in FUNCTIONS:
            remedy = did_you_mean(name, FUNCTIONS)
            _refuse(f"'{name}' is no function of paths", remedy)
        return Call(of, name, self._arguments(name))

    def _arguments(self, name: str) -> tuple[Node, ...]:
        self._expect("(")
        found: list[Node] = []
        while self.word != ")" or self.kind != "mark":
            if found:
                self._expect(",")
            found.append(self.expression())
        self._expect(")")
        least, _, more = FUNCTIONS[name].partition("?")
        kinds = least + more
        if not len(least) <= len(found) <= len(kinds):
            _refuse(f"{name}() has {len(found)} arguments", f"give it {_counted(least, kinds)}")
        for kind, each in zip(kinds, found, strict=False):
            _check_argument(name, kind, each)
        return tuple(found)

    def _take(self) -> str:
        word = self.word
        self._at += 1
        return word

    def _expect(self, mark: str) -> None:
        if self.word != mark:
            self._refuse_next(f"'{mark}'")
        self._take()

    def _refuse_next(self, wanted: str) -> NoReturn:
        found = shown(self.word) if self.kind else "the end"
        _refuse(f"{found} stands where {wanted} should be")


def _check_argument(name: str, kind: str, node: Node) -> None:
    fits = {
        "e": True,
        "s": isinstance(node, Literal) and isinstance(node.value, str),
        "i": isinstance(node, Literal) and str(node.value).isdigit(),
        "t": isinstance(node, Member) and node.of is None,
    }
    if not fits[kind]:
        wanted = {"s": "a text in quotes", "i": "a number", "t": "the name of a type"}[kind]
        _refuse(f"{name}() takes {wanted}")


def _counted(least: str, kinds: str) -> str:
    return str(len(kinds)) if least == kinds else f"{len(least)} to {len(kinds)}"


def _escaped(found: re.Match[str]) -> str:
    what = found[1]
    return chr(int(what[1:], 16)) if len(what) > 1 else _ESCAPED.get(what, what)


def _refuse(problem: str, remedy: str = "") -> NoReturn:
    raise ExpressionError("E3073", problem, remedy)
