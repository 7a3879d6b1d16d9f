"""Everything that stands inside a node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass


def parts(value: object) -> Iterator[object]:
    """Yield a node and all that is in it, keys of mappings too; places are left out.

    >>> list(parts({"a": ("b", 1)}))[1:]
    ['a', ('b', 1), 'b', 1]
    """
    yield value
    if isinstance(value, tuple | frozenset):
        for each in value:  # pyright: ignore[reportUnknownVariableType]
            yield from parts(each)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, Mapping):
        for key, each in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from parts(key)  # pyright: ignore[reportUnknownArgumentType]
            yield from parts(each)  # pyright: ignore[reportUnknownArgumentType]
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.name != "place":
                yield from parts(getattr(value, each.name))
