"""The values of one element for many records: each distinct value once, and who has it."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa

Places = np.ndarray[Any, np.dtype[np.integer[Any]]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

_MOST_NUMBERS = 2**62


@dataclass(frozen=True, slots=True)
class SlotValues:
    """The values of a slot: `distinct` are values of JSON, or None for what is left out.

    `places` say which of them each record has; -1 stands for null.
    """

    distinct: Sequence[Any]
    places: Places

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.places)

    def __getitem__(self, record: int) -> Any:  # noqa: ANN401 - a value of JSON
        """Return the value of a record, None for null."""
        place = self.places[record]
        return None if place < 0 else self.distinct[place]

    def __iter__(self) -> Iterator[Any]:
        """Yield the value of each record."""
        return (None if place < 0 else self.distinct[place] for place in self.places.tolist())

    @property
    def is_null(self) -> Mask:
        """Whether each record has no value."""
        return self.places < 0

    def without_none(self) -> SlotValues:
        """Return the same values with null in place of each that is None."""
        is_value = [each is not None for each in self.distinct]
        if all(is_value):
            return self
        kept = np.array(is_value)
        moved = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
        return SlotValues(list(compress(self.distinct, is_value)), moved[self.places])

    def firsts(self) -> Iterator[tuple[Any, int]]:
        """Yield each value that a record has, with the first such record, in their order."""
        _, first = numbered([self])
        found = ((self[record], record) for record in first.tolist())
        return ((value, record) for value, record in found if value is not None)


def encoded(column: pa.Array) -> tuple[pa.Array, Places]:
    """Return the distinct values of a column and which of them each record has; -1 for null."""
    if pa.types.is_null(column.type):
        return column[:0], np.full(len(column), -1)
    found = column.dictionary_encode()
    indices = found.indices.fill_null(-1) if found.indices.null_count else found.indices
    return found.dictionary, indices.to_numpy(zero_copy_only=False)


def numbered(columns: Iterable[SlotValues]) -> tuple[Places, Places]:
    """Number records by their values: the number of each, and the first record of each number.

    Numbers begin with 0, in the order in which the records come.
    """
    key: Places | None = None
    size = 1
    for each in columns:
        count = len(each.distinct) + 1
        if key is None:
            key, size = each.places.astype(np.int64) + 1, count
            continue
        if size * count > _MOST_NUMBERS:
            key, first = _dense(key)
            size = len(first)
        key = key * count + each.places + 1
        size *= count
    assert key is not None
    return _dense(key)


def _dense(key: Places) -> tuple[Places, Places]:
    """Return the numbers without gaps."""
    found = pa.array(key).dictionary_encode()
    numbers = found.indices.to_numpy()
    first = np.empty(len(found.dictionary), dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return numbers, first
