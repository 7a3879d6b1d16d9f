"""The values of a template's slots for many records at once, those of repeated content as items."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from trialport.fhir.coding import CodedValues
from trialport.fhir.identity import PLAIN, Naming
from trialport.fhir.schema import Version
from trialport.fhir.slot_values import Mask, Places, SlotValues, encoded, numbered
from trialport.fhir.template import Fill, Slot, Template
from trialport.fhir.values import finite, json_values
from trialport.spec.coded import CodedBy

Report = Callable[[Slot, int, object], None]
"""Told of a value that cannot be written: its slot, the record's number and the value."""

Columns = Callable[[str], pa.Array]


@dataclass(slots=True)
class Writing:
    """How values are written: offset of times, names of resources, the FHIR version of codes.

    What the values of a codelist became is kept by the path of the element, for they are few.
    """

    offset: str = ""
    naming: Naming = PLAIN
    version: Version = "R4"
    codes: dict[str, CodedValues] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """What fills a template, for each of some records.

    `columns` are the values of the slots. Records of one `pattern` lack the same of them; `fills`
    say what each pattern makes of a record. Records of one kind also have the same codes: `kind_of`
    numbers the `kinds`, in the order of the records. `references` and `periods` hold the values of
    one element each, with the path of the element. `slots` are those of the template; `items` are
    what fills the items of a slot, by its number.
    """

    length: int
    slots: Sequence[Slot]
    columns: Sequence[SlotValues]
    patterns: SlotValues
    fills: Sequence[Fill]
    kinds: Sequence[Hashable]
    kind_of: Places
    references: Sequence[tuple[str, SlotValues]]
    periods: Sequence[tuple[str, SlotValues, SlotValues]]
    items: dict[int, Items] = field(default_factory=dict)

    def content(self, record: int) -> Any:  # noqa: ANN401 - a value of JSON
        """Return what is made of a record."""
        fill = self.fills[self.patterns.places[record]]
        return fill([each[record] for each in self.columns])


@dataclass(frozen=True, slots=True)
class Items(Sequence[list[Any]]):
    """The items of records: those of a record are between two of `bounds`."""

    filled: Filled
    bounds: Places

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.bounds) - 1

    def __getitem__(self, record: Any) -> Any:  # noqa: ANN401 - a number, or a slice of Sequence
        """Return the items of a record, without those that are left out."""
        every = range(self.bounds[record], self.bounds[record + 1])
        return [each for each in map(self.filled.content, every) if each is not None]

    @property
    def are_left_out(self) -> Mask:
        """Whether each item of all records is left out."""
        found = [_is_none(each, len(self.filled.slots)) for each in self.filled.fills]
        return np.array(found, dtype=bool)[self.filled.patterns.places]

    @property
    def kept_bounds(self) -> Places:
        """Between which two of the items that are not left out those of each record are."""
        return np.append(0, np.cumsum(~self.are_left_out))[self.bounds]

    def of_each(self, values: Places) -> Iterator[Places]:
        """Yield the values of the items of each record."""
        bounds = self.bounds.tolist()
        return (values[start:end] for start, end in pairwise(bounds))

    def nth(self, values: SlotValues) -> Iterator[tuple[int, SlotValues]]:
        """Yield the values of each first item, each second item ... with their number."""
        starts, lengths = self.bounds[:-1], np.diff(self.bounds)
        known = np.append(values.places, -1)
        for number in range(int(lengths.max(initial=0))):
            places = known[np.where(lengths > number, starts + number, -1)]
            yield number, SlotValues(values.distinct, places)


def fill(
    template: Template, length: int, columns: Columns, writing: Writing, report: Report
) -> Filled:
    """Return what fills a template.

    Args:
        template: what is filled.
        length: the number of records.
        columns: gives the column of a name.
        writing: how values are written.
        report: is told of numbers that JSON cannot write and of values without a code, which are
            left out.
    """
    values: list[SlotValues] = []
    telling: list[SlotValues] = []
    references: list[tuple[str, SlotValues]] = []
    periods: list[tuple[str, SlotValues, SlotValues]] = []
    items: dict[int, Items] = {}
    distinct = cache(lambda name: encoded(finite(columns(name))))
    for number, slot in enumerate(template.slots):
        if slot.items is not None:
            inner = items[number] = _items(slot.items, columns, length, writing, report)
            values.append(
                SlotValues(inner, np.where(np.diff(inner.kept_bounds) > 0, np.arange(length), -1))
            )
            telling.append(_kinds_of(inner))
            references += _places(inner, slot.path)
            periods += _periods(inner, slot.path)
            continue
        given, places = distinct(slot.column)
        if slot.coded is None:
            listed = json_values(given, slot.type, writing.offset, writing.naming)
            made = SlotValues(listed, places).without_none()
        else:
            made = _coded(slot, slot.coded, distinct, writing).without_none()
        is_missing = missing(columns(slot.column))
        for record in np.flatnonzero(made.is_null & ~is_missing).tolist():
            report(slot, record, columns(slot.column)[record].as_py())
        values.append(made)
        if slot.coded is not None:
            telling.append(SlotValues(given.to_pylist(), places))
        elif slot.key in {"code", "system", "status"}:
            telling.append(made)
        if slot.key == "reference":
            references.append((slot.path, made))
    periods += [(path, values[start], values[end]) for path, start, end in template.periods]
    patterns, fills = _patterns(values, length, template)
    kind_of, first = numbered([patterns, *telling])
    kinds = [(patterns[each], *(own[each] for own in telling)) for each in first.tolist()]
    return Filled(
        length,
        template.slots,
        values,
        patterns,
        fills,
        kinds,
        kind_of,
        references,
        periods,
        items,
    )


def missing(column: pa.Array) -> Mask:
    """Return for each value whether it is null."""
    if not column.null_count:
        return np.zeros(len(column), dtype=bool)
    return column.is_null().to_numpy(zero_copy_only=False)


def _coded(
    slot: Slot,
    by: CodedBy,
    distinct: Callable[[str], tuple[pa.Array, Places]],
    writing: Writing,
) -> SlotValues:
    """Return what the values of a column are coded as."""
    known = writing.codes.get(slot.path)
    if known is None:
        known = writing.codes[slot.path] = CodedValues(by, slot.type, writing.version)
    given, places = distinct(slot.column)
    values = json_values(given)
    if not by.display:
        return SlotValues(known.of(values, ()), places)
    shown, shown_places = distinct(by.display)
    own = SlotValues(values, places), SlotValues(shown.to_pylist(), shown_places)
    numbers, first = numbered(own)
    pairs = [tuple(each[record] for each in own) for record in first.tolist()]
    return SlotValues(known.of(*zip(*pairs, strict=True)) if pairs else (), numbers)


def _patterns(
    values: Sequence[SlotValues], length: int, template: Template
) -> tuple[SlotValues, list[Fill]]:
    """Return which slots are null in each record, and what fills the content of each pattern."""
    some = [(number, each.is_null) for number, each in enumerate(values)]
    some = [(number, nulls) for number, nulls in some if nulls.any()]
    if not some:
        return SlotValues([frozenset[int]()], np.zeros(length, dtype=np.int64)), [template.fill(())]
    bits = [SlotValues((False, True), nulls.astype(np.int8)) for _, nulls in some]
    numbers, first = numbered(bits)
    patterns = [
        frozenset(number for number, nulls in some if nulls[record]) for record in first.tolist()
    ]
    return SlotValues(patterns, numbers), [template.fill(each) for each in patterns]


def _is_none(made: Fill, slots: int) -> bool:
    """Return whether an item is left out, whatever the values that are not null."""
    return made([{}] * slots) is None


def _items(
    template: Template, columns: Columns, length: int, writing: Writing, report: Report
) -> Items:
    """Return the items of all records."""
    lists = columns(template.slots[0].column)
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    owners = np.repeat(np.arange(length), lengths)

    def of_record(slot: Slot, item: int, value: object) -> None:
        report(slot, int(owners[item]), value)

    inner = fill(template, len(owners), lambda name: columns(name).flatten(), writing, of_record)
    return Items(inner, np.append(0, np.cumsum(lengths)))


def _kinds_of(items: Items) -> SlotValues:
    """Return the kinds of the items of each record."""
    numbers: dict[bytes, int] = {}
    kinds: list[Hashable] = []
    places = np.empty(len(items), dtype=np.int64)
    for record, own in enumerate(items.of_each(items.filled.kind_of)):
        place = places[record] = numbers.setdefault(own.tobytes(), len(numbers))
        if place == len(kinds):
            kinds.append(tuple(items.filled.kinds[each] for each in own.tolist()))
    return SlotValues(kinds, places)


def _places(items: Items, path: str) -> Iterator[tuple[str, SlotValues]]:
    """Yield the values of each first item, each second item ... under the path of that item."""
    for inner, values in items.filled.references:
        yield from ((f"{path}[{n}]{inner[len(path) :]}", each) for n, each in items.nth(values))


def _periods(items: Items, path: str) -> Iterator[tuple[str, SlotValues, SlotValues]]:
    for inner, starts, ends in items.filled.periods:
        both = zip(items.nth(starts), items.nth(ends), strict=True)
        for (n, start), (_, end) in both:
            yield f"{path}[{n}]{inner[len(path) :]}", start, end
