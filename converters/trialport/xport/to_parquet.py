"""A dataset of a transport file as Parquet, chunk by chunk.

Columns keep the variables' names and order; labels, formats and lengths are in their metadata.
Special missing values of a number are in a text column `NAME__missing` behind it, where there
are any.
"""

from __future__ import annotations

from typing import BinaryIO

import pyarrow.parquet as pq

from trialport.xport.model import MISSING_SUFFIX
from trialport.xport.reader import StoredMember


def write_parquet(stored: StoredMember, stream: BinaryIO) -> int:
    """Write a dataset and return the number of its observations; the file is read twice.

    Raises:
        DataError: E3050, E3054, E3061, E3062.
    """
    empty = _empty_companions(stored)
    schema = stored.schema(special_missing=True)
    kept = [name for name in schema.names if name not in empty]
    schema = schema.empty_table().select(kept).schema
    rows = 0
    with pq.ParquetWriter(stream, schema) as writer:
        for batch in stored.batches(special_missing=True):
            writer.write_batch(batch.select(kept))
            rows += batch.num_rows
    return rows


def _empty_companions(stored: StoredMember) -> set[str]:
    """Return the columns for special missing values that hold none."""
    names = stored.schema(special_missing=True).names
    empty = {name for name in names if name.endswith(MISSING_SUFFIX)}
    for batch in stored.batches(special_missing=True):
        empty -= {name for name in empty if batch.column(name).null_count < batch.num_rows}
    return empty
