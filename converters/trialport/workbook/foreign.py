"""A workbook of Pinnacle 21 as the document of Define-XML that it describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast, get_args

from trialport.define.model import (
    DataType,
    DefineCheck,
    DefineCodelist,
    DefineComment,
    DefineDataset,
    DefineDocument,
    DefineFile,
    DefineItem,
    DefineItemRef,
    DefineLeaf,
    DefineMethod,
    DefineOrigin,
    DefinePages,
    DefineReference,
    DefineStandard,
    DefineTerm,
    DefineValueList,
    DefineWhere,
)
from trialport.spec import forms
from trialport.spec.load_faults import other_form
from trialport.workbook import faults
from trialport.workbook.cells import At
from trialport.workbook.reading import Reading, Row

ORIGINS = {
    "CRF": "Collected", "eDT": "Collected", "Collected": "Collected", "Derived": "Derived",
    "Assigned": "Assigned", "Protocol": "Protocol", "Predecessor": "Predecessor",
    "Not Available": "Not Available", "Other": "Other",
}  # fmt: skip
"""Origins of both layouts, in the words of Define-XML 2.1."""

_TYPES = get_args(DataType)
_CRF = "crf"


@dataclass(slots=True)
class _Book:
    """The rows of a workbook by their names, while the document is made of them."""

    reading: Reading
    names: dict[str, dict[str, At]] = field(default_factory=dict[str, dict[str, At]])

    def known(self, row: Row, heading: str, sheets: Sequence[str], what: str) -> str:
        """Return what a cell names; E1041 where no row of the sheets has that name."""
        text = row.cells.get(heading)
        if text is None:
            return ""
        there = [name for sheet in sheets for name in self.names.get(sheet, {})]
        if text not in there:
            fault = faults.unknown_name(text.cell, what, text, sheets[0], there)
            self.reading.fault(fault)
        return str(text)

    def choice(self, row: Row, heading: str, allowed: Sequence[str], default: str = "") -> str:
        """Return the word of a cell; E1045 where it is none of those that may be."""
        text = row.cells.get(heading)
        if text is None:
            return default
        if text not in allowed:
            self.reading.fault(faults.not_a_choice(text.cell, text, heading, allowed))
            return default
        return str(text)

    def length(self, row: Row) -> int | None:
        """Return a length; E1105 where it is no number."""
        text = row.cells.get("Length")
        if text is None:
            return None
        if not forms.LENGTH.fits(text):
            self.reading.fault(other_form(text.cell.place(""), text, "'Length'", forms.LENGTH))
            return None
        return int(text)


def define_document(reading: Reading) -> DefineDocument:
    """Return the document that the sheets describe, with empty cells where they say nothing.

    Faults: E1033, E1035, E1040-E1042, E1045, E1105 in `reading`.
    """
    book = _Book(reading)
    for sheet in ("Study", "Datasets", "Variables"):
        if sheet not in reading.tables:
            reading.fault(faults.no_sheet(sheet, reading.tables))
    for sheet, heading in (
        ("Datasets", "Dataset"), ("Codelists", "ID"), ("Dictionaries", "ID"), ("Methods", "ID"),
        ("Comments", "ID"), ("WhereClauses", "ID"), ("Documents", "ID"),
    ):  # fmt: skip
        repeats = sheet in ("Codelists", "WhereClauses")
        book.names[sheet] = _names(reading, sheet, heading, repeats=repeats)
    study = {row.text("Attribute"): row.text("Value") for row in reading.rows("Study")}
    items, datasets = _datasets(book)
    values, value_items = _value_lists(book)
    leaves = tuple(
        DefineLeaf(row.text("ID"), row.text("Href"), row.text("Title"))
        for row in reading.rows("Documents", ("ID", "Href"))
    )
    return DefineDocument(
        file=DefineFile("", study.get("StudyName", ""), "2.1"),
        study=study.get("StudyName", ""),
        protocol=study.get("ProtocolName", ""),
        name=study.get("StudyName", ""),
        description="",
        study_description=study.get("StudyDescription", ""),
        standards=tuple(_standards(reading, study)),
        datasets=tuple(datasets),
        items=(*items, *value_items),
        value_lists=tuple(values),
        wheres=tuple(_wheres(book)),
        codelists=tuple(_codelists(reading)),
        methods=tuple(
            DefineMethod(row.text("ID"), row.text("Name"), row.text("Description"))
            for row in reading.rows("Methods", ("ID",))
        ),
        comments=tuple(
            DefineComment(row.text("ID"), row.text("Description"))
            for row in reading.rows("Comments", ("ID",))
        ),
        leaves=leaves,
        crf=tuple(DefineReference(each) for each in _annotated(study, leaves)),
    )


def _names(reading: Reading, sheet: str, heading: str, *, repeats: bool) -> dict[str, At]:
    found: dict[str, At] = {}
    for row in reading.rows(sheet, (heading,)):
        name = row.cells[heading]
        if name in found and not repeats:
            reading.fault(faults.repeated_row(name.cell, name, found[name].cell))
        found.setdefault(name, name)
    return found


def _annotated(study: Mapping[str, str], leaves: Sequence[DefineLeaf]) -> Iterator[str]:
    stated = study.get("Annotated CRF", "")
    for each in leaves:
        if each.id == stated or (not stated and "crf" in each.id.lower()):
            yield each.id


def _standards(reading: Reading, study: Mapping[str, str]) -> Iterator[DefineStandard]:
    rows = list(reading.rows("Standards", ("OID", "Name")))
    for row in rows:
        kind = row.text("Type") or "IG"
        texts = (row.text("OID"), row.text("Name"), row.text("Version"))
        yield DefineStandard(*texts, kind, row.text("Publishing Set"))
    if not rows and study.get("StandardName"):
        name = "ADaMIG" if "ADAM" in study["StandardName"].upper() else "SDTMIG"
        yield DefineStandard("STD.1", name, study.get("StandardVersion", ""))


def _datasets(book: _Book) -> tuple[list[DefineItem], list[DefineDataset]]:
    items: list[DefineItem] = []
    refs: dict[str, list[DefineItemRef]] = {}
    keys = {
        row.text("Dataset"): [each.strip() for each in row.text("Key Variables").split(",")]
        for row in book.reading.rows("Datasets", ("Dataset",))
    }
    seen: dict[str, At] = {}
    listed_values = {
        value_list(row.text("Dataset"), row.text("Variable"))
        for row in book.reading.rows("ValueLevel")
    }
    for row in book.reading.rows("Variables", ("Dataset", "Variable")):
        dataset, name = row.text("Dataset"), row.cells["Variable"]
        book.known(row, "Dataset", ("Datasets",), "dataset")
        oid = f"{dataset}.{name}"
        if oid in seen:
            book.reading.fault(faults.repeated_row(name.cell, name, seen[oid].cell))
            continue
        seen[oid] = name
        values = value_list(dataset, name)
        item = _item(book, row, oid, str(name), row.text("Label"))
        items.append(replace(item, value_list=values) if values in listed_values else item)
        listed = keys.get(dataset, [])
        place = listed.index(name) + 1 if name in listed else None
        sequence = row.text("KeySequence")
        if sequence.isdigit():
            place = int(sequence)
        method = book.known(row, "Method", ("Methods",), "method")
        ref = DefineItemRef(oid, row.text("Mandatory") == "Yes", place, method, row.text("Role"))
        refs.setdefault(dataset, []).append(ref)
    return items, [_dataset(row, refs) for row in book.reading.rows("Datasets", ("Dataset",))]


def _dataset(row: Row, refs: Mapping[str, list[DefineItemRef]]) -> DefineDataset:
    name = row.text("Dataset")
    return DefineDataset(
        oid=f"IG.{name}",
        name=name,
        label=row.text("Description"),
        class_=row.text("Class"),
        structure=row.text("Structure"),
        items=tuple(refs.get(name, ())),
        purpose=row.text("Purpose"),
        repeating=row.text("Repeating") != "No",
        reference_data=row.text("Reference Data") == "Yes",
    )


def _item(book: _Book, row: Row, oid: str, name: str, label: str) -> DefineItem:
    kind = cast(DataType, book.choice(row, "Data Type", _TYPES, "text"))
    origin = book.choice(row, "Origin", list(ORIGINS))
    pages = row.text("Pages")
    documents = (DefineReference(_CRF, (DefinePages(refs=pages),)),) if pages else ()
    origins = (DefineOrigin(ORIGINS[origin], row.text("Source"), "", documents),) if origin else ()
    return DefineItem(
        oid=oid,
        name=name,
        label=label,
        type=kind,
        length=book.length(row),
        format=row.text("Format"),
        origins=origins,
        codelist=book.known(row, "Codelist", ("Codelists", "Dictionaries"), "codelist"),
        comment=book.known(row, "Comment", ("Comments",), "comment"),
    )


def value_list(dataset: str, variable: str) -> str:
    """Return the identifier of the value list of a variable."""
    return f"VL.{dataset}.{variable}"


def _value_lists(book: _Book) -> tuple[list[DefineValueList], list[DefineItem]]:
    listed: dict[str, list[DefineItemRef]] = {}
    items: list[DefineItem] = []
    for row in book.reading.rows("ValueLevel", ("Dataset", "Variable")):
        book.known(row, "Dataset", ("Datasets",), "dataset")
        where = book.known(row, "Where Clause", ("WhereClauses",), "where clause")
        oid = f"VL.{row.number}"
        items.append(_item(book, row, oid, row.text("Variable"), row.text("Description")))
        method = book.known(row, "Method", ("Methods",), "method")
        ref = DefineItemRef(oid, method=method, where=(where,))
        name = value_list(row.text("Dataset"), row.text("Variable"))
        listed.setdefault(name, []).append(ref)
    return [DefineValueList(oid, tuple(refs)) for oid, refs in listed.items()], items


def _wheres(book: _Book) -> Iterator[DefineWhere]:
    checks: dict[str, list[DefineCheck]] = {}
    for row in book.reading.rows("WhereClauses", ("ID",)):
        comparator = row.text("Comparator") or "EQ"
        value = row.text("Value")
        values = (
            [each.strip() for each in value.split(",")] if comparator.endswith("IN") else [value]
        )
        item = f"{row.text('Dataset')}.{row.text('Variable')}"
        check = DefineCheck(item, comparator, tuple(values))
        checks.setdefault(row.text("ID"), []).append(check)
    for name, each in checks.items():
        yield DefineWhere(name, tuple(each))


def _codelists(reading: Reading) -> Iterator[DefineCodelist]:
    rows: dict[str, list[Row]] = {}
    for row in reading.rows("Codelists", ("ID",)):
        rows.setdefault(row.text("ID"), []).append(row)
    for name, each in rows.items():
        terms = tuple(
            DefineTerm(row.text("Term"), row.text("Decoded Value"), row.text("NCI Term Code"))
            for row in each
            if row.text("Term")
        )
        head = each[0]
        kind = head.text("Data Type") or "text"
        code = head.text("NCI Codelist Code")
        yield DefineCodelist(name, head.text("Name") or name, kind, terms, code)
    for row in reading.rows("Dictionaries", ("ID",)):
        dictionary = row.text("Dictionary") or row.text("Name")
        yield DefineCodelist(
            row.text("ID"), row.text("Name"), dictionary=dictionary, version=row.text("Version")
        )
