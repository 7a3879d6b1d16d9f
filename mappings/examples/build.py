"""Write the raw data of the example study: five subjects of the sample, their records unchanged.

    PYTHONPATH=converters python mappings/examples/build.py samples/msc_gvhd/raw

The data are invented, as those of the sample are; see samples/msc_gvhd/README.md. Text files keep
their bytes, encodings among them; workbooks are written anew with the same cells.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import python_calamine as calamine
import xlsxwriter

SUBJECTS = ("101-001", "101-002", "101-007", "101-013", "101-019")
"""One who was not enrolled, two of one arm, two of the other, of whom one died and one relapsed."""

_LEFT_OUT = ("data_dictionary.csv",)


def build(raw: Path, out: Path) -> None:
    """Write the records of the chosen subjects of each file."""
    for path in sorted(raw.iterdir()):
        if path.suffix == ".csv" and path.name not in _LEFT_OUT:
            (out / path.name).write_bytes(chosen_lines(path.read_bytes()))
        elif path.suffix == ".xlsx":
            _workbook(path, out / path.name)


def chosen_lines(content: bytes) -> bytes:
    """Return the header and the lines of the chosen subjects of a text file."""
    head, *lines = content.splitlines(keepends=True)
    wanted = tuple(f"{each},".encode() for each in SUBJECTS)
    return head + b"".join(each for each in lines if each.startswith(wanted))


def _workbook(path: Path, out: Path) -> None:
    sheet = calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    head, *rows = sheet.to_python()
    at = head.index("subject_no")
    chosen = [head, *(each for each in rows if each[at] in SUBJECTS)]
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": datetime(2024, 1, 1)})
        page = book.add_worksheet(sheet.name)
        for row, cells in enumerate(chosen):
            for column, cell in enumerate(cells):
                if cell != "":
                    page.write(row, column, cell)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(__file__).parent / "raw")
