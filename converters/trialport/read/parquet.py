"""Parquet files as text."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as arrow

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.read.cells import array_texts
from trialport.read.frames import column_texts
from trialport.read.texts import RawTexts
from trialport.spec.nodes import RawTable


def read_parquet(path: Path, contract: RawTable) -> RawTexts:
    """Return a Parquet file as text; the line of a record is its position, from 1.

    Raises:
        DataError: E3003 names of columns, E3012 no Parquet file, E3014 values that have no text.
    """
    try:
        # The file alone: no folder of partitions, no columns from the names of folders.
        with arrow.ParquetFile(path) as file:
            table = file.read()
    except pa.ArrowException as error:
        problem = "the file cannot be read as Parquet"
        raise DataError([Diagnostic("E3012", Place(contract.file.text), problem)]) from error
    names: list[object] = list(table.column_names)
    return column_texts(names, list(table.columns), array_texts, contract, first_line=1)
