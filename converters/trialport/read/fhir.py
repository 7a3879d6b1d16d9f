"""FHIR resources as raw tables: a record for each resource, or for each element of one kind.

All tables of one file are filled in one pass over it. Every cell is the text that the file holds;
references, dates and numbers are changed by nothing but the path of the column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from trialport.diagnostics import (
    DataError,
    Diagnostic,
    Place,
    Severity,
    raw_place,
    row_number,
    shown,
)
from trialport.read.fhir_files import Found, resources
from trialport.read.fhir_references import References
from trialport.read.fhir_values import Evaluate, Focus, PathError, compile_path, is_true, value_text
from trialport.read.texts import RawTexts, raw_texts
from trialport.spec.fhir_path import parse_path
from trialport.spec.nodes import RawTable

_SHOWN = 20
"""So many findings of one kind are told one by one; the others are counted."""


def read_fhir(path: Path, contracts: Mapping[str, RawTable]) -> dict[str, RawTexts]:
    """Return the raw tables that are read from one file, by name.

    Args:
        path: a file of NDJSON, a Bundle or a single resource.
        contracts: the tables that name this file; all with `resource`, and a path for each column.

    Returns:
        The texts of each table. A column is null where its path gives nothing, and where it gives
        several values, with E3077 among the findings; a reference that leads nowhere is E3078.

    Raises:
        DataError: those of `resources`; E3075 another type in an NDJSON file, E3076 a
            resource that is there twice.
    """
    file = next(iter(contracts.values())).file.text
    references = References(path, file)
    tables = {name: _Table(contract, references) for name, contract in contracts.items()}
    types = {each.type: None for each in tables.values()}
    seen: dict[str, int] = {}
    faults: list[Diagnostic] = []
    for found in resources(path, file):
        type_ = found.resource["resourceType"]
        if type_ in types:
            faults += _repeated(found, type_, seen, file)
        elif found.row < row_number(0, is_entry=True):
            faults.append(_other_type(found, type_, list(types), file))
        if len(faults) == _SHOWN:
            break
        for each in tables.values():
            if each.type == type_:
                each.add(found)
    if faults:
        raise DataError(faults)
    return {name: each.texts() for name, each in tables.items()}


class _Table:
    """The records of one raw table so far."""

    def __init__(self, contract: RawTable, references: References) -> None:
        self.type = contract.resource.text if contract.resource else ""
        self._file = contract.file.text
        self._references = references
        self._where = self._compiled(contract.where.text) if contract.where else None
        self._each = self._compiled(contract.each.text) if contract.each else None
        self._paths = {
            name: self._compiled(column.path.text)
            for name, column in contract.columns.items()
            if column.path is not None
        }
        self._columns: list[list[str | None]] = [[] for _ in self._paths]
        self._rows: list[int] = []
        self._findings = {code: _Findings() for code in ("E3077", "E3078")}

    def _compiled(self, path: str) -> Evaluate:
        return compile_path(parse_path(path), self._references)

    def add(self, found: Found) -> None:
        """Add the records of a resource."""
        resource = found.resource
        for row, focus in self._records(found.row, Focus([resource], resource)):
            self._rows.append(row)
            for (name, path), column in zip(self._paths.items(), self._columns, strict=True):
                try:
                    column.append(value_text(path(focus)))
                except PathError as fault:
                    column.append(None)
                    self._note("E3077", row, name, str(fault))
                if self._references.missing:
                    self._note_missing(row, name)

    def _records(self, row: int, focus: Focus) -> Iterator[tuple[int, Focus]]:
        try:
            if self._where is not None and not is_true(self._where(focus)):
                return
            elements = None if self._each is None else self._each(focus)
        except PathError as fault:
            self._note("E3077", row, "", f"the record is left out: {fault}")
            return
        finally:
            self._note_missing(row, "")
        if elements is None:
            yield row, focus
            return
        for number, element in enumerate(elements, start=1):
            yield row + row_number(0, element=number), Focus([element], focus.resource)

    def texts(self) -> RawTexts:
        """Return the table as it is staged, with its findings."""
        findings = [each for found in self._findings.values() for each in found.all()]
        return raw_texts(list(self._paths), self._columns, self._rows, tuple(findings))

    def _note_missing(self, row: int, column: str) -> None:
        for each in self._references.missing:
            self._note("E3078", row, column, f"there is no resource {shown(each)}")
        self._references.missing.clear()

    def _note(self, code: str, row: int, column: str, problem: str) -> None:
        place = raw_place(self._file, row, column)
        remedy, severity = _WORDS[code]
        self._findings[code].add(Diagnostic(code, place, problem, remedy, severity))


_WORDS = {
    "E3077": (
        "choose one with where(...) or first(), or read elements with 'each'",
        Severity.ERROR,
    ),
    "E3078": ("put the file of its type beside this one", Severity.WARNING),
}


class _Findings:
    """The first findings of one kind, and how many there are."""

    def __init__(self) -> None:
        self._first: list[Diagnostic] = []
        self._count = 0

    def add(self, finding: Diagnostic) -> None:
        """Take a finding."""
        self._count += 1
        if self._count <= _SHOWN:
            self._first.append(finding)

    def all(self) -> list[Diagnostic]:
        """Return the first ones, and how many more there are."""
        more = self._count - len(self._first)
        if not more:
            return self._first
        first = self._first[0]
        problem = f"{more} further values have the same fault"
        rest = Diagnostic(first.code, Place(first.place.file), problem, severity=first.severity)
        return [*self._first, rest]


def _repeated(found: Found, type_: str, seen: dict[str, int], file: str) -> list[Diagnostic]:
    id_ = found.resource.get("id")
    if not isinstance(id_, str):
        return []
    name = f"{type_}/{id_}"
    first = seen.setdefault(name, found.row)
    if first == found.row:
        return []
    problem = f"{shown(name)} is there already, at {raw_place(file, first, '')}"
    remedy = "export each resource once, in its last version"
    return [Diagnostic("E3076", raw_place(file, found.row, ""), problem, remedy)]


def _other_type(found: Found, type_: str, wanted: list[str], file: str) -> Diagnostic:
    problem = f"the resource is {shown(type_)}, not {' or '.join(sorted(wanted))}"
    remedy = "name the file of the type, or correct 'resource'"
    return Diagnostic("E3075", raw_place(file, found.row, ""), problem, remedy)
