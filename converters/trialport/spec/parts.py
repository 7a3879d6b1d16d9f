"""Everything that stands inside a node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache


def parts(value: object) -> Iterator[object]:
    """Yield a node and all that is in it, keys of mappings too; places are left out.

    >>> list(parts({"a": ("b", 1)}))[1:]
    ['a', ('b', 1), 'b', 1]
    """
    waiting = [value]
    while waiting:
        value = waiting.pop()
        yield value
        if isinstance(value, str):
            continue
        inner: list[object] = []
        if isinstance(value, tuple | frozenset):
            inner += value  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(value, Mapping):
            for key, each in value.items():  # pyright: ignore[reportUnknownVariableType]
                inner += key, each
        else:
            inner += [getattr(value, name) for name in _fields(type(value))]
        waiting += reversed(inner)


@cache
def _fields(node_class: type) -> tuple[str, ...]:
    """Return the fields of a node class without its place; nothing else has any."""
    if not is_dataclass(node_class):
        return ()
    return tuple(each.name for each in fields(node_class) if each.name != "place")
