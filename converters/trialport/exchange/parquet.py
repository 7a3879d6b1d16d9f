"""A dataset as Parquet, chunk by chunk, and back.

Columns keep the variables' names and order; labels, formats and lengths are in their metadata.
Special missing values of a number are in a text column `NAME__missing` behind it, where there
are any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.exchange.dataset import Dataset
from trialport.xport.arrow import dataset_schema
from trialport.xport.model import MISSING_SUFFIX, Member, Variable


def write_parquet(dataset: Dataset, stream: BinaryIO) -> int:
    """Write a dataset and return the number of its observations; it is read twice.

    Raises:
        DataError: what reading the dataset raises.
    """
    empty = _empty_companions(dataset)
    schema = dataset_schema(dataset.member, special_missing=True)
    kept = [name for name in schema.names if name not in empty]
    schema = schema.empty_table().select(kept).schema
    rows = 0
    with pq.ParquetWriter(stream, schema) as writer:
        for batch in dataset.batches(special_missing=True):
            writer.write_batch(batch.select(kept))
            rows += batch.num_rows
    return rows


def read_parquet(path: Path) -> pa.Table:
    """Return the table of a Parquet file, with its metadata.

    Raises:
        DataError: E3293, it is no Parquet file that can be read.
    """
    try:
        return pq.ParquetFile(path).read()
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or 'it is cut or damaged'}"
        raise DataError([Diagnostic("E3293", Place(str(path)), problem)]) from error
    except pa.ArrowException as error:
        problem = "this is no Parquet file, or it is cut or damaged"
        raise DataError([Diagnostic("E3293", Place(str(path)), problem)]) from error


class ParquetDataset:
    """A Parquet file as a described dataset; what its metadata do not tell is empty.

    Raises:
        DataError: E3293, it is no Parquet file, or a column is neither text nor number.
    """

    def __init__(self, path: Path) -> None:
        self._table = read_parquet(path)
        told = self._table.schema.metadata or {}
        self.member = Member(
            _text(told, b"name") or path.stem.upper(),
            _text(told, b"label"),
            tuple(
                _variable(each, path)
                for each in self._table.schema
                if not each.name.endswith(MISSING_SUFFIX)
            ),
        )

    @property
    def observations(self) -> int:
        """How many observations there are."""
        return self._table.num_rows

    def batches(self, *, special_missing: bool = False) -> Iterator[pa.RecordBatch]:
        """Yield the observations in the order of the file."""
        schema = dataset_schema(self.member, special_missing=special_missing)
        there = set(self._table.column_names)
        columns = [
            self._table[each.name].cast(each.type)
            if each.name in there
            else pa.nulls(self.observations, each.type)
            for each in schema
        ]
        yield from pa.Table.from_arrays(columns, schema=schema).to_batches()


def _variable(column: pa.Field[Any], path: Path) -> Variable:
    kind, told = column.type, column.metadata or {}
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not is_text and not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        problem = f"column '{column.name}' is {kind}, which is neither text nor number"
        remedy = "write dates as ISO 8601 text or as SAS days"
        raise DataError([Diagnostic("E3293", Place(str(path)), problem, remedy)])
    length = _text(told, b"length")
    return Variable(
        column.name,
        _text(told, b"label"),
        "char" if is_text else "num",
        int(length) if length.isdecimal() else None,
        _text(told, b"format"),
        _text(told, b"informat"),
    )


def _text(told: Mapping[bytes, bytes], name: bytes) -> str:
    return told.get(name, b"").decode("utf-8", "replace")


def _empty_companions(dataset: Dataset) -> set[str]:
    """Return the columns for special missing values that hold none."""
    names = dataset_schema(dataset.member, special_missing=True).names
    empty = {name for name in names if name.endswith(MISSING_SUFFIX)}
    for batch in dataset.batches(special_missing=True):
        empty -= {name for name in empty if batch.column(name).null_count < batch.num_rows}
    return empty
