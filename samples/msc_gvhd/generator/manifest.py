"""The manifest of irregular cells, with the place of each in its file."""

import csv
from pathlib import Path
from types import TracebackType

from .delivery import DELIVERY
from .irregularities import Irregularity

COLUMNS = ("id", "table", "file", "row", "column", "raw_value", "kind", "action", "value")


class Manifest:
    """`irregularities.csv`, written block by block."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(COLUMNS)
        self._number = 0

    def add(self, found: list[Irregularity], places: dict[str, list[int]], suffix: str) -> None:
        """Write the irregular cells of a block; `places` holds the file row of each record."""
        for cell in found:
            self._number += 1
            self._writer.writerow(
                (
                    f"IR{self._number:04d}",
                    cell.table,
                    f"{cell.table}.{suffix or DELIVERY[cell.table].suffix}",
                    places[cell.table][cell.index],
                    cell.column,
                    cell.raw_value,
                    cell.kind,
                    cell.action,
                    cell.value,
                )
            )

    def __enter__(self) -> "Manifest":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
