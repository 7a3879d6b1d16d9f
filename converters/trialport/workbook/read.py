"""A workbook as tables of text: values of formulas, merged cells filled, all within bounds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import python_calamine as calamine

from trialport.diagnostics import Diagnostic, Place, SpecError
from trialport.read.cells import cell_text
from trialport.read.excel_parts import cell_address, local, sheet_part
from trialport.workbook import faults
from trialport.workbook.cells import At, Cell
from trialport.workbook.reading import Reading, ReadTable, Row

LARGEST_FILE, LARGEST_PARTS, MOST_PARTS = 20_000_000, 200_000_000, 1000
MOST_ROWS, MOST_COLUMNS = 100_000, 500

_XML = (".xml", ".rels", ".vml")
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY")

_Grid = list[list[str]]


def read_workbook(path: Path) -> Reading:
    """Return the sheets of a workbook, with the faults of their cells and headings.

    A formula counts as the value that was saved with it. Each cell of a merged range has the value
    of the whole. Row 1 holds the headings.

    Raises:
        SpecError: E1030 the file is no .xlsx workbook, E1031 it is too large, or packs too much,
            E1032 it declares entities.
    """
    content = _content(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _check_parts(parts, path)
            book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
            names = [
                each.name
                for each in book.sheets_metadata
                if each.typ is calamine.SheetTypeEnum.WorkSheet
            ]
            reading = Reading({})
            tables = {name: _table(parts, book, name, path, reading) for name in names}
    except (zipfile.BadZipFile, calamine.CalamineError, ElementTree.ParseError, KeyError) as error:
        raise _refused("E1030", path, f"the file is no workbook ({error})") from error
    reading.tables = tables
    return reading


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _refused("E1031", path, f"the file is larger than {LARGEST_FILE} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise _refused("E1030", path, f"the file cannot be opened: {error.strerror}") from error
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise _refused("E1030", path, "the file is no .xlsx workbook")
    return content


def _refused(code: str, path: Path, problem: str) -> SpecError:
    remedy = "save it as .xlsx, without a password" if code == "E1030" else ""
    return SpecError([Diagnostic(code, Place(path.as_posix()), problem, remedy)])


def _check_parts(parts: zipfile.ZipFile, path: Path) -> None:
    """Refuse what unpacks to too much, and XML that declares anything."""
    listed = parts.infolist()
    unpacked = sum(each.file_size for each in listed)
    if len(listed) > MOST_PARTS or unpacked > LARGEST_PARTS:
        problem = f"the workbook unpacks to more than {LARGEST_PARTS} bytes or {MOST_PARTS} parts"
        raise _refused("E1031", path, problem)
    for each in listed:
        is_xml = each.filename.lower().endswith(_XML)
        text = parts.read(each).replace(b"\0", b"") if is_xml else b""
        if any(word in text for word in _DECLARED):
            problem = f"its part {each.filename} declares a document type or an entity"
            raise _refused("E1032", path, problem)


def _table(
    parts: zipfile.ZipFile, book: calamine.CalamineWorkbook, name: str, path: Path, reading: Reading
) -> ReadTable:
    for fault in _cell_faults(parts, name, path):
        reading.fault(fault)
    sheet = book.get_sheet_by_name(name)
    grid: _Grid = [
        [_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)
    ]
    _fill_merged(grid, sheet.merged_cell_ranges or ())
    headings = _headings(grid[0] if grid else [], name, reading)
    named = {column: heading for heading, column in headings.items()}
    rows = tuple(_rows(grid, name, named, headings, reading))
    return ReadTable(name, headings, rows)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return cell_text(value) or ""


def _fill_merged(grid: _Grid, ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    for (top, left), (bottom, right) in ranges:
        for row in grid[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = grid[top][left]


def _headings(row: Sequence[str], sheet: str, reading: Reading) -> dict[str, int]:
    headings: dict[str, int] = {}
    for column, text in enumerate(row, 1):
        heading = " ".join(text.split())
        if heading in headings:
            first = Cell(sheet, 1, headings[heading])
            reading.fault(faults.repeated_column(Cell(sheet, 1, column), heading, first))
        elif heading:
            headings[heading] = column
    return headings


def _rows(
    grid: _Grid, sheet: str, named: dict[int, str], headings: dict[str, int], reading: Reading
) -> Iterator[Row]:
    nameless: set[int] = set()
    for number, texts in enumerate(grid[1:], 2):
        cells: dict[str, At] = {}
        for column, text in enumerate(texts, 1):
            if text and column in named:
                cells[named[column]] = At(text, Cell(sheet, number, column))
            elif text and not grid[0][column - 1] and column not in nameless:
                nameless.add(column)
                reading.fault(faults.no_heading(Cell(sheet, number, column)))
        if cells:
            yield Row(sheet, number, cells, headings)


def _cell_faults(parts: zipfile.ZipFile, sheet: str, path: Path) -> Iterator[Diagnostic]:
    """Yield what the values do not show: errors, and formulas that were never computed.

    Raises:
        SpecError: E1031 a cell lies so far out that the sheet would not fit in memory.
    """
    part = sheet_part(parts, sheet)
    if not part:
        return
    row = column = 0
    with parts.open(part) as content:
        for event, element in ElementTree.iterparse(content, ("start", "end")):
            tag = local(element.tag)
            if event == "start" and tag == "row":
                row, column = int(element.get("r") or row + 1), 0
            elif event == "end" and tag == "c":
                row, column = _address(element, row, column)
                inner = {local(each.tag): each.text for each in element}
                if inner and (row > MOST_ROWS or column > MOST_COLUMNS):
                    problem = (
                        f"the cell {Cell(sheet, row, column)} lies outside of {MOST_ROWS} rows "
                        f"and {MOST_COLUMNS} columns"
                    )
                    raise _refused("E1031", path, problem)
                if element.get("t") == "e":
                    error = inner.get("v") or "#N/A"
                    yield faults.error_value(Cell(sheet, row, column), error)
                elif "f" in inner and "v" not in inner and "is" not in inner:
                    yield faults.no_result(Cell(sheet, row, column))
            elif event == "end" and tag == "row":
                element.clear()


def _address(cell: ElementTree.Element, row: int, column: int) -> tuple[int, int]:
    name = cell.get("r")
    return cell_address(name) if name else (row, column + 1)
