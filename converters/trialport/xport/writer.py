"""Write one member as a transport file, chunk by chunk.

The stream is written from its first byte to its last; at no time is more than one chunk of
observations held. Same members, batches and `created` give the same bytes.

Source: SAS technical note TS-140, "Record layout of a SAS version 5 or 6 data set".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import pyarrow as pa

from trialport.diagnostics import Diagnostic
from trialport.xport.encodings import Policy
from trialport.xport.layout import Layout
from trialport.xport.model import Member
from trialport.xport.records import padding

CHUNK_ROWS = 65_536
CHUNK_BYTES = 32 * 1024 * 1024
"""A chunk holds at most so many rows, and at most so many bytes."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: observations, bytes, and warnings about characters that were changed."""

    observations: int
    size: int
    findings: tuple[Diagnostic, ...] = ()


def write_member(
    stream: BinaryIO,
    member: Member,
    batches: Iterable[pa.RecordBatch],
    *,
    encoding: str = "ascii",
    on_unencodable: Policy = "error",
    created: datetime | None = None,
    allow_underflow: bool = False,
) -> Written:
    """Write a transport file with one member to a binary stream.

    Args:
        stream: where the file goes; on a fault an unfinished file is left in it.
        member: the dataset; every text variable needs its length (see `measure`).
        batches: the observations, with the member's variables as columns in any order. Text comes
            as strings or dictionaries of strings; numbers as integers, floats, dates (SAS days),
            timestamps without zone (SAS seconds) or times. A text column `NAME__missing` may hold
            special missing values of the number NAME.
        encoding: one of `encodings.ENCODINGS`; the file does not say which.
        on_unencodable: what becomes of characters that do not fit: `error`, `transliterate`
            (é as e) or `replace` (a question mark); changes are counted in the findings.
        created: the two stamps; 1960-01-01T00:00:00 where not given. Aware times are kept in UTC.
        allow_underflow: write numbers below 5.4e-79 in magnitude as 0 instead of refusing them.

    Raises:
        WriteError: E4010 to E4032, E4035; nothing is cut, rounded or replaced without being asked.
    """
    layout = Layout(member, encoding, on_unencodable, allow_underflow)
    stream.write(layout.opening(created))
    observations, last = 0, b""
    for batch in batches:
        layout.check_columns(batch.schema)
        for chunk in _chunks(batch, layout.size):
            rows = layout.rows(chunk, observations)
            stream.write(rows)
            observations += chunk.num_rows
            last = bytes(rows[-layout.size :])
    layout.check_tail(last, observations)
    written = observations * layout.size
    stream.write(padding(written))
    total = layout.opening_size + written + len(padding(written))
    return Written(observations, total, layout.findings())


def _chunks(batch: pa.RecordBatch, row_size: int) -> Iterator[pa.RecordBatch]:
    rows = max(1, min(CHUNK_ROWS, CHUNK_BYTES // row_size))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)
