"""Codelists as rows, one for each term or collected value, and the rows as codelists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialport.define.skeleton_terms import study_name
from trialport.spec import forms
from trialport.workbook import faults
from trialport.workbook.cell_text import LEFT_EMPTY, scalar_text, text_value
from trialport.workbook.cells import At
from trialport.workbook.layout import PART
from trialport.workbook.reading import Reading, Row
from trialport.workbook.tree import Tree

CODELISTS = "Codelists"
FILE = "terminology.yaml"
COLLECTED = "Collected Value"
HEADINGS = (
    "ID", "Name", "NCI Codelist Code", "Data Type", "Order", "Term", "NCI Term Code",
    "Decoded Value", PART, COLLECTED,
)  # fmt: skip

_KEYS = {"Name": "name", "NCI Codelist Code": "nci", "Data Type": "type"}
_PARTS = {"terms": ("Term", "Decoded Value"), "extend": ("Term", "Decoded Value"),
          "map": (COLLECTED, "Term")}  # fmt: skip


def codelist_rows(codelists: Tree, ids: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the rows of each codelist under its ID; one without entries has a row of its own."""
    for name, codelist in codelists.items() if isinstance(codelists, dict) else ():
        head = {"ID": ids.get(name, name)}
        if not isinstance(codelist, dict):
            yield head | {"Name": LEFT_EMPTY}
            continue
        told = {heading: codelist.get(key) for heading, key in _KEYS.items()}
        head |= {heading: _text(each) for heading, each in told.items() if each is not None}
        entries = list(_entries(codelist))
        yield from (head | each for each in entries)
        if not entries:
            yield head


def _entries(codelist: Mapping[str, Tree]) -> Iterator[dict[str, str]]:
    for part, (heading, other) in _PARTS.items():
        entries = codelist.get(part)
        for key, value in entries.items() if isinstance(entries, dict) else ():
            yield {PART: part, heading: scalar_text(key), other: _text(value)}


def _text(value: Tree) -> str:
    return scalar_text(None if value is None else str(value))


def codelist_names(reading: Reading) -> dict[str, str]:
    """Return the name in the language of each ID that is none, as a study begun from it has it."""
    ids = dict.fromkeys(row.cells["ID"] for row in reading.rows(CODELISTS, ("ID",)))
    taken: set[str] = set()
    names: dict[str, str] = {}
    for each in ids:
        names[each] = each if forms.CODELIST.fits(each) else study_name(each, taken)
        taken.add(names[each].casefold())
    return names


def read_codelists(reading: Reading, names: Mapping[str, str]) -> dict[str, Tree]:
    """Return the codelists that the rows say; the rows of one agree in what they say of it."""
    made: dict[str, Tree] = {}
    said: dict[tuple[str, str], At] = {}
    for row in reading.rows(CODELISTS, ("ID",)):
        name = At(names.get(row.cells["ID"], row.cells["ID"]), row.cells["ID"].cell)
        made.setdefault(name, {})
        for heading in _KEYS:
            _read_head(row, name, heading, made, said, reading)
        if isinstance(codelist := made[name], dict):
            _read_entry(row, codelist, reading)
    order = [*_KEYS.values(), *_PARTS]
    return {
        name: {key: each[key] for key in sorted(each, key=order.index)}
        if isinstance(each, dict)
        else None
        for name, each in made.items()
    }


def _read_head(
    row: Row,
    name: str,
    heading: str,
    made: dict[str, Tree],
    said: dict[tuple[str, str], At],
    reading: Reading,
) -> None:
    text = row.cells.get(heading)
    if text is None:
        return
    first = said.setdefault((name, heading), text)
    if first != text:
        reading.fault(faults.disagree(text.cell, text, heading, name, first.cell))
    codelist = made[name]
    value = text_value(text)
    if value is None:
        made[name] = None
    elif first is text and isinstance(codelist, dict):
        codelist[At(_KEYS[heading], text.cell)] = value


def _read_entry(row: Row, codelist: dict[str, Tree], reading: Reading) -> None:
    part = row.cells.get(PART)
    filled = [each for each in ("Term", "Decoded Value", COLLECTED) if each in row.cells]
    if part is None and not filled:
        return
    word = str(part) if part is not None else _part(row, codelist)
    if word not in _PARTS:
        assert part is not None
        reading.fault(faults.not_a_choice(part.cell, part, PART, _PARTS))
        return
    heading, other = _PARTS[word]
    for each in filled:
        if each not in (heading, other):
            text = row.cells[each]
            remedy = f"clear the cell; a row of '{word}' has {heading} and {other}"
            reading.fault(faults.worked_out(text.cell, text, each, remedy))
    if heading not in row.cells:
        reading.fault(faults.no_name(row.cell(heading), heading))
        return
    _add(row, At(word, row.first().cell), codelist, reading)


def _add(row: Row, part: At, codelist: dict[str, Tree], reading: Reading) -> None:
    heading, other = _PARTS[part]
    entries = codelist.setdefault(part, {})
    assert isinstance(entries, dict)
    key = text_value(row.cells[heading])
    name = key if isinstance(key, At) else row.cells[heading]
    if name in entries:
        first = next(each for each in entries if each == name)
        assert isinstance(first, At)
        reading.fault(faults.repeated_row(name.cell, name, first.cell))
    value = row.cells.get(other)
    entries[name] = None if value is None else text_value(value)


def _part(row: Row, codelist: Mapping[str, Tree]) -> str:
    """Return what a row is that does not say it."""
    if COLLECTED in row.cells:
        return "map"
    return "extend" if "nci" in codelist else "terms"
