"""What is wrong with a define.xml: its schema, its references, and the files it describes."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree

from trialport.define.namespaces import DEF, ODM, XLINK
from trialport.define.schema import parsed, schema_faults
from trialport.diagnostics import DataError, Diagnostic, Place, did_you_mean
from trialport.xport.model import Variable
from trialport.xport.reader import StoredMember, read_members

_REFERENCES = (
    ("ItemOID", f"{{{ODM}}}ItemDef"),
    (f"{{{DEF}}}ItemOID", f"{{{ODM}}}ItemDef"),
    ("MethodOID", f"{{{ODM}}}MethodDef"),
    ("CodeListOID", f"{{{ODM}}}CodeList"),
    ("ValueListOID", f"{{{DEF}}}ValueListDef"),
    ("WhereClauseOID", f"{{{DEF}}}WhereClauseDef"),
    (f"{{{DEF}}}CommentOID", f"{{{DEF}}}CommentDef"),
    ("RoleCodeListOID", f"{{{ODM}}}CodeList"),
    ("ItemGroupOID", f"{{{ODM}}}ItemGroupDef"),
    ("ParameterOID", f"{{{ODM}}}ItemDef"),
    (f"{{{DEF}}}StandardOID", f"{{{DEF}}}Standard"),
    (f"{{{DEF}}}ArchiveLocationID", f"{{{DEF}}}leaf"),
    ("leafID", f"{{{DEF}}}leaf"),
)
"""Attributes that refer, and what they refer to."""

_TARGETS = tuple(dict.fromkeys(target for _, target in _REFERENCES))
_NUMBERS = {"integer", "float"}
_MOST_SUGGESTIONS = 20
"""How many dangling references are told the nearest name, which takes its time."""


def check_defines(folder: Path, *, encoding: str = "ascii") -> list[Diagnostic]:
    """Return the faults of each define.xml of a folder, and of its `sdtm` and `adam`.

    Places name the file as seen from the folder; see `check_define`.
    """
    found: list[Diagnostic] = []
    for group in ("", "sdtm", "adam"):
        file = folder / group / "define.xml"
        if file.is_file():
            name = file.relative_to(folder).as_posix()
            found += check_define(file, name=name, encoding=encoding)
    return found


def check_define(file: Path, *, name: str = "", encoding: str = "ascii") -> list[Diagnostic]:
    """Return every fault of a define.xml and of its agreement with the transport files.

    Args:
        file: the define.xml; its files are found relative to it.
        name: how places name it; its file name unless stated.
        encoding: the encoding of the text in the transport files.

    Returns:
        E4310 and E4311 no XML, or against the schema; E4312 a reference leads nowhere, E4313 an
        identifier is there twice; E4314 a file is not there; E4315 names, order, labels, types,
        lengths, formats or keys differ from the file; E4316 a value is not in the codelist.
    """
    shown = name or file.name
    try:
        define = file.read_bytes()
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        return [Diagnostic("E4310", Place(shown), problem)]
    found = define_faults(define, shown)
    if any(each.code == "E4310" for each in found):
        return found
    return [*found, *agreement_faults(define, file.parent, shown, encoding=encoding)]


def define_faults(define: bytes, file: str = "define.xml") -> list[Diagnostic]:
    """Return the faults of a define.xml by itself: E4310 to E4313."""
    try:
        tree = parsed(define, file)
    except DataError as error:
        return list(error.diagnostics)
    found = schema_faults(tree, file)
    known = {target: Counter(_oid(each) for each in tree.iter(target)) for target in _TARGETS}
    for target, oids in known.items():
        found += [
            Diagnostic("E4313", Place(file), f"{_tag(target)} '{oid}' is there {times} times")
            for oid, times in oids.items()
            if times > 1
        ]
    dangling = [each for element in tree.iter(etree.Element) for each in _dangling(element, known)]
    for place, (element, oid, target) in enumerate(dangling):
        problem = f"{_tag(str(element.tag))} refers to {_tag(target)} '{oid}', which is not there"
        remedy = did_you_mean(oid, known[target]) if place < _MOST_SUGGESTIONS else ""
        found.append(Diagnostic("E4312", Place(file, element.sourceline), problem, remedy))
    return found


def agreement_faults(
    define: bytes, folder: Path, file: str = "define.xml", *, encoding: str = "ascii"
) -> list[Diagnostic]:
    """Return E4314 to E4316: where the transport files are not what the define.xml says.

    Args:
        define: the document.
        folder: where it lies; files are relative to it.
        file: its name, for the places.
        encoding: the encoding of the text in the transport files.
    """
    root = parsed(define, file).getroot()
    found: list[Diagnostic] = []
    for dataset in root.iter(f"{{{ODM}}}ItemGroupDef"):
        leaf = dataset.find(f"{{{DEF}}}leaf")
        href = leaf.get(f"{{{XLINK}}}href", "") if leaf is not None else ""
        where = Place(file, dataset.sourceline, record=dataset.get("Name", ""))
        path = _inside(folder, href)
        if path is None:
            found.append(Diagnostic("E4314", where, f"there is no file '{href}'"))
            continue
        try:
            member = read_members(path, encoding=encoding)[0]
            found += _Agreement(root, dataset, member, file).faults()
        except DataError as error:
            found += error.diagnostics
    return found


def _inside(folder: Path, href: str) -> Path | None:
    """Return the file of that name below the folder, or None; other folders are not looked into."""
    try:
        path = (folder / href).resolve()
        is_there = bool(href) and path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):
        return None
    return path if is_there else None


def _whole(text: str) -> int:
    """Return a whole number; 0 for what is none, which the schema has reported."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


@dataclass(frozen=True, slots=True)
class _Agreement:
    """One dataset of the document beside the member of its file."""

    root: etree._Element
    dataset: etree._Element
    member: StoredMember
    file: str

    def faults(self) -> list[Diagnostic]:
        """Return where the two differ."""
        stored = {each.name: each for each in self.member.member.variables}
        items = self._items()
        found = list(self._dataset_faults(list(items)))
        for name, item in items.items():
            if name in stored:
                found += self._variable_faults(item, stored[name])
        return [*found, *self._key_faults(), *self._value_faults(items)]

    def _items(self) -> dict[str, etree._Element]:
        """Return the definitions of the variables by name, in their order."""
        references = self.dataset.findall(f"{{{ODM}}}ItemRef")
        references.sort(key=lambda each: _whole(each.get("OrderNumber", "")))
        known = {_oid(each): each for each in self.root.iter(f"{{{ODM}}}ItemDef")}
        oids = [each.get("ItemOID", "") for each in references]
        return {known[each].get("Name", ""): known[each] for each in oids if each in known}

    def _dataset_faults(self, names: Sequence[str]) -> Iterator[Diagnostic]:
        there = [each.name for each in self.member.member.variables]
        yield from self._differs("name", self.dataset.get("Name", ""), self.member.member.name)
        label = _described(self.dataset)
        yield from self._differs("label", label, self.member.member.label)
        for name in names:
            if name not in there:
                remedy = did_you_mean(name, there)
                yield self._fault(self.dataset, f"the file has no variable {name}", remedy)
        for name in there:
            if name not in names:
                yield self._fault(self.dataset, f"the file has {name}, the document has not")
        common = [each for each in names if each in there]
        if common != [each for each in there if each in names]:
            first = next(a for a, b in zip(common, there, strict=False) if a != b)
            yield self._fault(self.dataset, f"the order differs from the file at {first}")

    def _variable_faults(self, item: etree._Element, stored: Variable) -> Iterator[Diagnostic]:
        place, type_ = item.get("Name", ""), item.get("DataType", "")
        is_number = type_ in _NUMBERS
        if is_number != (stored.type == "num"):
            problem = f"{place} has type {type_}, the file holds {stored.type}"
            yield self._fault(item, problem)
        yield from self._differs("label", _described(item), stored.label, item, place)
        format_ = item.get(f"{{{DEF}}}DisplayFormat", "")
        yield from self._differs("format", format_, stored.format, item, place)
        length = item.get("Length")
        if length is not None and not is_number:
            yield from self._differs("length", length, str(stored.length), item, place)

    def _key_faults(self) -> Iterator[Diagnostic]:
        stated = [each.get("KeySequence") for each in self.dataset.findall(f"{{{ODM}}}ItemRef")]
        places = sorted(_whole(each) for each in stated if each is not None)
        if places != list(range(1, len(places) + 1)):
            numbers = ", ".join(map(str, places))
            problem = f"the places of the key are {numbers}"
            yield self._fault(self.dataset, problem, "number them 1, 2 ...")

    def _value_faults(self, items: dict[str, etree._Element]) -> Iterator[Diagnostic]:
        there = {each.name for each in self.member.member.variables}
        listed = {name: self._terms(item) for name, item in items.items() if name in there}
        coded = {name: terms for name, terms in listed.items() if terms is not None}
        if not coded:
            return
        used: dict[str, set[str]] = {name: set() for name in coded}
        for batch in self.member.batches(special_missing=True):
            for name, values in used.items():
                values.update(_texts(batch.column(name)))
        for name, terms in coded.items():
            for value in sorted(used[name] - terms):
                place = Place(self.file, items[name].sourceline, record=self.member.member.name)
                problem = f"{name} has the value '{value}', its codelist has not"
                yield Diagnostic("E4316", place, problem)

    def _terms(self, item: etree._Element) -> set[str] | None:
        """Return the terms of the codelist of a variable; None without one, or a dictionary."""
        reference = item.find(f"{{{ODM}}}CodeListRef")
        oid = reference.get("CodeListOID") if reference is not None else None
        codelist = next(
            (each for each in self.root.iter(f"{{{ODM}}}CodeList") if _oid(each) == oid), None
        )
        if codelist is None or codelist.find(f"{{{ODM}}}ExternalCodeList") is not None:
            return None
        tags = (f"{{{ODM}}}CodeListItem", f"{{{ODM}}}EnumeratedItem")
        terms = [each.get("CodedValue", "") for each in codelist.iterchildren(*tags)]
        return {_number(each) if item.get("DataType") in _NUMBERS else each for each in terms}

    def _differs(
        self,
        what: str,
        stated: str,
        stored: str,
        element: etree._Element | None = None,
        of: str = "",
    ) -> Iterator[Diagnostic]:
        if stated != stored:
            head = f"the {what} of {of}" if of else f"the {what}"
            problem = f"{head} is '{stated}', the file has '{stored}'"
            yield self._fault(self.dataset if element is None else element, problem)

    def _fault(self, element: etree._Element, problem: str, remedy: str = "") -> Diagnostic:
        place = Place(self.file, element.sourceline, record=self.member.member.name)
        return Diagnostic("E4315", place, problem, remedy)


def _dangling(
    element: etree._Element, known: Mapping[str, Counter[str]]
) -> Iterator[tuple[etree._Element, str, str]]:
    """Yield what an element refers to and is not there, with what it should be."""
    for attribute, target in _REFERENCES:
        oid = element.get(attribute)
        if oid is not None and oid not in known[target]:
            yield element, oid, target


def _texts(column: pa.Array) -> Iterable[str]:
    values = pc.unique(column).to_pylist()
    known = (each for each in values if each is not None and each != "")
    return (_number(each) if isinstance(each, int | float) else str(each) for each in known)


def _number(value: str | float) -> str:
    """Return a number in one spelling, so that 1 and 1.0 are alike; other text as it is."""
    try:
        return repr(float(value))
    except ValueError:
        return str(value)


def _described(element: etree._Element) -> str:
    path = f"{{{ODM}}}Description/{{{ODM}}}TranslatedText"
    return "".join(chain.from_iterable(each.itertext() for each in element.findall(path)[:1]))


def _oid(element: etree._Element) -> str:
    return element.get("OID") or element.get("ID") or ""


def _tag(name: str) -> str:
    return name.rpartition("}")[2]
