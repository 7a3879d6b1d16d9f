"""The same tables as Parquet: every column text, for large numbers of subjects."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .delivery import Delivery, cell_text, excel_serial
from .rows import Cell, Row, is_day


class ParquetFile:
    """One Parquet file; each block of subjects is a row group."""

    def __init__(self, path: Path, columns: tuple[str, ...], delivery: Delivery) -> None:
        self._columns = columns
        self._delivery = delivery
        self._schema = pa.schema([(name, pa.string()) for name in columns])
        self._writer = pq.ParquetWriter(path, self._schema)
        self._records = 0

    def add(self, rows: Iterable[Row]) -> list[int]:
        """Write records as one row group; return the number of each record, counted from 1."""
        kept = list(rows)
        arrays = [
            pa.array([self._text(name, row.get(name)) for row in kept], pa.string())
            for name in self._columns
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        first = self._records + 1
        self._records += len(kept)
        return list(range(first, self._records + 1))

    def _text(self, name: str, value: Cell) -> str:
        if name in self._delivery.excel_serials and is_day(value):
            return str(excel_serial(value))
        return cell_text(value, self._delivery)

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()
