"""Resources sorted by id: in memory while they are few, else by sorted runs that are merged."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialport.fhir.json_texts import TEXT

_LARGEST_RUN = 64 * 1024 * 1024
_LARGEST_PART = 2 * 1024 * 1024
_MOST_RUNS = 32

_SCHEMA = pa.schema({"id": pa.string(), "identity": pa.string(), "text": TEXT})


class Sorter:
    """Takes resources of one type in any order and gives them back by id.

    Up to 64 MiB stay in memory; more goes to sorted runs in the folder, of which at most 32 are
    merged at once, 2 MiB of each in memory.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._batches: list[pa.RecordBatch] = []
        self._size = 0
        self._runs: list[Path] = []
        self._made = 0

    def add(self, ids: pa.Array, identities: pa.Array, texts: pa.Array) -> None:
        """Take resources: ids, what they are made of, and lines of JSON."""
        batch = pa.RecordBatch.from_arrays([ids, identities, texts], schema=_SCHEMA)
        self._batches.append(batch)
        self._size += batch.nbytes
        if self._size >= _LARGEST_RUN:
            self._spill(_sorted(self._taken()))

    def blocks(self) -> Iterator[pa.RecordBatch]:
        """Yield the resources by id; those of one id are in one block, in any order."""
        while len(self._runs) > _MOST_RUNS:
            first, self._runs = self._runs[:_MOST_RUNS], self._runs[_MOST_RUNS:]
            self._spill(_merged([_read(each) for each in first]))
            for each in first:
                each.unlink()
        last = _sorted(self._taken())
        if self._runs:
            yield from _merged([*map(_read, self._runs), last])
        else:
            yield from last

    def _taken(self) -> list[pa.RecordBatch]:
        """Return what is in memory, which then is no longer here."""
        taken, self._batches, self._size = self._batches, [], 0
        return taken

    def _spill(self, blocks: Iterable[pa.RecordBatch]) -> None:
        path = self._folder / f"{self._name}.{self._made:04}"
        self._made += 1
        with pa.OSFile(str(path), "wb") as stream, pa.ipc.new_stream(stream, _SCHEMA) as writer:
            for block in blocks:
                writer.write_batch(block)
        self._runs.append(path)


def _sorted(batches: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of all batches by id, about 2 MiB at once, those of one id together.

    The list is emptied, for its rows are in memory once more.
    """
    if not batches:
        return
    whole = pa.concat_batches(batches) if len(batches) > 1 else batches[0]
    batches.clear()
    order = pc.sort_indices(whole.column("id"))
    ids = whole.column("id").take(order)
    ends = np.flatnonzero(pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)) + 1
    most = max(1, len(whole) * _LARGEST_PART // max(1, whole.nbytes))
    # Of the places where another id begins, the first that makes each part large enough.
    is_end = np.diff(ends // most, prepend=0) > 0
    bounds = [0, *ends[is_end].tolist(), len(whole)]
    yield from (whole.take(order[start:end]) for start, end in pairwise(bounds))


def _read(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(path), "rb") as stream, pa.ipc.open_stream(stream) as reader:
        yield from reader


def _merged(runs: Sequence[Iterator[pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of sorted runs in order, as much at once as is sure to be complete."""
    heads = [_Head(each) for each in runs]
    while heads := [each for each in heads if each.rows is not None]:
        # What follows in a run is not before the last id of what is here of it.
        limits = [each.last for each in heads if each.has_more]
        if not limits:
            yield from _sorted([each.take_all() for each in heads])
            continue
        limit = min(limits)
        found = [part for each in heads if len(part := each.take_before(limit))]
        yield from _sorted(found)
        for each in heads:
            if each.has_more and each.last == limit:
                each.read_on()


class _Head:
    """What is in memory of a sorted run."""

    def __init__(self, run: Iterator[pa.RecordBatch]) -> None:
        self._run = run
        self.rows: pa.RecordBatch | None = next(run, None)
        self._next = next(run, None)

    @property
    def has_more(self) -> bool:
        """Whether there is more of the run than what is in memory."""
        return self._next is not None

    @property
    def last(self) -> str:
        """The last id that is in memory."""
        assert self.rows is not None
        return self.rows.column("id")[-1].as_py()

    def take_before(self, limit: str) -> pa.RecordBatch:
        """Return the rows whose id is before the limit, which are then no longer here."""
        assert self.rows is not None
        ids = self.rows.column("id")
        end = bisect_left(range(len(ids)), limit, key=lambda row: ids[row].as_py())
        taken, left = self.rows.slice(0, end), self.rows.slice(end)
        self.rows = left if len(left) or self.has_more else None
        return taken

    def take_all(self) -> pa.RecordBatch:
        """Return all rows, which are then no longer here."""
        taken, self.rows = self.rows, None
        assert taken is not None
        return taken

    def read_on(self) -> None:
        """Take more of the run into memory, beside what is left of it."""
        assert self._next is not None and self.rows is not None
        self.rows = pa.concat_batches([self.rows, self._next])
        self._next = next(self._run, None)
