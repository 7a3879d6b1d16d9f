"""What of the language a specification uses, and which codes a piece of work gives."""

from __future__ import annotations

import inspect
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import trialport
import yaml
from trialport.diagnostics import Diagnostic, Place
from trialport.functions.registry import FUNCTIONS
from trialport.spec.describe import describe
from trialport.spec.nodes import Expression, Specification
from trialport.spec.schema import keys

ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = str(Path(trialport.__file__).parent)

Used = tuple[str, str]
"""What is used: its kind (`key`, `function` or `code`) and its name."""


def everything() -> list[Used]:
    """Return every node key, clinical function and diagnostic code that there is."""
    found = [("key", f"{each.node_class.__name__}.{each.key}") for each in describe()]
    found += [("function", name) for name in FUNCTIONS]
    page = (ROOT / "docs" / "reference" / "errors.yaml").read_text(encoding="utf-8")
    found += [("code", str(each["code"])) for each in yaml.safe_load(page)]
    return found


def used_by(specification: Specification) -> Iterator[tuple[Used, Place]]:
    """Yield the keys and functions that a loaded specification uses, each with its place."""
    return _walk(specification, Place())


_CALL = re.compile(r"'(?:[^']|'')*'|\b([a-z_][a-z0-9_]*)\(")


def _walk(value: Any, place: Place) -> Iterator[tuple[Used, Place]]:  # noqa: ANN401 - any part
    if isinstance(value, Expression):
        for found in _CALL.finditer(value.text):
            if found[1] in FUNCTIONS:
                yield ("function", found[1]), value.place
    elif isinstance(value, tuple):
        for each in value:
            yield from _walk(each, place)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _walk(each, place)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _node(value, place)


def _node(node: Any, place: Place) -> Iterator[tuple[Used, Place]]:  # noqa: ANN401 - a node
    here = getattr(node, "place", place)
    described = {each.field: each.name for each in _keys(type(node))}
    for each in fields(node):
        value = getattr(node, each.name)
        if each.name in described and value != _default(each):
            name = f"{type(node).__name__}.{described[each.name]}"
            yield ("key", name), getattr(value, "place", here)
        yield from _walk(value, here)


def _keys(node_class: type) -> tuple[Any, ...]:
    described = any("doc" in each.metadata for each in fields(node_class))
    return keys(node_class) if described else ()


def _default(each: Any) -> object:  # noqa: ANN401 - a field
    return each.default_factory() if each.default_factory is not MISSING else each.default


@dataclass
class Noted:
    """What was used while something ran."""

    used: set[Used] = field(default_factory=set[Used])


@contextmanager
def noting() -> Generator[Noted]:
    """Note every diagnostic that trialport makes, and what each specification uses.

    A diagnostic that a test makes by hand does not count: whoever makes it must be of the package.
    """
    noted = Noted()
    made, loaded = Diagnostic.__init__, Specification.__init__

    def make(self: Diagnostic, code: str, *rest: Any, **named: Any) -> None:  # noqa: ANN401
        made(self, code, *rest, **named)
        frame = inspect.currentframe()
        maker = frame.f_back if frame is not None else None
        if maker is not None and maker.f_code.co_filename.startswith(_PACKAGE):
            noted.used.add(("code", code))

    def load(self: Specification, *parts: Any, **named: Any) -> None:  # noqa: ANN401
        loaded(self, *parts, **named)
        noted.used.update(used for used, _ in used_by(self))

    setattr(Diagnostic, "__init__", make)  # noqa: B010 - a class of slots, and only while noting
    setattr(Specification, "__init__", load)  # noqa: B010
    try:
        yield noted
    finally:
        setattr(Diagnostic, "__init__", made)  # noqa: B010
        setattr(Specification, "__init__", loaded)  # noqa: B010
