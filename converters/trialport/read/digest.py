"""A digest of what a raw table holds, whatever the order of its records and columns."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

_BATCH = 1 << 16


def content_digest(table: pa.Table) -> str:
    """Return the SHA-256 (hexadecimal) of the column names and the sorted digests of the records.

    The order of columns and of records does not count; a record that is there twice counts twice,
    and a null is not an empty text. A record is digested as the UTF-8 of its cells, each led by its
    length in bytes, so that no two records look alike.
    """
    names = sorted(table.column_names)
    total = hashlib.sha256("".join(f"{len(name.encode())}:{name}" for name in names).encode())
    records: list[bytes] = []
    for batch in table.select(names).to_batches(max_chunksize=_BATCH):
        records += [hashlib.sha256(record).digest() for record in _records(batch)]
    records.sort()
    total.update(b"".join(records))
    return total.hexdigest()


def _records(batch: pa.RecordBatch) -> list[bytes]:
    parts: list[pa.Array] = []
    for column in batch.columns:
        length = pc.call_function("binary_length", [column]).cast(pa.string())
        parts += [length.fill_null("-"), column.fill_null("")]
    # With no column there is nothing to join, and every record is the empty one.
    if not parts:
        return [b""] * batch.num_rows
    joined = pc.call_function("binary_join_element_wise", [*parts, pa.scalar("\x1f")])
    return joined.cast(pa.binary()).to_pylist()
