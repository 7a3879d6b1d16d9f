"""The values of a template's slots for many records at once, those of repeated content as items."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from trialport.fhir.template import Fill, Slot, Template
from trialport.fhir.values import Value, finite, json_values

Report = Callable[[Slot, int, object], None]
"""Told of a number that JSON cannot write: its slot, the record's number and the value."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What fills a template, for each of some records.

    `contents` is what is made of each record. Records of one `kind` have the same elements and the
    same codes. `references` and `periods` hold the values of one element in each list, with the
    path of the element.
    """

    contents: list[Any]
    kinds: list[Hashable]
    references: list[tuple[str, Sequence[Value]]]
    periods: list[tuple[str, Sequence[Value], Sequence[Value]]]


def fill(
    template: Template, length: int, columns: Callable[[str], pa.Array], offset: str, report: Report
) -> Filled:
    """Return the contents of records.

    Args:
        template: what is filled.
        length: the number of records.
        columns: gives the column of a name.
        offset: the study's offset from UTC, for times that have none.
        report: is told of numbers that JSON cannot write, which are left out.
    """
    values: list[Sequence[Any]] = []
    nulls = np.zeros((length, max(1, len(template.slots))), dtype=bool)
    coded: list[Sequence[Hashable]] = []
    references: list[tuple[str, Sequence[Value]]] = []
    periods: list[tuple[str, Sequence[Value], Sequence[Value]]] = []
    for number, slot in enumerate(template.slots):
        if slot.items is not None:
            inner, groups = _items(slot.items, columns, length, offset, report)
            made = [
                [each for each in items if each is not None] for items in groups(inner.contents)
            ]
            nulls[:, number] = [not each for each in made]
            coded.append(list(map(tuple, groups(inner.kinds))))
            references += _places(inner.references, groups, slot.path)
            periods += _periods(inner.periods, groups, slot.path)
            values.append(made)
            continue
        given = columns(slot.column)
        column = finite(given)
        for place in _lost(given, column):
            report(slot, place, given[place].as_py())
        nulls[:, number] = missing(column)
        texts = json_values(column, slot.type, offset)
        values.append(texts)
        if slot.key in {"code", "system"}:
            coded.append(texts)
        if slot.key == "reference":
            references.append((slot.path, texts))
    periods += [(path, values[start], values[end]) for path, start, end in template.periods]
    patterns, fills = _patterns(nulls, length, template)
    rows = zip(*values, strict=True) if values else iter([()] * length)
    contents = [fills[pattern](row) for pattern, row in zip(patterns, rows, strict=True)]
    return Filled(contents, list(zip(patterns, *coded, strict=True)), references, periods)


def missing(column: pa.Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each value whether it is null."""
    if not column.null_count:
        return np.zeros(len(column), dtype=bool)
    return column.is_null().to_numpy(zero_copy_only=False)


def _lost(given: pa.Array, kept: pa.Array) -> list[int]:
    if given.null_count == kept.null_count:
        return []
    return np.flatnonzero(missing(kept) & ~missing(given)).tolist()


def _patterns(
    nulls: np.ndarray[Any, np.dtype[np.bool_]], length: int, template: Template
) -> tuple[list[bytes], dict[bytes, Fill]]:
    """Return for each row its pattern of nulls, and for each pattern what fills the content."""
    packed = np.packbits(nulls, axis=1)
    width = packed.shape[1]
    joined = packed.tobytes()
    patterns = [joined[at : at + width] for at in range(0, width * length, width)]
    first = {pattern: row for row, pattern in reversed(list(enumerate(patterns)))}
    return patterns, {
        pattern: template.fill(np.flatnonzero(nulls[row]).tolist())
        for pattern, row in first.items()
    }


Groups = Callable[[Sequence[Any]], list[Sequence[Any]]]


def _items(
    template: Template,
    columns: Callable[[str], pa.Array],
    length: int,
    offset: str,
    report: Report,
) -> tuple[Filled, Groups]:
    """Return the items of all records in a row, and what parts such a row by records."""
    lists = columns(template.slots[0].column)
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    ends = np.cumsum(lengths).tolist()
    starts = [0, *ends[:-1]]
    owners = np.repeat(np.arange(length), lengths)

    def groups(items: Sequence[Any]) -> list[Sequence[Any]]:
        return [items[start:end] for start, end in zip(starts, ends, strict=True)]

    def of_record(slot: Slot, item: int, value: object) -> None:
        report(slot, int(owners[item]), value)

    flat = len(owners)
    return fill(template, flat, lambda name: columns(name).flatten(), offset, of_record), groups


def _places(
    found: Sequence[tuple[str, Sequence[Value]]], groups: Groups, path: str
) -> Iterator[tuple[str, Sequence[Value]]]:
    """Yield the values of each first item, each second item ... under the path of that item."""
    for inner, values in found:
        yield from ((f"{path}[{n}]{inner[len(path) :]}", each) for n, each in _nth(groups(values)))


def _periods(
    found: Sequence[tuple[str, Sequence[Value], Sequence[Value]]], groups: Groups, path: str
) -> Iterator[tuple[str, Sequence[Value], Sequence[Value]]]:
    for inner, starts, ends in found:
        both = zip(_nth(groups(starts)), _nth(groups(ends)), strict=True)
        for (n, start), (_, end) in both:
            yield f"{path}[{n}]{inner[len(path) :]}", start, end


def _nth(groups: Sequence[Sequence[Any]]) -> Iterator[tuple[int, Sequence[Any]]]:
    for place in range(max(map(len, groups), default=0)):
        yield place, [each[place] if place < len(each) else None for each in groups]
