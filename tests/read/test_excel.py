from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from trialport.diagnostics import DataError, Place, Severity
from trialport.read.excel import read_excel
from trialport.read.texts import RawTexts
from trialport.spec.nodes import RawColumn, RawTable, Text

SOURCES = Place("sources.yaml", 4)
FORMATS = {
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "time": "hh:mm:ss",
    "duration": "[h]:mm:ss",
}


def contract(columns: str = "", sheet: str | None = None) -> RawTable:
    return RawTable(
        place=SOURCES,
        file=Text("ae.xlsx", SOURCES),
        sheet=sheet,
        columns={name: RawColumn(place=SOURCES) for name in columns.split()},
    )


def workbook(folder: Path, sheets: dict[str, list[list[Any]]], epoch_1904: bool = False) -> Path:
    """Write a workbook; a cell may be (value, format) or ('=formula', its value)."""
    path = folder / "ae.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": epoch_1904}) as book:
        formats = {name: book.add_format({"num_format": code}) for name, code in FORMATS.items()}
        for name, rows in sheets.items():
            # xlsxwriter's own types take the value of a formula for a number.
            sheet: Any = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    value, extra = cell if isinstance(cell, tuple) else (cell, None)
                    if isinstance(value, str) and value.startswith("="):
                        sheet.write_formula(at, column, value, None, extra)
                    elif isinstance(value, str):
                        sheet.write_string(at, column, value)
                    else:
                        sheet.write(at, column, value, *([formats[extra]] if extra else []))
    return path


def rows(texts: RawTexts) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in texts.table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def faults(path: Path, table: RawTable) -> list[str]:
    with pytest.raises(DataError) as caught:
        read_excel(path, table)
    return [str(each) for each in caught.value.diagnostics]


def test_values_become_text(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        {
            "ae": [
                ["subject_no", "n", "when", "ok"],
                ["001", 1.0, (dt.date(2021, 5, 9), "date"), True],
                ["44325", 0.1, (dt.datetime(2021, 5, 9, 12, 30), "datetime"), False],
                ["NA", 1e-7, (dt.time(8, 30), "time"), ("=1+1", 2)],
                ["咳嗽", 44325, (1.5, "duration"), ('=TEXT(1,"0.0")', "1.0")],
            ]
        },
    )
    texts = read_excel(path, contract())
    assert texts.columns == ("subject_no", "n", "when", "ok")
    assert rows(texts) == [
        ["001", "1", "2021-05-09", "TRUE"],
        ["44325", "0.1", "2021-05-09T12:30:00", "FALSE"],
        ["NA", "0.0000001", "08:30:00", "2"],
        ["咳嗽", "44325", "36:00:00", "1.0"],
    ]
    assert texts.lines.to_pylist() == [2, 3, 4, 5]
    assert texts.findings == ()


def test_the_1904_date_system_is_known_from_the_workbook(tmp_path: Path) -> None:
    cells = [["d"], [(dt.date(2021, 5, 9), "date")]]
    path = workbook(tmp_path, {"ae": cells}, epoch_1904=True)
    assert rows(read_excel(path, contract())) == [["2021-05-09"]]


def test_the_line_is_the_row_of_the_sheet(tmp_path: Path) -> None:
    table = [[], [None, "a", "b"], [None, "1", None], [], [], [None, None, 2], [None, None, None]]
    texts = read_excel(workbook(tmp_path, {"ae": table}), contract())
    assert texts.columns == ("a", "b")
    assert rows(texts) == [["1", ""], ["", "2"]]
    assert texts.lines.to_pylist() == [3, 6]
    assert [str(each) for each in texts.findings] == [
        "E3015 ae.xlsx:4 sheet ae: an empty row and 1 more empty rows between records,"
        " which is no record"
    ]
    assert texts.findings[0].severity is Severity.NOTE


def test_cells_with_errors_are_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        {
            "other": [["x"], [("=NA()", "#N/A")]],
            "ae": [
                ["a", "ignored", "c"],
                [("=1/0", "#DIV/0!"), ("=NA()", "#N/A"), "#N/A"],
                ["1", "2", ("=NA()", "#N/A")],
            ],
        },
    )
    texts = read_excel(path, contract("a c", sheet="ae"))
    assert rows(texts) == [["", "", "#N/A"], ["1", "2", ""]]
    assert [str(each) for each in texts.findings] == [
        "E3010 ae.xlsx sheet ae cell A2: the cell holds the error #DIV/0!;"
        " correct the cell, or clear it where the value is missing",
        "E3010 ae.xlsx sheet ae cell C3: the cell holds the error #N/A;"
        " correct the cell, or clear it where the value is missing",
    ]


def test_the_sheet_is_the_only_one_or_stated(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"ae": [["a"], ["1"]], "notes": [["b"], ["2"]]})
    assert rows(read_excel(path, contract(sheet="notes"))) == [["2"]]
    assert faults(path, contract()) == [
        "E3013 sources.yaml:4: 'ae.xlsx' has 2 sheets and none is stated;"
        " add 'sheet:' with one of 'ae', 'notes'"
    ]
    assert faults(path, contract(sheet="note")) == [
        "E3013 sources.yaml:4: 'ae.xlsx' has no sheet 'note'; did you mean 'notes'?"
    ]


def test_columns_have_names(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"ae": [["a", None, "A", None], ["1", "2", "3", None]]})
    assert faults(path, contract()) == [
        "E3003 ae.xlsx:1 sheet ae: column 2 has no name; name it, or remove the empty column",
        "E3003 ae.xlsx:1 sheet ae: columns 1 and 3 differ only in case: 'a', 'A';"
        " rename one of them",
    ]


def test_an_empty_sheet_and_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    assert faults(workbook(tmp_path, {"ae": []}), contract()) == [
        "E3006 ae.xlsx sheet ae: the sheet is empty; export it again"
    ]
    (tmp_path / "ae.xlsx").write_bytes(b"a,b\n")
    found = faults(tmp_path / "ae.xlsx", contract())
    assert len(found) == 1
    assert found[0].startswith("E3012 ae.xlsx: the file cannot be read as a workbook (")
    assert found[0].endswith("; save it as .xlsx without a password")
    assert str(tmp_path) not in found[0]
