"""The values of a template's slots for many records at once, those of repeated content as items."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from trialport.fhir.coding import CodedValues
from trialport.fhir.identity import PLAIN, Naming
from trialport.fhir.schema import Version
from trialport.fhir.template import Fill, Slot, Template
from trialport.fhir.values import Value, finite, json_values
from trialport.spec.coded import CodedBy

Report = Callable[[Slot, int, object], None]
"""Told of a value that cannot be written: its slot, the record's number and the value."""


@dataclass(slots=True)
class Writing:
    """How values are written: offset of times, names of resources, the FHIR version of codes.

    What the values of a codelist became is kept, for they are few.
    """

    offset: str = ""
    naming: Naming = PLAIN
    version: Version = "R4"
    codes: dict[str, CodedValues] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """What fills a template, for each of some records.

    `contents` is what is made of each record. Records of one `kind` have the same elements and the
    same codes. `columns` are the values of the slots. `references` and `periods` hold the values of
    one element in each list, with the path of the element.
    """

    contents: list[Any]
    kinds: list[Hashable]
    columns: list[Sequence[Any]]
    references: list[tuple[str, Sequence[Value]]]
    periods: list[tuple[str, Sequence[Value], Sequence[Value]]]


def fill(
    template: Template,
    length: int,
    columns: Callable[[str], pa.Array],
    writing: Writing,
    report: Report,
) -> Filled:
    """Return the contents of records.

    Args:
        template: what is filled.
        length: the number of records.
        columns: gives the column of a name.
        writing: how values are written.
        report: is told of numbers that JSON cannot write and of values without a code, which are
            left out.
    """
    values: list[Sequence[Any]] = []
    nulls = np.zeros((length, max(1, len(template.slots))), dtype=bool)
    coded: list[Sequence[Hashable]] = []
    references: list[tuple[str, Sequence[Value]]] = []
    periods: list[tuple[str, Sequence[Value], Sequence[Value]]] = []
    for number, slot in enumerate(template.slots):
        if slot.items is not None:
            inner, groups = _items(slot.items, columns, length, writing, report)
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
        if slot.coded is None:
            column = finite(given)
            texts = json_values(column, slot.type, writing.offset, writing.naming)
            nulls[:, number] = _none(texts) if _is_written_number(slot, given) else missing(column)
        else:
            texts = _coded(slot, slot.coded, columns, writing)
            nulls[:, number] = _none(texts)
        for place in np.flatnonzero(nulls[:, number] & ~missing(given)).tolist():
            report(slot, place, given[place].as_py())
        values.append(texts)
        if slot.coded is not None:
            coded.append(given.to_pylist())
        elif slot.key in {"code", "system", "status"}:
            coded.append(texts)
        if slot.key == "reference":
            references.append((slot.path, texts))
    periods += [(path, values[start], values[end]) for path, start, end in template.periods]
    patterns, fills = _patterns(nulls, length, template)
    rows = zip(*values, strict=True) if values else iter([()] * length)
    contents = [fills[pattern](row) for pattern, row in zip(patterns, rows, strict=True)]
    kinds: list[Hashable] = list(zip(patterns, *coded, strict=True))
    return Filled(contents, kinds, values, references, periods)


def missing(column: pa.Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each value whether it is null."""
    if not column.null_count:
        return np.zeros(len(column), dtype=bool)
    return column.is_null().to_numpy(zero_copy_only=False)


def _none(values: Sequence[Value]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if None not in values:
        return np.zeros(len(values), dtype=bool)
    return np.fromiter((each is None for each in values), dtype=bool, count=len(values))


def _is_written_number(slot: Slot, column: pa.Array) -> bool:
    return slot.type == "decimal" and pa.types.is_string(column.type)


def _coded(
    slot: Slot, by: CodedBy, columns: Callable[[str], pa.Array], writing: Writing
) -> list[Value]:
    """Return what the values of a column are coded as."""
    displays = columns(by.display).to_pylist() if by.display else []
    known = writing.codes.get(slot.column)
    if known is None:
        known = writing.codes[slot.column] = CodedValues(by, slot.type, writing.version)
    return known.of(json_values(columns(slot.column)), displays)


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
    writing: Writing,
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
    return fill(template, flat, lambda name: columns(name).flatten(), writing, of_record), groups


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
