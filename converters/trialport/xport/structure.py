"""Find the members of a transport file: their headers, their variables, where the data lie.

Nothing in a file is believed before it is checked: header records must stand where the layout puts
them, positions must tile the observation, and the number of observations follows from the size.

Source: SAS technical note TS-140, "Record layout of a SAS version 5 or 6 data set".
"""

from __future__ import annotations

from dataclasses import dataclass

from trialport.diagnostics import Diagnostic
from trialport.xport.model import Member
from trialport.xport.namestrs import (
    check_names,
    departures,
    field_text,
    row_size,
    stored_variable,
)
from trialport.xport.records import HEADING, NAMESTR, NAMESTR_SIZES, RECORD, Namestr, heading
from trialport.xport.source import CUT, Source, check_format

_BLOCK = RECORD * 16_384


@dataclass(frozen=True, slots=True)
class Section:
    """A member as it lies in the file."""

    member: Member
    positions: tuple[int, ...]
    row_size: int
    start: int
    observations: int
    findings: tuple[Diagnostic, ...]


def sections(source: Source) -> tuple[Section, ...]:
    """Return every member of a file, in the order of the file.

    Raises:
        DataError: E3051 to E3060, E3066.
    """
    check_format(source)
    found: list[Section] = []
    start = 3 * RECORD
    while start < source.size or not found:
        _expect(source, start, "MEMBER", "")
        section, start = _section(source, start)
        found.append(section)
    return tuple(found)


def _section(source: Source, start: int) -> tuple[Section, int]:
    """Return the member whose header is at `start`, and where its observations end."""
    _expect(source, start + RECORD, "DSCRPTR", "")
    name, label = _description(source, start)
    namestrs, first, size = _namestrs(source, start, name)
    variables = tuple(
        stored_variable(source, namestr, first + number * size // len(namestrs), name)
        for number, namestr in enumerate(namestrs)
    )
    member = Member(name, label, variables)
    check_names(source, member, first)
    size_of_row = row_size(source, member, namestrs, first)
    heading_at = first + size + -size % RECORD
    _expect(source, heading_at, "OBS", name)
    data = heading_at + RECORD
    end = _next_header(source, data, name)
    positions = tuple(namestr.npos for namestr in namestrs)
    has_numbers = any(variable.type == "num" for variable in variables)
    rows = _observations(source, name, data, end, size_of_row, has_numbers=has_numbers)
    found = departures(source, member, first)
    return Section(member, positions, size_of_row, data, rows, found), end


def _namestrs(source: Source, start: int, name: str) -> tuple[list[Namestr], int, int]:
    """Return the namestrs of a member, where the first begins, and how many bytes all have."""
    namestr_size = _digits(source, start + 74, 4, name)
    if namestr_size not in NAMESTR_SIZES:
        problem = f"a namestr of {namestr_size} bytes is not known"
        source.fail("E3056", problem, CUT, start + 74, name)
    _expect(source, start + 4 * RECORD, "NAMESTR", name)
    count = _digits(source, start + 4 * RECORD + 54, 4, name)
    first = start + 5 * RECORD
    size = count * namestr_size
    if not count or first + size + RECORD > source.size:
        problem = f"the file has no room for the {count} variables it announces"
        source.fail("E3056", problem, CUT, first - 26, name)
    content = source.read(first, size)
    return (
        [
            Namestr(*NAMESTR.unpack(content[at : at + namestr_size].ljust(NAMESTR.size, b"\0")))
            for at in range(0, size, namestr_size)
        ],
        first,
        size,
    )


def _next_header(source: Source, start: int, member: str) -> int:
    """Return where the header of the next member stands, or the size of the file.

    Text that looks like a header cannot be told from one, so any other header is refused: it comes
    from files put together or damaged, and its bytes would be read as observations.
    """
    source.stream.seek(start)
    tail, offset = b"", start
    while block := source.stream.read(_BLOCK):
        at = (tail + block).find(HEADING)
        if at >= 0:
            break
        tail, offset = block[-len(HEADING) + 1 :], offset + len(block)
    else:
        return source.size
    found = offset - len(tail) + at
    if found % RECORD or not source.read(found, RECORD).startswith(heading("MEMBER")):
        problem = "a header record stands within the observations"
        source.fail("E3055", problem, CUT, found, member)
    return found


def _description(source: Source, start: int) -> tuple[str, str]:
    """Return the name and the label of the member whose header is at `start`."""
    record = source.read(start + 2 * RECORD, 2 * RECORD)
    if not record.startswith(b"SAS"):
        source.fail("E3055", "the member record does not begin with SAS", CUT, start + 160)
    name = field_text(source, record[8:16], "ascii", start + 168, "dataset name", "")
    if not name:
        source.fail("E3057", "the dataset has no name", CUT, start + 168)
    return name, field_text(
        source, record[112:152], source.encoding, start + 272, "dataset label", name
    )


def _expect(source: Source, offset: int, kind: str, member: str) -> None:
    if not source.read(offset, RECORD).startswith(heading(kind)):
        source.fail("E3055", f"no {kind} header stands here", CUT, offset, member)


def _digits(source: Source, offset: int, size: int, member: str) -> int:
    digits = source.read(offset, size)
    if not digits.isdigit():
        source.fail("E3056", "a count is not written in digits", CUT, offset, member)
    return int(digits)


def _observations(
    source: Source, member: str, start: int, end: int, row_size: int, *, has_numbers: bool
) -> int:
    """Return the number of observations between `start` and `end`.

    The blanks that fill the last record can be told from blank observations by their size alone:
    they are fewer than 80. Only observations shorter than 80 bytes can be taken for them; a
    blank one with numbers in it (each 3.7e-40) is none.
    """
    size = end - start
    rows, rest = divmod(size, row_size)
    if rest >= RECORD:
        problem = f"{rest} bytes are left after {rows} observations of {row_size} bytes"
        source.fail("E3066", problem, CUT, end - rest, member)
    if not _is_blank(source, end - rest, rest):
        problem = "the last observation is not complete"
        source.fail("E3066", problem, CUT, end - rest, member)
    last = start + (rows - 1) * row_size
    while rows and end - last < RECORD and _is_blank(source, last, row_size):
        rows, last = rows - 1, last - row_size
    if rows and has_numbers and _is_blank(source, last, row_size):
        problem = "the last observation is blank, and its numbers are none"
        source.fail("E3066", problem, CUT, last, member)
    return rows


def _is_blank(source: Source, offset: int, size: int) -> bool:
    return not source.read(offset, size).strip(b" ")
