"""Faults as values: where, what, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

LONGEST_VALUE = 40
"""How many characters of a value a message shows."""


class Severity(StrEnum):
    """How much a diagnostic weighs: errors stop or taint a conversion, the others inform."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written or recorded; parts that are not known are empty.

    `file` and `line` point into a specification or a raw file (line 1 is the first line of the
    file); `column` is the raw column or the variable; `record` names a record in words,
    e.g. `AE USUBJID=MSC-GVHD-101-007 AESEQ=3`.
    """

    file: str = ""
    line: int | None = None
    column: str = ""
    record: str = ""

    def __str__(self) -> str:
        """Return the place as editors and grep understand it: `file:line column NAME`.

        >>> str(Place("raw/ae.csv", 212, "serious"))
        'raw/ae.csv:212 column serious'
        """
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [where, self.record, f"column {self.column}" if self.column else ""]
        return " ".join(part for part in parts if part)


_ENTRY, _ELEMENT = 1 << 40, 41


def row_number(number: int, *, is_entry: bool = False, element: int = 0) -> int:
    """Return the key of a raw record, from which `raw_place` tells where it stands.

    Args:
        number: its line in the file, from 1, or its entry in a FHIR Bundle, from 1.
        is_entry: whether `number` counts entries.
        element: which element of the resource the record is, from 1; 0 for the resource itself.
    """
    return number + (_ENTRY if is_entry else 0) + (element << _ELEMENT)


def raw_place(file: str, row: int, column: str) -> Place:
    """Return the place of a raw record by its key, as messages show it.

    >>> print(raw_place("raw/ae.csv", 212, "serious"))
    raw/ae.csv:212 column serious
    >>> print(raw_place("fhir/b.json", row_number(3, is_entry=True, element=2), "stage"))
    fhir/b.json Bundle.entry[2] element 2 column stage
    """
    element, number = row >> _ELEMENT, row % _ENTRY
    record = f"element {element}" if element else ""
    if row & _ENTRY:
        return Place(file, None, column, f"Bundle.entry[{number - 1}] {record}".strip())
    return Place(file, number, column, record)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: the line of the specification that fills it, and raw cells."""

    line: Place | None
    cells: tuple[Place, ...] = ()

    def __str__(self) -> str:
        """Return the raw cells, then the line.

        >>> str(Origin(Place("sdtm/ae.yaml", 14), (Place("ae.csv", 212, "end_date"),)))
        'from ae.csv:212 column end_date by sdtm/ae.yaml:14'
        """
        cells = ", ".join(map(str, self.cells))
        parts = [f"from {cells}" if cells else "", f"by {self.line}" if self.line else ""]
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault: its stable code, its place, the problem and, where there is one, the remedy.

    `origin` is known where the fault is about a value that a conversion made; it is no part of
    what the fault is.
    """

    code: str
    place: Place
    problem: str
    remedy: str = ""
    severity: Severity = Severity.ERROR
    origin: Origin | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """Return the fault on one line.

        >>> place = Place("sdtm/ae.yaml", 14)
        >>> str(Diagnostic("E1203", place, "unknown column 'aestdat'", "did you mean 'aestdt'?"))
        "E1203 sdtm/ae.yaml:14: unknown column 'aestdat'; did you mean 'aestdt'?"
        """
        place = str(self.place)
        head = f"{self.code} {place}:" if place else f"{self.code}:"
        tail = f"; {self.remedy}" if self.remedy else ""
        behind = f" [{self.origin}]" if self.origin else ""
        return f"{head} {self.problem}{tail}{behind}"


class TrialportError(Exception):
    """What could not be done, with every diagnostic that explains it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(each) for each in self.diagnostics))


class SpecError(TrialportError):
    """The specification cannot be used."""


class DataError(TrialportError):
    """The raw data cannot be read."""


class WriteError(TrialportError):
    """A value, a name or a place cannot be written as asked."""


def no_memory(record: str = "") -> Diagnostic:
    """Return E3294: the work needs more memory than it may use."""
    problem = "the work needs more memory than it may use"
    remedy = "look for a join or a text that grows without bound, or allow more memory"
    return Diagnostic("E3294", Place(record=record), problem, remedy)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a remedy that names the nearest known name, or the known names where few, or ''.

    >>> did_you_mean("aestdat", ["aestdt", "aeterm"])
    "did you mean 'aestdt'?"
    >>> did_you_mean("zzz", ["aestdt", "aeterm"])
    "known: 'aestdt', 'aeterm'"
    """
    names = sorted(set(known))
    folded = {each.casefold(): each for each in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{folded[near[0]]}'?"
    if names and len(names) <= 5:
        return "known: " + ", ".join(f"'{each}'" for each in names)
    return ""


def shown(value: str) -> str:
    r"""Return a value as messages show it: in quotes, on one line, at most 40 characters of it.

    >>> print(shown("a\tb"), shown("x" * 41))
    'a\tb' 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'...
    """
    return repr(value) if len(value) <= LONGEST_VALUE else repr(value[:LONGEST_VALUE]) + "..."


def plain(text: str) -> str:
    r"""Return text on one line: what cannot be printed is written as its escape.

    >>> plain("a\tb")
    'a\\tb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
