"""Tables as a workbook: text in every cell, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.exceptions import XlsxInputError
from xlsxwriter.format import Format

from trialport.diagnostics import Diagnostic, Place, WriteError, shown
from trialport.workbook.book import Table
from trialport.workbook.cells import Cell
from trialport.workbook.kept import FILE as KEPT_FILE

MOST_CHARACTERS = 32_767
"""How much text Excel holds in a cell."""

_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_WIDEST, _NARROWEST = 60, 9


def workbook_bytes(tables: Sequence[Table], book: str) -> bytes:
    """Return an .xlsx workbook with one sheet a table; nothing in it is a formula or a link.

    Raises:
        WriteError: E4110 a text that is too long for a cell, with the cell; E4111 a name that no
            sheet can have.
    """
    too_long = [fault for each in tables for fault in _too_long(each, book)]
    if too_long:
        raise WriteError(too_long)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _CREATED.replace(tzinfo=None)})
        head = workbook.add_format({"bold": True, "bottom": 1})
        body = workbook.add_format({"valign": "top", "num_format": "@"})
        for each in tables:
            _write_sheet(workbook, each, head, body)
    return content.getvalue()


def _too_long(table: Table, book: str) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for number, row in enumerate(table.rows, 2):
        for column, heading in enumerate(table.headings, 1):
            # Excel counts UTF-16 code units.
            size = len(row.get(heading, "").encode("utf-16-le")) // 2
            if size > MOST_CHARACTERS:
                problem = f"the text has {size} characters, a cell holds {MOST_CHARACTERS}"
                place: Place = Cell(table.name, number, column).place(book)
                found.append(Diagnostic("E4110", place, problem, "write it as several entries"))
    return found


def _write_sheet(workbook: xlsxwriter.Workbook, table: Table, head: Format, body: Format) -> None:
    try:
        sheet = workbook.add_worksheet(table.name)
    except XlsxInputError as error:
        problem = f"no sheet can be called {shown(table.name)}: {error}"
        remedy = "correct the name in workbook.yaml"
        raise WriteError([Diagnostic("E4111", Place(KEPT_FILE), problem, remedy)]) from error
    for column, heading in enumerate(table.headings):
        sheet.write_string(0, column, heading, head)
        longest = max((len(each.get(heading, "")) for each in table.rows), default=0)
        width = min(max(longest, len(heading) + 2, _NARROWEST), _WIDEST)
        sheet.set_column(column, column, width, body)
    for number, row in enumerate(table.rows, 1):
        for column, heading in enumerate(table.headings):
            if text := row.get(heading, ""):
                sheet.write_string(number, column, text, body)
    sheet.freeze_panes(1, 0)
    last = max(len(table.rows), 1)
    if table.headings:
        sheet.autofilter(0, 0, last, len(table.headings) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
