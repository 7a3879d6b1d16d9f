"""A dataset that is too large for one file, in parts that are not.

The whole dataset stays in its folder and is what define.xml describes; the parts stand in the
folder `split` below it, numbered: `lb1.xpt` holds the dataset LB1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from trialport.diagnostics import Diagnostic, Place, WriteError
from trialport.xport.reader import StoredMember, read_members
from trialport.xport.records import RECORD
from trialport.xport.writer import write_member

_LONGEST_NAME = 8


def write_parts(
    path: Path, folder: Path, largest: int, *, encoding: str, created: datetime | None
) -> list[Path]:
    """Write the parts of a transport file, each of at most `largest` bytes, and return them.

    Raises:
        WriteError: E5092, the parts have no names of 8 characters, or a record alone is larger.
    """
    (stored,) = read_members(path, encoding=encoding)
    member = stored.member
    row = sum(each.length or 8 for each in member.variables)
    rows = (largest - stored.section.start - RECORD) // row
    parts = -(-stored.observations // rows) if rows > 0 else 0
    if not parts or len(f"{member.name}{parts}") > _LONGEST_NAME:
        problem = "the dataset cannot be split into parts with names of 8 characters"
        raise WriteError([Diagnostic("E5092", Place(str(path)), problem)])
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for number in range(parts):
        part = replace(member, name=f"{member.name}{number + 1}")
        out = folder / f"{part.name.lower()}.xpt"
        with out.open("xb") as stream:
            records = _records(stored, number * rows, (number + 1) * rows)
            write_member(stream, part, records, encoding=encoding, created=created)
        written.append(out)
    return written


def _records(stored: StoredMember, first: int, last: int) -> Iterator[pa.RecordBatch]:
    at = 0
    for batch in stored.batches(special_missing=True):
        start, stop = max(first - at, 0), min(last - at, batch.num_rows)
        if start < stop:
            yield batch.slice(start, stop - start)
        at += batch.num_rows
