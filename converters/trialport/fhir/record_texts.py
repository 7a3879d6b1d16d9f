"""The JSON texts of many records, joined by columns where resources are alike."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import starmap
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from trialport.fhir.filled import Filled, Items
from trialport.fhir.json_texts import TEXT, json_texts
from trialport.fhir.layout import Hole, ItemsHole, LookedInto, Part, layout
from trialport.fhir.slot_values import Places, SlotValues, numbered
from trialport.fhir.values import written_number

FEW = 16
"""Fewer records that are alike are written one by one, which is then faster."""

Whole = Callable[[Any, Sequence[Any]], Any]
"""Makes what is written of the content of a record and of the values beside it."""

_NOTHING = pa.scalar(b"", TEXT)


class RecordTexts:
    """Writes records as JSON, each as its resource would be written alone, in two ways.

    Records of one layout have values in the same places. Of many, a resource is made in which a
    hole stands for each value, and what is between the holes is joined with the columns of values.
    Where the resource depends on a value in another way, and for few records, it is made and
    written for each.

    Args:
        whole: makes the resource of the content of a record and of the values beside it; it may
            look at values, and must not change them.
        end: what stands behind each text.
    """

    def __init__(self, whole: Whole, end: bytes = b"") -> None:
        self._whole = whole
        self._end = end
        self._layouts: dict[Hashable, list[Part] | None] = {}
        self._inner: dict[int, RecordTexts] = {}

    def of(
        self, filled: Filled, beside: Sequence[SlotValues] = ()
    ) -> Iterator[tuple[Places, pa.Array]]:
        """Yield numbers of records and their texts, until each record was there once.

        Args:
            filled: what fills the content.
            beside: further values for each record, given to `whole`.
        """
        columns = [*filled.columns, *beside]
        shapes = [
            _shapes(each)
            for slot, each in zip(filled.slots, filled.columns, strict=True)
            if slot.coded is not None
        ]
        numbers, _ = numbered([filled.patterns, *shapes])
        order = np.argsort(numbers, kind="stable")
        known: dict[tuple[int, str], pa.Array] = {}
        for rows in np.split(order, np.cumsum(np.bincount(numbers))[:-1]) if len(order) else ():
            record = int(rows[0])
            parts = None
            if len(rows) >= FEW:
                key = filled.patterns[record], *(each[record] for each in shapes)
                if key not in self._layouts:
                    self._layouts[key] = self._layout(filled, beside, record)
                parts = self._layouts[key]
            if parts is None:
                yield rows, self._one_by_one(filled, beside, rows)
            else:
                yield rows, self._joined(parts, filled, columns, rows, known)

    def _one_by_one(self, filled: Filled, beside: Sequence[SlotValues], rows: Places) -> pa.Array:
        made = (
            self._whole(filled.content(row), [each[row] for each in beside])
            for row in rows.tolist()
        )
        return pa.array([orjson.dumps(each, written_number) + self._end for each in made], TEXT)

    def _layout(
        self, filled: Filled, beside: Sequence[SlotValues], record: int
    ) -> list[Part] | None:
        """Return the layout of resources like that of a record; None where values decide more."""
        count = len(filled.columns)
        holes = list(starmap(_hole, enumerate(each[record] for each in filled.columns)))
        fill = filled.fills[filled.patterns.places[record]]
        others = [Hole(count + number) for number in range(len(beside))]
        try:
            parts = layout(self._whole(fill(holes), others))
        except LookedInto:
            return None
        if isinstance(parts[-1], bytes):
            return [*parts[:-1], parts[-1] + self._end]
        return [*parts, self._end]

    def _joined(
        self,
        parts: Sequence[Part],
        filled: Filled,
        columns: Sequence[SlotValues],
        rows: Places,
        known: dict[tuple[int, str], pa.Array],
    ) -> pa.Array:
        """Return the texts of records of one layout."""
        pieces: list[Any] = []
        for part in parts:
            if isinstance(part, bytes):
                pieces.append(pa.scalar(part, TEXT))
                continue
            place = part.slot, part.key
            if place not in known:
                known[place] = self._texts(filled, columns[part.slot], part)
            texts = known[place]
            is_one = len(texts) == 1
            own = pa.array(columns[part.slot].places[rows])
            pieces.append(texts[0] if is_one else texts.take(own))
        if all(isinstance(each, pa.Scalar) for each in pieces):
            return pa.array([b"".join(each.as_py() for each in pieces)] * len(rows), TEXT)
        return pc.binary_join_element_wise(*pieces, _NOTHING)

    def _texts(self, filled: Filled, column: SlotValues, hole: Hole) -> pa.Array:
        """Return the text that stands in a hole for each distinct value."""
        if hole.slot in filled.items:
            return self._item_texts(hole.slot, filled.items[hole.slot])
        if not hole.key:
            return json_texts(column.distinct)
        found = [each.get(hole.key) for each in column.distinct]
        made = json_texts(found)
        # The brackets of a list stand around the hole.
        is_list = any(isinstance(each, list) for each in found)
        return pc.binary_slice(made, 1, -1) if is_list else made

    def _item_texts(self, slot: int, items: Items) -> pa.Array:
        """Return the items of each record with commas between."""
        if slot not in self._inner:
            self._inner[slot] = RecordTexts(lambda content, _: content)
        found = [(rows, texts) for rows, texts in self._inner[slot].of(items.filled)]
        if not found:
            return pa.nulls(len(items), TEXT)
        rows = np.concatenate([rows for rows, _ in found])
        texts = pa.concat_arrays([texts for _, texts in found]).take(pa.array(np.argsort(rows)))
        kept = texts.filter(pa.array(~items.are_left_out))
        lists = pa.ListArray.from_arrays(pa.array(items.kept_bounds, pa.int32()), kept)
        return pc.binary_join(lists, pa.scalar(b",", TEXT))


def _shapes(coded: SlotValues) -> SlotValues:
    """Return which parts the codes of each record have, and which of them are lists."""
    shapes: dict[Hashable, int] = {}
    found = [shapes.setdefault(_shape(each), len(shapes)) for each in coded.distinct]
    return SlotValues(list(shapes), np.array([*found, -1])[coded.places])


def _shape(codes: Any) -> Hashable:  # noqa: ANN401 - a value of JSON
    if not isinstance(codes, dict):
        return ()
    return tuple((key, isinstance(each, list)) for key, each in codes.items())


def _hole(slot: int, value: Any) -> Any:  # noqa: ANN401 - a value of JSON
    """Return the hole, or the holes, for values that are alike in shape."""
    if value is None:
        return None
    if isinstance(value, dict):
        return {
            key: [ItemsHole(slot, key)] if isinstance(each, list) else Hole(slot, key)
            for key, each in value.items()
        }
    return [ItemsHole(slot)] if isinstance(value, list) else Hole(slot)
