"""A dataset as Parquet, chunk by chunk, and back.

Columns keep the variables' names and order; labels, formats and lengths are in their metadata.
Special missing values of a number are in a text column `NAME__missing` behind it, where there
are any.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.exchange.dataset import Dataset
from trialport.xport.arrow import dataset_schema
from trialport.xport.model import MISSING_SUFFIX


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


def _empty_companions(dataset: Dataset) -> set[str]:
    """Return the columns for special missing values that hold none."""
    names = dataset_schema(dataset.member, special_missing=True).names
    empty = {name for name in names if name.endswith(MISSING_SUFFIX)}
    for batch in dataset.batches(special_missing=True):
        empty -= {name for name in empty if batch.column(name).null_count < batch.num_rows}
    return empty
