"""How each table is delivered: the one place that names encodings, line ends and workbooks."""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import xlsxwriter

from .rows import Cell, Row, is_day


@dataclass(frozen=True, slots=True)
class Delivery:
    """The format of one file.

    `dates` is `iso` (2021-05-09), `slash` (2021/5/9) or `hanzi` (2021年5月9日).
    `ending` is written once after the last record.
    """

    suffix: str = "csv"
    encoding: str = "utf-8-sig"
    line_end: str = "\n"
    dates: str = "iso"
    ending: str = ""
    # Excel only: the columns with true dates shown as dates, and those with bare serial numbers.
    excel_dates: tuple[str, ...] = ()
    excel_serials: tuple[str, ...] = ()


PLAIN = Delivery()
DELIVERY: dict[str, Delivery] = {
    "screening": PLAIN,
    "randomisation": PLAIN,
    "baseline": PLAIN,
    "donor": PLAIN,
    "conditioning": Delivery(dates="hanzi"),
    "prophylaxis": PLAIN,
    "transplant": PLAIN,
    "msc_infusion": Delivery(suffix="xlsx", encoding="", line_end="", excel_dates=("inf_date",)),
    "gvhd_acute": PLAIN,
    "gvhd_chronic": PLAIN,
    "gvhd_treatment": Delivery(line_end="\r\n"),
    "engraftment": PLAIN,
    "chimerism": PLAIN,
    "viral_load": PLAIN,
    "labs": Delivery(encoding="gb18030"),
    "ae": Delivery(suffix="xlsx", encoding="", line_end="", excel_serials=("end_date",)),
    "visits": Delivery(ending="\n"),
    "relapse": Delivery(dates="slash"),
    "death": Delivery(encoding="gb18030"),
    "withdrawal": PLAIN,
    "last_contact": Delivery(encoding="utf-8"),
    "data_dictionary": PLAIN,
}  # fmt: skip

_EXCEL_DAY_0 = date(1899, 12, 30)


def excel_serial(day: date) -> int:
    """Return the number Excel stores for a date.

    >>> excel_serial(date(2021, 3, 1))
    44256
    """
    return (day - _EXCEL_DAY_0).days


def cell_text(value: Cell, delivery: Delivery) -> str:
    """Return a value as the file writes it.

    >>> cell_text(date(2021, 5, 9), DELIVERY["relapse"]), cell_text(None, PLAIN)
    ('2021/5/9', '')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return _date_text(value, delivery.dates)
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)


def _date_text(day: date, style: str) -> str:
    if style == "slash":
        return f"{day.year}/{day.month}/{day.day}"
    if style == "hanzi":
        return f"{day.year}年{day.month}月{day.day}日"
    return day.isoformat()


class RawFile(Protocol):
    """One file of the export."""

    def add(self, rows: Iterable[Row]) -> list[int]:
        """Write records; return the row of each in the file, counted from 1."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class CsvFile:
    """One delimited file that grows block by block and knows the line of each record."""

    def __init__(self, path: Path, columns: tuple[str, ...], delivery: Delivery) -> None:
        self._delivery = delivery
        self._columns = columns
        self._file = path.open("w", encoding=delivery.encoding, newline="")
        self._line = 1
        self._write(list(columns))

    def add(self, rows: Iterable[Row]) -> list[int]:
        """Write records; return the line on which each begins, the header being line 1."""
        lines: list[int] = []
        for row in rows:
            lines.append(self._line)
            self._write([cell_text(row.get(name), self._delivery) for name in self._columns])
        return lines

    def _write(self, fields: list[str]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(fields)
        self._line += text.getvalue().count("\n")
        # A line break inside a quoted text stays a bare LF in a file with CRLF line ends.
        self._file.write(text.getvalue().removesuffix("\n") + self._delivery.line_end)

    def close(self) -> None:
        """Write the ending and close the file."""
        self._file.write(self._delivery.ending)
        self._file.close()


class XlsxFile:
    """One workbook with one sheet; typed cells, and the same bytes at every run."""

    def __init__(self, path: Path, columns: tuple[str, ...], delivery: Delivery) -> None:
        self._path = path
        self._columns = columns
        self._delivery = delivery
        self._buffer = io.BytesIO()
        self._book: Any = xlsxwriter.Workbook(self._buffer, {"in_memory": True})
        self._book.set_properties({"created": datetime(2023, 7, 3, tzinfo=UTC)})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheet: Any = self._book.add_worksheet(path.stem)
        self._sheet.write_row(0, 0, columns)
        self._row = 1

    def add(self, rows: Iterable[Row]) -> list[int]:
        """Write records; return the sheet row of each, the header being row 1."""
        numbers: list[int] = []
        for row in rows:
            for place, name in enumerate(self._columns):
                self._cell(place, name, row.get(name))
            self._row += 1
            numbers.append(self._row)
        return numbers

    def _cell(self, place: int, name: str, value: Cell) -> None:
        if value is None or value == "":
            return
        if is_day(value):
            if name in self._delivery.excel_dates:
                self._sheet.write_number(self._row, place, excel_serial(value), self._day)
                return
            if name in self._delivery.excel_serials:
                self._sheet.write_number(self._row, place, excel_serial(value))
                return
        if isinstance(value, int | float):
            self._sheet.write_number(self._row, place, value)
        else:
            self._sheet.write_string(self._row, place, cell_text(value, self._delivery))

    def close(self) -> None:
        """Write the workbook, its members stored without compression.

        Compressed bytes depend on the build of zlib; stored ones do not.
        """
        self._book.close()
        with zipfile.ZipFile(self._buffer) as made, zipfile.ZipFile(self._path, "w") as kept:
            for member in made.infolist():
                name = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
                name.create_system = 0
                kept.writestr(name, made.read(member))


class Export:
    """The folder of delivered files; tables are added block by block."""

    def __init__(self, folder: Path, columns: dict[str, tuple[str, ...]], kind: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files: dict[str, RawFile] = {}
        for table, names in columns.items():
            delivery = DELIVERY[table]
            if kind == "parquet":
                # Imported here: only this format needs pyarrow.
                from .parquet_file import ParquetFile

                self._files[table] = ParquetFile(folder / f"{table}.parquet", names, delivery)
                continue
            make = XlsxFile if delivery.suffix == "xlsx" else CsvFile
            self._files[table] = make(folder / f"{table}.{delivery.suffix}", names, delivery)

    def add(self, table: str, rows: Iterable[Row]) -> list[int]:
        """Write records of one table; return the row of each in its file."""
        return self._files[table].add(rows)

    def __enter__(self) -> "Export":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            file.close()
