"""One table through every kind of source: under one contract it is staged as the same values."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter
from trialport.read.stage import stage_plan
from trialport.read.tables import read_tables
from trialport.spec.nodes import DateStyle, RawColumn, Sources

from tests.read.test_stage import Engine, column, contracts, table, text

_DAYS = (DateStyle.ISO, DateStyle.SLASH, DateStyle.CHINESE, DateStyle.EXCEL)
_COLUMNS: dict[str, RawColumn] = {
    "NO": column(pattern=text("[0-9]{3}")),
    "DAY": column("date", styles=_DAYS),
    "SCORE": column("number", minimum="0", missing=("", "未查")),
    "NOTE": column(missing=("", "/")),
}
_STAGED = {
    "NO": ["001", "002", "003"],
    "DAY": ["2021-05-09", "2021-05", None],
    "SCORE": [2.5, None, 0.0],
    "NOTE": ["皮疹\n加重", None, "x, y"],
}
_TEXTS = [
    ["NO", "DAY", "SCORE", "NOTE"],
    ["001", "2021/5/9", "2.50", "皮疹\n加重"],
    ["002", "2021-05", "未查", "/"],
    ["003", "", "0", "x, y"],
]
_FRAME = {
    "NO": ["001", "002", "003"],
    "DAY": ["2021-05-09", "2021-05", None],
    "SCORE": [2.5, None, 0.0],
    "NOTE": ["皮疹\n加重", None, "x, y"],
}

Given = tuple[str, str | None, Path | dict[str, Any]]
"""File and encoding of the contract, and the raw folder or what is handed in."""


def _csv(encoding: str, line_end: str) -> Callable[[Path], Given]:
    def made(folder: Path) -> Given:
        out = io.StringIO()
        csv.writer(out, lineterminator=line_end).writerows(_TEXTS)
        (folder / "t.csv").write_bytes(out.getvalue().encode(encoding))
        return "t.csv", encoding, folder

    return made


def _excel(day: str | int | dt.date) -> Callable[[Path], Given]:
    def made(folder: Path) -> Given:
        with xlsxwriter.Workbook(folder / "t.xlsx") as book:
            date = book.add_format({"num_format": "yyyy-mm-dd"})
            # xlsxwriter's types do not know dates.
            sheet: Any = book.add_worksheet()
            for at, cells in enumerate(_TEXTS):
                for place, cell in enumerate(cells):
                    sheet.write_string(at, place, cell)
            sheet.write(1, 1, day, *([date] if isinstance(day, dt.date) else []))
            sheet.write_number(1, 2, 2.5)
        return "t.xlsx", None, folder

    return made


def _xpt(folder: Path) -> Given:
    # Written by other software: ours refuses the line break.
    frame: Any = pd.DataFrame(_FRAME)
    pyreadstat.write_xport(frame, folder / "t.xpt", table_name="T", file_format_version=5)
    return "t.xpt", "utf-8", folder


def _parquet(folder: Path) -> Given:
    pq.write_table(pa.table(_FRAME), folder / "t.parquet")
    return "t.parquet", None, folder


_SOURCES: dict[str, Callable[[Path], Given]] = {
    "csv": _csv("utf-8", "\n"),
    "csv with a byte order mark": _csv("utf-8-sig", "\r\n"),
    "csv in gb18030": _csv("gb18030", "\r\n"),
    "excel, text": _excel("2021年5月9日"),
    "excel, date": _excel(dt.date(2021, 5, 9)),
    "excel, serial number": _excel(44325),  # 2021-05-09 where day 1 is 1900-01-01
    "xport": _xpt,
    "parquet": _parquet,
    "pandas": lambda _: ("t.csv", None, {"t": pd.DataFrame(_FRAME)}),
    "arrow": lambda _: ("t.csv", None, {"t": pa.table(_FRAME)}),
}


def _contract(file: str, encoding: str | None) -> Sources:
    stated = {"encoding": text(encoding)} if encoding else {}
    return contracts(t=table(file, _COLUMNS, "NO", **stated))


@pytest.mark.parametrize("source", _SOURCES)
def test_every_source_is_staged_as_the_same_values(source: str, tmp_path: Path) -> None:
    file, encoding, raw = _SOURCES[source](tmp_path)
    sources = _contract(file, encoding)
    tables, found = read_tables(sources, raw, ["t"])
    assert found == []
    engine = Engine(sources, t=tables["t"].table.to_pydict())
    staged = engine.staged("t")
    assert {name: staged[name] for name in _STAGED} == _STAGED
    assert engine.findings("t") == []


@pytest.mark.parametrize("source", _SOURCES)
def test_a_renamed_column_is_told_for_every_source(source: str, tmp_path: Path) -> None:
    file, encoding, raw = _SOURCES[source](tmp_path)
    sources = _contract(file, encoding)
    renamed = {"SCORES" if name == "SCORE" else name: each for name, each in _COLUMNS.items()}
    drifted = replace(sources, tables={"t": replace(sources.tables["t"], columns=renamed)})
    tables, _ = read_tables(drifted, raw, ["t"])
    names = tables["t"].table.column_names
    found = stage_plan("t", drifted.tables["t"], drifted, names).diagnostics
    assert [str(each) for each in found] == [
        f"E3020 sources.yaml:9: column 'SCORES' is not in '{file}'; did you mean 'SCORE'?",
        f"E3021 {file} column SCORE: the contract does not name this column, so it is left out",
    ]
