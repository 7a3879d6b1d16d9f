"""CSV files as text: every cell as it stands, every record with its line."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow

from trialport.diagnostics import DataError, Diagnostic, Place, Severity
from trialport.read.decoding import encoding_doubts, utf8_bytes
from trialport.read.header import header_faults
from trialport.read.records import Records, find_records
from trialport.read.texts import RawTexts
from trialport.spec.nodes import RawTable

_BLOCK = 1 << 24
_SHOWN = 20
"""So many faults of one kind are told one by one; the others are counted."""


def read_csv(source: Path | BinaryIO, contract: RawTable) -> RawTexts:
    """Return the cells of a CSV file as text, as the contract says it is written.

    The first line that is not empty names the columns. An empty line is no record. A cell that is
    there is never null: `""` and nothing between two delimiters are both the empty text.

    Raises:
        DataError: E3002 encoding, E3003 header, E3004 number of cells, E3005 quotes, E3006 nothing
            in the file, E3008 NUL, E3016 delimiter.
    """
    delimiter = _delimiter(contract)
    data = source.read_bytes() if isinstance(source, Path) else source.read()
    text = utf8_bytes(data, contract)
    file = contract.file.text
    _refuse_nul(text, file)
    records = find_records(text, delimiter, file)
    if not len(records.starts):
        raise DataError([_fault("E3006", Place(file), "the file is empty", "export it again")])
    names = _header(text, records, delimiter)
    faults = header_faults(names, Place(file, int(records.lines[0]))) + _cell_faults(records, file)
    if faults:
        raise DataError(faults)
    table = _body(text, records, delimiter).rename_columns(names)
    findings = (*encoding_doubts(data, contract), *_empty_line_notes(records, file))
    return RawTexts(table, pa.array(records.lines[1:], pa.int64()), findings)


def _delimiter(contract: RawTable) -> str:
    delimiter = contract.delimiter
    if len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0':
        return delimiter
    problem = f"the delimiter {delimiter!r} is not one ASCII character"
    raise DataError([_fault("E3016", contract.place, problem, "state one, e.g. ',' or ';'")])


def _refuse_nul(text: bytes, file: str) -> None:
    at = text.find(b"\0")
    if at >= 0:
        before = text[:at]
        breaks = before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
        problem = f"a NUL stands at offset {at} of the text"
        remedy = "export the file again, or state the encoding that it is in"
        raise DataError([_fault("E3008", Place(file, breaks + 1), problem, remedy)])


def _header(text: bytes, records: Records, delimiter: str) -> list[str]:
    width = int(records.cells[0])
    cells = _parsed(text[records.starts[0] : records.ends[0]], width, delimiter)
    return [column[0].as_py() for column in cells.columns]


def _body(text: bytes, records: Records, delimiter: str) -> pa.Table:
    """Return the cells of all records but the header.

    The parser is given whole records, a block at a time: where it cuts a text itself, it loses the
    LF of a CR LF that lies in a quoted cell and falls on the border of two blocks.
    """
    width = int(records.cells[0])
    names = [str(each) for each in range(width)]
    tables = [pa.table({name: pa.array([], pa.string()) for name in names})]
    starts = records.starts[1:]
    at = 0
    while at < len(starts):
        after = max(int(np.searchsorted(starts, starts[at] + _BLOCK)), at + 1)
        end = starts[after] if after < len(starts) else len(text)
        tables.append(_parsed(text[starts[at] : end], width, delimiter))
        at = after
    return pa.concat_tables(tables)


def _parsed(text: bytes, width: int, delimiter: str) -> pa.Table:
    names = [str(each) for each in range(width)]
    return arrow.read_csv(
        # The empty line keeps the parser from taking U+FEFF for a byte order mark.
        pa.py_buffer(b"\n" + text),
        read_options=arrow.ReadOptions(column_names=names, block_size=len(text) + 2),
        parse_options=arrow.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=True
        ),
        convert_options=arrow.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )


def _cell_faults(records: Records, file: str) -> list[Diagnostic]:
    width = int(records.cells[0])
    wrong = np.flatnonzero(records.cells != width)
    found = [
        _cell_fault(int(records.lines[each]), int(records.cells[each]), width, file)
        for each in wrong[:_SHOWN]
    ]
    if len(wrong) > _SHOWN:
        problem = f"{len(wrong) - _SHOWN} more records have another number of cells than the header"
        found.append(_fault("E3004", Place(file), problem, ""))
    return found


def _cell_fault(line: int, cells: int, width: int, file: str) -> Diagnostic:
    has = "1 cell" if cells == 1 else f"{cells} cells"
    problem = f"the record has {has}, the header {width}"
    remedy = "quote cells that hold the delimiter" if cells > width else "add the missing cells"
    return _fault("E3004", Place(file, line), problem, remedy)


def _empty_line_notes(records: Records, file: str) -> list[Diagnostic]:
    last = int(records.lines[-1])
    between = [int(line) for line in records.empty_lines if line < last]
    if not between:
        return []
    more = f" and {len(between) - 1} more empty lines" if len(between) > 1 else ""
    problem = f"an empty line{more} between records, which is no record"
    return [Diagnostic("E3015", Place(file, between[0]), problem, "", Severity.NOTE)]


def _fault(code: str, place: Place, problem: str, remedy: str) -> Diagnostic:
    return Diagnostic(code, place, problem, remedy)
