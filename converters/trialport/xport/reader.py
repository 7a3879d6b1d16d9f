"""Read the members of a transport file, chunk by chunk, as Arrow record batches.

Every fault is a DataError that names file, byte offset, member, variable and observation. The
encoding is never guessed. Dates and times stay the numbers SAS keeps; formats tell them apart.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trialport.diagnostics import DataError, Diagnostic, Place, did_you_mean
from trialport.xport.arrow import dataset_schema
from trialport.xport.cell_fault import CellFault
from trialport.xport.encodings import ENCODINGS, known_encoding
from trialport.xport.model import Member, Variable
from trialport.xport.sas_numbers import FULL, read_numbers
from trialport.xport.source import Source
from trialport.xport.structure import Section, sections
from trialport.xport.text import decode_text

CHUNK_ROWS = 65_536
CHUNK_BYTES = 32 * 1024 * 1024
"""A chunk holds at most so many rows, and at most so many bytes."""


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A member of a transport file: what its header says, and its observations on request."""

    member: Member
    observations: int
    findings: tuple[Diagnostic, ...]
    origin: Path | BinaryIO
    encoding: str
    section: Section

    def schema(self, *, special_missing: bool = False) -> pa.Schema:
        """Return the schema of the batches; labels, formats and lengths are in its metadata."""
        return dataset_schema(self.member, special_missing=special_missing)

    def batches(self, *, special_missing: bool = False) -> Iterator[pa.RecordBatch]:
        """Yield the observations in the order of the file.

        Args:
            special_missing: put a column `NAME__missing` behind every number, with `.A` to `.Z`
                and `._` where the file has them and NULL elsewhere. Without it such a value is
                an error (E3063), for it would be lost.

        Raises:
            DataError: E3050, E3054, E3061 to E3063.
        """
        with _opened(self.origin, self.encoding) as source:
            yield from _batches(source, self, special_missing=special_missing)


def read_members(
    origin: Path | str | BinaryIO, *, encoding: str = "ascii"
) -> tuple[StoredMember, ...]:
    """Return the members of a transport file, in the order of the file.

    All headers are read and checked now, the observations when asked for. A stream must be
    seekable and stay open meanwhile; a path is opened again for every reading.

    Raises:
        DataError: E3050 to E3060, E3066, E3067.
    """
    where = Path(origin) if isinstance(origin, str) else origin
    with _opened(where, encoding) as source:
        found = sections(source)
    return tuple(
        StoredMember(
            section.member, section.observations, section.findings, where, encoding, section
        )
        for section in found
    )


@contextmanager
def _opened(origin: Path | BinaryIO, encoding: str) -> Generator[Source]:
    file = str(origin) if isinstance(origin, Path) else str(getattr(origin, "name", "stream"))
    codec = known_encoding(encoding)
    if codec is None:
        remedy = did_you_mean(encoding, ENCODINGS) or "use 'ascii', 'utf-8' or 'gb18030'"
        problem = f"unknown encoding '{encoding}'"
        raise DataError([Diagnostic("E3067", Place(file), problem, remedy)])
    try:
        if not isinstance(origin, Path):
            yield Source(origin, file, _size(origin), codec)
            return
        with origin.open("rb") as stream:
            yield Source(stream, file, _size(stream), codec)
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        raise DataError([Diagnostic("E3050", Place(file), problem, "")]) from error


def _size(stream: BinaryIO) -> int:
    return stream.seek(0, io.SEEK_END)


def _batches(
    source: Source, stored: StoredMember, *, special_missing: bool
) -> Iterator[pa.RecordBatch]:
    section = stored.section
    schema = stored.schema(special_missing=special_missing)
    step = max(1, min(CHUNK_ROWS, CHUNK_BYTES // section.row_size))
    for first in range(0, section.observations, step):
        rows = min(step, section.observations - first)
        chunk = _Chunk(source, section, first, rows)
        yield pa.RecordBatch.from_arrays(
            chunk.columns(special_missing=special_missing), schema=schema
        )


class _Chunk:
    """Some observations in a row, as bytes."""

    def __init__(self, source: Source, section: Section, first: int, rows: int) -> None:
        self.source, self.section, self.first, self.rows = source, section, first, rows
        start = section.start + first * section.row_size
        self.content = source.read(start, rows * section.row_size)

    def columns(self, *, special_missing: bool) -> list[pa.Array[Any]]:
        """Return the variables as Arrow arrays, in the order of the schema."""
        columns: list[pa.Array[Any]] = []
        for variable, position in zip(
            self.section.member.variables, self.section.positions, strict=True
        ):
            if variable.type == "char":
                columns.append(self._text(variable, position))
                continue
            numbers, special = self._numbers(variable, position)
            columns.append(numbers)
            if special_missing:
                columns.append(pa.nulls(self.rows, pa.string()) if special is None else special)
            elif special is not None:
                self._fail(_special_fault(special), variable, position)
        return columns

    def _text(self, variable: Variable, position: int) -> pa.Array[Any]:
        cells = np.ascontiguousarray(self._cells(position, f"V{variable.length}"))
        text = decode_text(cells, self.source.encoding)
        if isinstance(text, CellFault):
            self._fail(text, variable, position)
        return text

    def _numbers(
        self, variable: Variable, position: int
    ) -> tuple[pa.Array[Any], pa.Array[Any] | None]:
        found = read_numbers(self._patterns(position, variable.length or FULL))
        if isinstance(found, CellFault):
            self._fail(found, variable, position)
        return found

    def _patterns(self, position: int, length: int) -> NDArray[np.uint64]:
        if length == FULL:
            return self._cells(position, ">u8").astype(np.uint64)
        wide = np.zeros((self.rows, FULL), dtype=np.uint8)
        cells = np.ascontiguousarray(self._cells(position, f"V{length}"))
        wide[:, :length] = cells.view(np.uint8).reshape(self.rows, length)
        return wide.reshape(-1).view(">u8").astype(np.uint64)

    def _cells(self, position: int, dtype: str) -> NDArray[Any]:
        return np.ndarray(
            (self.rows,),
            dtype=dtype,
            buffer=self.content,
            offset=position,
            strides=(self.section.row_size,),
        )

    def _fail(self, fault: CellFault, variable: Variable, position: int) -> NoReturn:
        row = self.first + fault.row
        offset = self.section.start + row * self.section.row_size + position
        member = f"{self.section.member.name} row {row + 1}"
        self.source.fail(fault.code, fault.problem, fault.remedy, offset, member, variable.name)


def _special_fault(special: pa.Array[Any]) -> CellFault:
    row = special.is_valid().index(True).as_py()
    return CellFault(
        row,
        "E3063",
        f"the number is the special missing value {special[row].as_py()}",
        "read with special_missing, which gives such values a column of their own",
    )
