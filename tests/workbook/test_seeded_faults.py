"""Faults put into workbooks by a seeded draw: each is reported with its code, sheet and cell."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from trialport.pipeline.workbook import check_workbook
from trialport.workbook.book import Table
from trialport.workbook.cells import column_name
from xlsxwriter.worksheet import Worksheet

from tests.workbook.books import BASE, NO_RESULT, study_tables, without_results
from tests.workbook.draw_faults import FAULTS, Fault, as_csv, drawn, read_faults


def test_the_table_is_what_the_draw_gives() -> None:
    assert as_csv(drawn()) == FAULTS.read_text(encoding="utf-8")
    assert len(read_faults()) == 100


def test_the_workbook_has_no_error_before(tmp_path: Path) -> None:
    book = _book(tmp_path / "spec.xlsx", None)
    assert [str(each) for each in check_workbook(book) if each.severity == "error"] == []


@pytest.mark.parametrize("fault", read_faults(), ids=lambda each: f"{each.number} {each.class_}")
def test_a_fault_is_reported_in_its_cell(fault: Fault, tmp_path: Path) -> None:
    book = _book(tmp_path / "spec.xlsx", fault)
    found = [(each.code, each.place.record.split(" ")[0]) for each in check_workbook(book)]
    assert (fault.code, f"{fault.sheet}!{fault.reported}") in found


def _book(path: Path, fault: Fault | None) -> Path:
    """Write the workbook with one fault in it."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for table in study_tables(BASE):
            sheet = book.add_worksheet(table.name)
            for cell, text in _cells(table):
                if fault is None or (fault.sheet, fault.cell) != (table.name, cell):
                    sheet.write_string(cell, text)
            if fault is not None and fault.sheet == table.name:
                _spoil(sheet, fault)
    path.write_bytes(without_results(content.getvalue()))
    return path


def _cells(table: Table) -> Iterator[tuple[str, str]]:
    for number, row in enumerate([{each: each for each in table.headings}, *table.rows], 1):
        for column, heading in enumerate(table.headings, 1):
            if row.get(heading):
                yield f"{column_name(column)}{number}", row[heading]


def _spoil(sheet: Worksheet, fault: Fault) -> None:
    result: Any = fault.text if fault.code == "E1038" else NO_RESULT
    if fault.code in ("E1038", "E1039"):
        sheet.write_formula(fault.cell, "=1/0", None, result)
    elif fault.text:
        sheet.write_string(fault.cell, fault.text)
