"""NDJSON files: one resource a line, sorted by id, the same bytes whatever the order of input."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from trialport.fhir.slot_values import Mask, Places
from trialport.xport.atomic import atomic_file

Duplicate = Callable[[str, str, str], None]
"""Told of a resource whose id another has: the id, the identity of the first and its own."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """An NDJSON file: where it is, what it holds, and the digest of its bytes."""

    path: Path
    type: str
    count: int
    size: int
    sha256: str


def write_ndjson(
    path: Path,
    resource_type: str,
    blocks: Iterable[pa.RecordBatch],
    duplicate: Duplicate,
    seen: Callable[[str], None] | None = None,
) -> WrittenFile:
    """Write the JSON texts of resources, one a line; UTF-8 without a byte order mark.

    Args:
        path: the file.
        resource_type: the type of the resources.
        blocks: of a `Sorter`; the first resource of each id is written.
        duplicate: told of every further resource of an id.
        seen: told the id of each resource that is written.

    Raises:
        WriteError: E4034, the folder or the disk does not take the file.
    """
    digest = hashlib.sha256()
    count = size = 0
    with atomic_file(path) as stream:
        for block in blocks:
            kept = _first_of_each(block, duplicate)
            data = _joined(kept.column("text"))
            digest.update(data)
            size += stream.write(data)
            count += len(kept)
            if seen is not None:
                for id_ in kept.column("id").to_pylist():
                    seen(id_)
    return WrittenFile(path, resource_type, count, size, digest.hexdigest())


def _first_of_each(block: pa.RecordBatch, duplicate: Duplicate) -> pa.RecordBatch:
    """Return the first resource of each id; report the others.

    Those of one id are ordered by their identity and their text.
    """
    ids = block.column("id")
    is_same = pc.equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
    if not is_same.any():
        return block
    rows = np.arange(len(block))
    kept = np.append(True, ~is_same)
    # In front of each run of one id its first resource, wherever it stood.
    for start, run in _runs(rows, kept):
        known = [(_shown(block.column("identity")[row].as_py()), row) for row in run]
        known.sort(key=lambda each: (each[0], block.column("text")[each[1]].as_py()))
        rows[start] = known[0][1]
        for identity, _ in known[1:]:
            duplicate(ids[start].as_py(), known[0][0], identity)
    return block.take(pa.array(rows[kept]))


def _runs(rows: Places, is_first: Mask) -> Iterator[tuple[int, list[int]]]:
    """Yield where each run of more than one row begins, and its rows."""
    starts = np.flatnonzero(is_first)
    ends = np.append(starts[1:], len(rows))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end - start > 1:
            yield start, list(range(start, end))


def _joined(texts: pa.Array) -> memoryview:
    """Return all texts behind one another: they lie so in memory."""
    _, bounds, data = texts.buffers()
    if data is None:
        return memoryview(b"")
    own = np.frombuffer(bounds, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[own[0] : own[-1]]


def _shown(identity: str) -> str:
    """Return an identity without tabs and line feeds."""
    return identity if identity.isprintable() else orjson.dumps(identity).decode()


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file; it appears whole or not at all.

    Raises:
        WriteError: E4034, the folder or the disk does not take the file.
    """
    with atomic_file(path) as stream:
        stream.write(data)
