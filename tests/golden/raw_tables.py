"""The raw files of the sample study as text, read with nothing of trialport."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from python_calamine import CalamineWorkbook

Row = dict[str, str]
Tables = dict[str, list[Row]]
_GB18030 = {"labs", "death"}
_MISSING = {"", "NA", "ND", "UK", "未查", "不详", "/"}
_BLANKS = " \t\r\n\u00a0\u3000\ufeff"


def read_raw(folder: Path) -> Tables:
    """Return every raw table as records of text, the cells as they were delivered."""
    found = {path.stem: _csv(path) for path in sorted(folder.glob("*.csv"))}
    found |= {path.stem: _workbook(path) for path in sorted(folder.glob("*.xlsx"))}
    del found["data_dictionary"]
    return found


def frames(tables: Tables, columns: Mapping[str, list[str]]) -> dict[str, pd.DataFrame]:
    """Return the tables as data frames, each with its columns even where it has no record."""
    return {name: pd.DataFrame(rows, columns=columns[name]) for name, rows in tables.items()}


def by_subject(tables: Tables) -> dict[str, Tables]:
    """Return the tables of each subject number, however it was written."""
    found: dict[str, Tables] = defaultdict(lambda: defaultdict(list))
    for name, rows in tables.items():
        for row in rows:
            found[plain(row["subject_no"])][name].append(row)
    return dict(found)


def told(cell: str) -> str:
    """Return a cell without blanks around it; empty where it says nothing."""
    text = cell.strip(_BLANKS)
    return "" if text in _MISSING else text


def plain(cell: str) -> str:
    """Return a cell as `told`, in half width."""
    return unicodedata.normalize("NFKC", told(cell))


def number(cell: str) -> float | None:
    """Return the number of a cell."""
    text = plain(cell).replace(",", "")
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?(E\d+)?", text) else None


def dated(cell: str) -> str:
    """Return what a cell tells of a day as `2021-05-09`, `2021-05`, `2021` or nothing."""
    text = re.split("[ T]", plain(cell))[0]
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return f"{date(1899, 12, 30) + timedelta(days=int(float(text)))}"
    found = re.fullmatch(r"(\d{4})(?:[-/年](\d{1,2})(?:[-/月](\d{1,2}|UK)日?)?)?", text)
    if not found:
        return ""
    year, month, day = found.groups()
    parts = [year, *(f"{int(each):02}" for each in (month, day) if each and each != "UK")]
    known = "-".join(parts)
    try:
        date.fromisoformat(known + "0000-01-01"[len(known) :])
    except ValueError:
        return ""
    return known


def span(known: str) -> tuple[date, date] | None:
    """Return the first and the last day that a date can mean."""
    if not known:
        return None
    first = date.fromisoformat(known + "0000-01-01"[len(known) :])
    if len(known) == 10:
        return first, first
    month = first.month if len(known) == 7 else 12
    return first, date(first.year, month, monthrange(first.year, month)[1])


def complete(known: str) -> date | None:
    """Return a date that is known to the day."""
    return date.fromisoformat(known) if len(known) == 10 else None


def latest(days: Iterable[date | None]) -> date | None:
    """Return the latest day of those that are known."""
    return max((each for each in days if each), default=None)


def _csv(path: Path) -> list[Row]:
    encoding = "gb18030" if path.stem in _GB18030 else "utf-8-sig"
    rows = [each for each in csv.reader(io.StringIO(_text(path, encoding), newline="")) if each]
    return [dict(zip(rows[0], cells, strict=True)) for cells in rows[1:]]


def _text(path: Path, encoding: str) -> str:
    return path.read_bytes().decode(encoding)


def _workbook(path: Path) -> list[Row]:
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    rows = [[_cell(each) for each in cells] for cells in sheet]
    return [dict(zip(rows[0], cells, strict=True)) for cells in rows[1:]]


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
