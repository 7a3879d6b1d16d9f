"""Where the values of records stand in the JSON text of resources that are alike."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NoReturn

import orjson

from trialport.fhir.values import written_number


class LookedInto(Exception):  # noqa: N818 - no error: it says that values matter
    """A hole was looked into: what a resource becomes depends on the value of the hole."""


def _looked_into(*_: object) -> NoReturn:
    raise LookedInto


class Hole(dict[str, Any]):
    """Stands in a resource for a value of each record; whoever looks into it raises `LookedInto`.

    `slot` is the number of the values, `key` the part of them, where only a part stands there.
    It is a dict so that whatever treats elements otherwise than texts looks into it.
    """

    __slots__ = ("key", "slot")

    def __init__(self, slot: int, key: str = "") -> None:
        super().__init__()
        self.slot, self.key = slot, key

    __hash__ = None  # type: ignore[assignment]


for _name in (
    *("__iter__", "__len__", "__contains__", "__getitem__", "__setitem__", "__delitem__"),
    *("__eq__", "__ne__", "__or__", "__ror__", "__bool__", "__str__", "__repr__", "__format__"),
    *("__getattr__", "__reversed__", "keys", "values", "items", "get", "pop", "popitem", "copy"),
    *("clear", "setdefault", "update"),
):
    setattr(Hole, _name, _looked_into)


class ItemsHole(Hole):
    """Stands in a list for all its items: each record has its own number of them."""

    __slots__ = ()


Part = bytes | Hole


def layout(resource: Any) -> list[Part]:  # noqa: ANN401 - a value of JSON
    """Return the JSON text of a value with holes: text and holes by turns.

    Raises:
        LookedInto: a hole for the items of a list stands elsewhere, as for one value.
    """
    parts: list[Part] = []
    for is_hole, run in groupby(_parts(resource), lambda each: isinstance(each, Hole)):
        found = list(run)
        parts += found if is_hole else [b"".join(each for each in found if isinstance(each, bytes))]
    return parts


def _parts(value: Any) -> Iterator[Part]:  # noqa: ANN401
    if isinstance(value, Hole):
        if isinstance(value, ItemsHole):
            _looked_into()
        yield value
    elif isinstance(value, dict):
        yield b"{"
        for number, (key, each) in enumerate(value.items()):
            yield (b"," if number else b"") + orjson.dumps(key) + b":"
            yield from _parts(each)
        yield b"}"
    elif isinstance(value, list):
        yield b"["
        for number, each in enumerate(value):
            yield b"," if number else b""
            if isinstance(each, ItemsHole):
                yield each
            else:
                yield from _parts(each)
        yield b"]"
    else:
        yield orjson.dumps(value, written_number)
