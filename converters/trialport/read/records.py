"""Where the records of a CSV file begin and end, on which line, and how many cells each has.

Source: RFC 4180, section 2. Stricter in one point that the RFC leaves to the reader: a quote stands
only where it opens, closes or is doubled, since every other reading of it is a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialport.diagnostics import DataError, Diagnostic, Place

_LF, _CR, _QUOTE = b"\n"[0], b"\r"[0], b'"'[0]
_BLOCK = 1 << 22
Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a CSV file; an empty line is none.

    Attributes:
        starts: offset of the first byte of each record.
        ends: offset behind its last byte, without the line break.
        lines: the line on which it begins; LF, CR LF and CR alone end a line, also inside quotes.
        cells: its number of cells.
        empty_lines: lines outside quotes without any character, between or behind records.
    """

    starts: Positions
    ends: Positions
    lines: Positions
    cells: Positions
    empty_lines: Positions


def find_records(data: bytes, delimiter: str, file: str) -> Records:
    """Return where the records of a CSV file lie; `data` is UTF-8, `delimiter` one ASCII character.

    Raises:
        DataError: E3005 at the line of the first quote that cannot be understood.
    """
    buffer = np.frombuffer(data, np.uint8)
    separator = delimiter.encode()[0]
    breaks, ends, quotes = _Collected(), _Collected(), 0
    delimiters, counts = 0, _Collected()
    for start in range(0, len(buffer), _BLOCK):
        block = buffer[start : start + _BLOCK]
        marks = np.flatnonzero(block == _QUOTE) + start
        _refuse_stray_quotes(buffer, marks, quotes, separator, file)
        found = _breaks(buffer, block, start)
        outside = found[_is_outside(found, marks, quotes)]
        commas = np.flatnonzero(block == separator) + start
        commas = commas[_is_outside(commas, marks, quotes)]
        breaks.add(found)
        ends.add(outside)
        counts.add(delimiters + np.searchsorted(commas, outside))
        delimiters += len(commas)
        quotes += len(marks)
    if quotes % 2:
        opening = _opening(buffer, len(data))
        raise _quote_fault(buffer, opening, "the quote that opens here is never closed", file)
    if len(data) and data[-1] not in (_LF, _CR):
        ends.add(np.array([len(data)]))
        counts.add(np.array([delimiters]))
    return _records(buffer, breaks.all(), ends.all(), counts.all())


class _Collected:
    """Arrays of positions, one a block, put together at the end."""

    def __init__(self) -> None:
        self._parts: list[Positions] = [np.zeros(0, np.int64)]

    def add(self, part: Positions) -> None:
        self._parts.append(part)

    def all(self) -> Positions:
        return np.concatenate(self._parts).astype(np.int64, copy=False)


def _records(
    buffer: NDArray[np.uint8], breaks: Positions, ends: Positions, counts: Positions
) -> Records:
    starts = np.concatenate([np.zeros(1, np.int64), ends + 1])[: len(ends)]
    lines = np.searchsorted(breaks, starts) + 1
    cells = np.diff(counts, prepend=0) + 1
    has_cr = (ends > starts) & (_byte(buffer, ends) == _LF) & (_byte(buffer, ends - 1) == _CR)
    ends = ends - has_cr
    full = ends > starts
    return Records(starts[full], ends[full], lines[full], cells[full], lines[~full])


def _breaks(buffer: NDArray[np.uint8], block: NDArray[np.uint8], start: int) -> Positions:
    """Return where lines end: at LF, and at a CR that no LF follows."""
    is_break = block == _LF
    returns = np.flatnonzero(block == _CR)
    is_break[returns[_byte(buffer, returns + start + 1) != _LF]] = True
    return np.flatnonzero(is_break) + start


def _is_outside(positions: Positions, marks: Positions, quotes: int) -> NDArray[np.bool_]:
    """Return which positions lie outside quotes: an even number of quotes stands before them."""
    return (np.searchsorted(marks, positions) + quotes) % 2 == 0


def _refuse_stray_quotes(
    buffer: NDArray[np.uint8], marks: Positions, quotes: int, separator: int, file: str
) -> None:
    if not len(marks):
        return
    borders = np.array([separator, _LF, _CR, _QUOTE], np.uint8)
    opens = (np.arange(len(marks)) + quotes) % 2 == 0
    neighbours = np.where(opens, marks - 1, marks + 1)
    is_border = np.isin(_byte(buffer, neighbours), borders)
    wrong = np.flatnonzero(~is_border & (neighbours >= 0) & (neighbours < len(buffer)))
    if not len(wrong):
        return
    at = int(marks[wrong[0]])
    if opens[wrong[0]]:
        raise _quote_fault(buffer, at, "a quote stands inside a cell that is not quoted", file)
    opening = _opening(buffer, at)
    line = _line(buffer, at)
    problem = f"the quoted cell that opens here has a quote on line {line} that does not end it"
    raise _quote_fault(buffer, opening, problem, file)


def _opening(buffer: NDArray[np.uint8], closing: int) -> int:
    """Return where the quoted cell opens whose closing quote stands at `closing`."""
    marks = np.flatnonzero(buffer[:closing] == _QUOTE)[::2]
    is_doubled = (_byte(buffer, marks - 1) == _QUOTE) & (marks > 0)
    return int(marks[~is_doubled][-1])


def _byte(buffer: NDArray[np.uint8], positions: Positions) -> NDArray[Any]:
    return buffer[np.clip(positions, 0, max(len(buffer) - 1, 0))]


def _line(buffer: NDArray[np.uint8], position: int) -> int:
    return len(_breaks(buffer[: position + 1], buffer[: position + 1], 0)) + 1


def _quote_fault(buffer: NDArray[np.uint8], position: int, problem: str, file: str) -> DataError:
    remedy = "close the cell, quote it as a whole, and double each quote inside it"
    place = Place(file, _line(buffer, position))
    return DataError([Diagnostic("E3005", place, problem, remedy)])
