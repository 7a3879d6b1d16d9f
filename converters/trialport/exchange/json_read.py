"""Read Dataset-JSON 1.1: one JSON object, lines (NDJSON), or compressed lines (zlib or gzip).

Every fault is a DataError that names the file, the row and the variable; no cell is guessed.
Numeric dates and times become the numbers SAS keeps; a decimal becomes the double nearest to it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.exchange.json_cells import column_array
from trialport.exchange.json_columns import Column
from trialport.exchange.json_lines import lines
from trialport.exchange.json_metadata import described, json_object
from trialport.xport.arrow import dataset_schema
from trialport.xport.cell_fault import CellFault
from trialport.xport.model import Member

_ROWS = 16_384
"""Records in a batch."""


@dataclass(frozen=True, slots=True)
class JsonDataset:
    """A Dataset-JSON file: what it says of itself, and its observations on request.

    `rows` holds the records of the one-object form, which cannot be read in parts; those of the
    forms by lines are read anew each time.
    """

    path: Path
    member: Member
    observations: int
    columns: tuple[Column, ...]
    findings: tuple[Diagnostic, ...] = ()
    rows: list[Any] | None = field(default=None, repr=False)

    def batches(self, *, special_missing: bool = False) -> Iterator[pa.RecordBatch]:
        """Yield the observations in the order of the file.

        Raises:
            DataError: E3191 to E3196.
        """
        if self.rows is not None:
            yield from _batches(self, self.rows, special_missing=special_missing)
            return
        with _opened(self.path) as stream:
            found = lines(stream, str(self.path))
            next(found, b"")
            rows = _parsed(found, self.path)
            yield from _batches(self, rows, special_missing=special_missing)


def open_dataset_json(path: Path | str) -> JsonDataset:
    """Return the dataset of a file `.json`, `.ndjson` or `.dsjc`, with its metadata checked.

    Raises:
        DataError: E3191 no JSON, cut or damaged; E3192 against the schema; E3193 columns that no
            SAS dataset can hold; E3194 the number of records is not the one given; E3197 a name
            is given twice.
    """
    path = Path(path)
    with _opened(path) as stream:
        if path.suffix.lower() == ".json":
            return _whole(path, stream.read())
        metadata = json_object(next(lines(stream, str(path)), b""), str(path), 1)
    member, columns = described(metadata, str(path))
    if "rows" in metadata:
        problem = "the first line holds rows, which belong on lines of their own"
        raise DataError([Diagnostic("E3192", Place(str(path), 1), problem)])
    return JsonDataset(path, member, metadata["records"], columns)


def _whole(path: Path, content: bytes) -> JsonDataset:
    found = json_object(content, str(path))
    rows: Any = found.pop("rows", [])
    member, columns = described(found, str(path))
    if not isinstance(rows, list):
        raise DataError([Diagnostic("E3192", Place(str(path)), "rows: this is no array")])
    records = found["records"]
    if len(rows) != records:
        raise DataError([_count_fault(path, records, len(rows))])
    return JsonDataset(path, member, records, columns, rows=rows)


@contextmanager
def _opened(path: Path) -> Generator[BinaryIO]:
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        raise DataError([Diagnostic("E3050", Place(str(path)), problem)]) from error


def _parsed(found: Iterable[bytes], path: Path) -> Iterator[Any]:
    for number, line in enumerate(found, start=2):
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError as error:
            problem = f"this is no JSON: {error.msg} (character {error.colno})"
            place = Place(str(path), number)
            remedy = "a record is a JSON array on one line"
            raise DataError([Diagnostic("E3191", place, problem, remedy)]) from error


def _batches(
    dataset: JsonDataset, rows: Iterable[Any], *, special_missing: bool
) -> Iterator[pa.RecordBatch]:
    found, first = iter(rows), 0
    while chunk := list(islice(found, _ROWS)):
        if first + len(chunk) > dataset.observations:
            problem = f"the file holds more records than the {dataset.observations} it gives"
            raise DataError([Diagnostic("E3194", Place(str(dataset.path)), problem)])
        yield _batch(dataset, chunk, first, special_missing=special_missing)
        first += len(chunk)
    if first < dataset.observations:
        raise DataError([_count_fault(dataset.path, dataset.observations, first)])


def _batch(
    dataset: JsonDataset, chunk: list[Any], first: int, *, special_missing: bool
) -> pa.RecordBatch:
    width = len(dataset.columns)
    for number, row in enumerate(chunk, start=first + 1):
        if not isinstance(row, list) or len(row) != width:
            held = f"holds {len(row)} values" if isinstance(row, list) else "is no array"
            place = Place(str(dataset.path), record=f"row {number}")
            problem = f"the record {held}, and there are {width} columns"
            raise DataError([Diagnostic("E3195", place, problem, "write the file again")])
    arrays: list[pa.Array[Any]] = []
    for column, values in zip(dataset.columns, zip(*chunk, strict=True), strict=True):
        array = column_array(values, column)
        if isinstance(array, CellFault):
            raise DataError([_cell_diagnostic(dataset, column, array, first)])
        arrays.append(array)
        if special_missing and column.variable.type == "num":
            arrays.append(pa.nulls(len(chunk), pa.string()))
    schema = dataset_schema(dataset.member, special_missing=special_missing)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _cell_diagnostic(
    dataset: JsonDataset, column: Column, fault: CellFault, first: int
) -> Diagnostic:
    record = f"{dataset.member.name} row {first + fault.row + 1}"
    place = Place(str(dataset.path), column=column.variable.name, record=record)
    return Diagnostic(fault.code, place, fault.problem, fault.remedy)


def _count_fault(path: Path, given: int, held: int) -> Diagnostic:
    problem = f"the file gives {given} records and holds {held}"
    return Diagnostic("E3194", Place(str(path)), problem, "fetch or write it again")
