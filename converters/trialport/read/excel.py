"""Workbooks as text: one sheet, its values (not its formulas), each record with its sheet row."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import python_calamine as calamine

from trialport.diagnostics import DataError, Diagnostic, Place, Severity, did_you_mean
from trialport.read.cells import cell_text
from trialport.read.excel_parts import cell_address, elements, local, sheet_part
from trialport.read.header import header_faults
from trialport.read.texts import RawTexts, raw_texts
from trialport.spec.nodes import RawTable


def read_excel(path: Path, contract: RawTable) -> RawTexts:
    """Return the cells of a sheet as text; the first row that is not empty names the columns.

    Numbers take their shortest decimal text, cells formatted as date or time ISO 8601; a formula
    counts as its value. A row without any value is no record. A cell that holds an error (#N/A) in
    a column of the contract becomes empty, with E3010 among the findings.

    Raises:
        DataError: E3003 header, E3006 nothing in the sheet, E3012 no workbook, E3013 sheet.
    """
    rows, sheet = _sheet(path, contract)
    place = Place(contract.file.text, record=f"sheet {sheet}")
    texts = [[cell_text(value) or "" for value in row] for row in rows]
    numbered = [(line, row) for line, row in enumerate(texts, start=1) if any(row)]
    if not numbered:
        raise DataError([Diagnostic("E3006", place, "the sheet is empty", "export it again")])
    (first, header), records = numbered[0], numbered[1:]
    used = [at for at in range(len(header)) if any(row[at] for _, row in numbered)]
    faults = header_faults([header[at] for at in used], _row_place(place, first))
    errors = [
        _error(place, cell, error)
        for cell, at, line, error in _error_cells(path, sheet)
        if line <= first or (at < len(header) and header[at] in contract.columns)
    ]
    if faults:
        raise DataError([*faults, *errors])
    return raw_texts(
        [header[at] for at in used],
        [[row[at] for _, row in records] for at in used],
        [line for line, _ in records],
        (*errors, *_empty_row_notes([line for line, _ in numbered], place)),
    )


def sheet_names(path: Path, file: str) -> list[str]:
    """Return the names of the sheets of a workbook; `file` is what messages call it.

    Raises:
        DataError: E3012 no workbook.
    """
    try:
        return _worksheets(calamine.CalamineWorkbook.from_path(path))
    except calamine.CalamineError as error:
        raise _no_workbook(Place(file), error) from error


def _sheet(path: Path, contract: RawTable) -> tuple[list[list[object]], str]:
    place = Place(contract.file.text)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        name = _chosen(_worksheets(book), contract)
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.CalamineError as error:
        raise _no_workbook(place, error) from error
    return [list(row) for row in rows], name


def _worksheets(book: calamine.CalamineWorkbook) -> list[str]:
    return [
        each.name for each in book.sheets_metadata if each.typ is calamine.SheetTypeEnum.WorkSheet
    ]


def _no_workbook(place: Place, error: calamine.CalamineError) -> DataError:
    problem = f"the file cannot be read as a workbook ({error})"
    return DataError([Diagnostic("E3012", place, problem, "save it as .xlsx without a password")])


def _chosen(sheets: list[str], contract: RawTable) -> str:
    if contract.sheet is None and len(sheets) == 1:
        return sheets[0]
    if contract.sheet in sheets:
        return contract.sheet
    file = contract.file.text
    known = ", ".join(f"'{name}'" for name in sheets[:5])
    if contract.sheet is None:
        problem = f"'{file}' has {len(sheets)} sheets and none is stated"
        remedy = f"add 'sheet:' with one of {known}" if sheets else ""
    else:
        problem = f"'{file}' has no sheet '{contract.sheet}'"
        remedy = did_you_mean(contract.sheet, sheets)
    raise DataError([Diagnostic("E3013", contract.place, problem, remedy)])


def _error_cells(path: Path, sheet: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield cell, column (from 0), row and error of each cell that holds an error.

    The reader of the values gives such cells as empty, so they are looked for in the sheet itself.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as book:
        part = sheet_part(book, sheet)
        if not part or not _mentions(book, part, (b't="e"', b"t='e'")):
            return
        with book.open(part) as content:
            for cell in elements(content, "c"):
                if cell.get("t") == "e":
                    yield _located(cell)


def _located(cell: ElementTree.Element) -> tuple[str, int, int, str]:
    name = cell.get("r", "")
    row, column = cell_address(name)
    value = next((each.text for each in cell if local(each.tag) == "v"), None)
    return name, column - 1, row, value or "#N/A"


def _mentions(book: zipfile.ZipFile, part: str, words: Iterable[bytes]) -> bool:
    before = b""
    with book.open(part) as content:
        while block := content.read(1 << 20):
            if any(word in before + block for word in words):
                return True
            before = block[-8:]
    return False


def _error(place: Place, cell: str, error: str) -> Diagnostic:
    at = Place(place.file, record=f"{place.record} cell {cell}")
    remedy = "correct the cell, or clear it where the value is missing"
    return Diagnostic("E3010", at, f"the cell holds the error {error}", remedy)


def _empty_row_notes(lines: list[int], place: Place) -> list[Diagnostic]:
    between = sorted(set(range(lines[0], lines[-1])) - set(lines))
    if not between:
        return []
    more = f" and {len(between) - 1} more empty rows" if len(between) > 1 else ""
    problem = f"an empty row{more} between records, which is no record"
    return [Diagnostic("E3015", _row_place(place, between[0]), problem, "", Severity.NOTE)]


def _row_place(place: Place, row: int) -> Place:
    return Place(place.file, row, record=place.record)
