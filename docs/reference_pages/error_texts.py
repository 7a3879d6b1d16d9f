"""The codes of faults in the code, with the words that each is reported in.

The source is read, not run: where a code is handed to a call, the problem is the next argument
that is a sentence, or what the function assigns to the name that stands there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .assigned import assigned

_CODE = re.compile("E[0-9]{4}")
_ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Raised:
    """One place in the code that a fault comes from; `problem` is empty where it is not found."""

    code: str
    module: str
    problem: str

    @property
    def room(self) -> str:
        """Return the room that the module lies in."""
        return self.module.split(".")[1]


def raised_in(package: Path) -> list[Raised]:
    """Return every use of a code in a package, by code, in the order of the modules."""
    found: list[Raised] = []
    for path in sorted(package.rglob("*.py")):
        module = ".".join([package.name, *path.relative_to(package).with_suffix("").parts])
        found += raised_in_text(path.read_text(encoding="utf-8"), module)
    return sorted(found, key=lambda each: each.code)


def raised_in_text(text: str, module: str) -> Iterator[Raised]:
    r"""Yield the uses of codes in the source of one module.

    >>> source = "def f(n):\n    return Diagnostic('E1', g(), f'no {n}')".replace("E1", "E0000")
    >>> [each.problem for each in raised_in_text(source, "trialport.x.y")]
    ['no ...']
    """
    yield from _walk(ast.parse(text), (), module)


def _walk(node: ast.AST, functions: tuple[ast.FunctionDef, ...], module: str) -> Iterator[Raised]:
    inside = (*functions, node) if isinstance(node, ast.FunctionDef) else functions
    values = _values(node)
    for place, value in enumerate(values):
        if isinstance(value, ast.Constant) and _is_code(value.value):
            problems = _problems(values[place + 1 :], inside)
            is_form = isinstance(node, ast.Call) and ast.unparse(node.func) == "Form"
            for each in problems or [""]:
                words = f"{_ELLIPSIS} is not {each}" if is_form else each
                yield Raised(str(value.value), module, words)
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, inside, module)


def _values(node: ast.AST) -> list[ast.expr]:
    """Return what a call or a tuple holds side by side."""
    if isinstance(node, ast.Call):
        return [*node.args, *(each.value for each in node.keywords)]
    return node.elts if isinstance(node, ast.Tuple) else []


def _is_code(value: object) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _problems(after: list[ast.expr], functions: Iterable[ast.FunctionDef]) -> list[str]:
    """Return the words of a fault: of the first value after its code that is a sentence."""
    for value in after:
        found = [text for text in _texts(value, tuple(functions)) if " " in text]
        if found or (isinstance(value, ast.Name) and value.id == "problem"):
            return found
    return []


def _texts(value: ast.expr, functions: tuple[ast.FunctionDef, ...]) -> list[str]:
    """Return what a value may be as text, values in it left open."""
    if isinstance(value, ast.Constant):
        return [re.sub(r"\{\w+\}", _ELLIPSIS, value.value)] if isinstance(value.value, str) else []
    if isinstance(value, ast.JoinedStr):
        return [_joined(value)]
    if isinstance(value, ast.IfExp):
        return _texts(value.body, functions) + _texts(value.orelse, functions)
    if isinstance(value, ast.BinOp):
        left, right = _texts(value.left, functions), _texts(value.right, functions)
        return [one + other for one in left for other in right or [""]]
    if isinstance(value, ast.Name) and functions:
        found = assigned(functions[-1], value)
        return [text for each in found for text in _texts(each, functions)]
    return []


def _joined(value: ast.JoinedStr) -> str:
    parts = [each.value if isinstance(each, ast.Constant) else _ELLIPSIS for each in value.values]
    return re.sub(r"\{\w+\}", _ELLIPSIS, "".join(str(each) for each in parts))
