"""Read a CSV file that `export_dataset` wrote, with the description beside it."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.exchange.csv import unguard
from trialport.exchange.csv_metadata import read_csv_metadata
from trialport.xport.arrow import dataset_schema
from trialport.xport.ibm import MISSING_BYTES
from trialport.xport.model import Member, Variable

_ROWS = 16_384


class CsvDataset:
    """A CSV file with its description."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.member: Member = read_csv_metadata(path)
        self.findings: tuple[Diagnostic, ...] = ()

    @property
    def observations(self) -> int:
        """How many observations there are; the file is read for it."""
        return sum(batch.num_rows for batch in self.batches())

    def batches(self, *, special_missing: bool = False) -> Iterator[pa.RecordBatch]:
        """Yield the observations in the order of the file.

        Raises:
            DataError: E3292, a record or a cell is not as the description says.
        """
        schema = dataset_schema(self.member, special_missing=special_missing)
        names = [each.name for each in self.member.variables]
        try:
            with self.path.open(encoding="utf-8", newline="") as stream:
                rows = csv.reader(stream, strict=True)
                if next(rows, []) != names:
                    raise self._fault(1, "the names are not those of the description")
                first = 2
                while chunk := list(islice(rows, _ROWS)):
                    arrays = self._arrays(chunk, first, special_missing=special_missing)
                    yield pa.RecordBatch.from_arrays(arrays, schema=schema)
                    first += len(chunk)
        except OSError as error:
            problem = f"the file cannot be read: {error.strerror or error}"
            raise DataError([Diagnostic("E3050", Place(str(self.path)), problem)]) from error
        except (csv.Error, UnicodeDecodeError) as error:
            raise self._fault(None, "this is no CSV in UTF-8") from error

    def _arrays(
        self, chunk: list[list[str]], first: int, *, special_missing: bool
    ) -> list[pa.Array[Any]]:
        width = len(self.member.variables)
        for number, row in enumerate(chunk, start=first):
            if len(row) != width:
                raise self._fault(number, f"the record has {len(row)} cells, not {width}")
        arrays: list[pa.Array[Any]] = []
        for variable, cells in zip(self.member.variables, zip(*chunk, strict=True), strict=True):
            if variable.type == "char":
                arrays.append(pa.array([unguard(each) for each in cells], pa.string()))
                continue
            arrays.append(self._numbers(variable, cells, first))
            if special_missing:
                marks = [each if each in MISSING_BYTES else None for each in cells]
                arrays.append(pa.array(marks, pa.string()))
        return arrays

    def _numbers(self, variable: Variable, cells: Sequence[str], first: int) -> pa.Array[Any]:
        numbers: list[float | None] = []
        for number, cell in enumerate(cells, start=first):
            if not cell or cell in MISSING_BYTES:
                numbers.append(None)
                continue
            try:
                numbers.append(float(cell))
            except ValueError:
                numbers.append(math.nan)
            if not math.isfinite(numbers[-1] or 0.0):
                raise self._fault(number, f"the cell of {variable.name} is no number")
        return pa.array(numbers, pa.float64())

    def _fault(self, line: int | None, problem: str) -> DataError:
        remedy = "write it again, with its description"
        return DataError([Diagnostic("E3292", Place(str(self.path), line), problem, remedy)])
