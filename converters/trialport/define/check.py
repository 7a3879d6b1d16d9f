"""What is wrong with a define.xml: its schema, its references, and the files it describes."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from trialport.define.agreement import Agreement
from trialport.define.namespaces import XLINK, odm
from trialport.define.namespaces import define as define_name
from trialport.define.parts import oid
from trialport.define.read_values import local
from trialport.define.schema import parsed, schema_faults
from trialport.diagnostics import DataError, Diagnostic, Place, Severity, did_you_mean
from trialport.xport.reader import read_members

_REFERENCES = (
    ("ItemOID", odm("ItemDef")),
    (define_name("ItemOID"), odm("ItemDef")),
    ("MethodOID", odm("MethodDef")),
    ("CodeListOID", odm("CodeList")),
    ("ValueListOID", define_name("ValueListDef")),
    ("WhereClauseOID", define_name("WhereClauseDef")),
    (define_name("CommentOID"), define_name("CommentDef")),
    ("RoleCodeListOID", odm("CodeList")),
    ("ItemGroupOID", odm("ItemGroupDef")),
    ("ParameterOID", odm("ItemDef")),
    (define_name("StandardOID"), define_name("Standard")),
    (define_name("ArchiveLocationID"), define_name("leaf")),
    ("leafID", define_name("leaf")),
)
"""Attributes that refer, and what they refer to."""

_TARGETS = tuple(dict.fromkeys(target for _, target in _REFERENCES))
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
        lengths, formats or keys differ from the file; E4316 a value is not in the codelist; E4388
        a transport file is not described; E4389 values are not as they are described.
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
    known = {target: Counter(oid(each) for each in tree.iter(target)) for target in _TARGETS}
    for target, oids in known.items():
        found += [
            Diagnostic("E4313", Place(file), f"{local(target)} '{name}' is there {times} times")
            for name, times in oids.items()
            if times > 1
        ]
    dangling = [each for element in tree.iter(etree.Element) for each in _dangling(element, known)]
    for place, (element, name, target) in enumerate(dangling):
        problem = (
            f"{local(str(element.tag))} refers to {local(target)} '{name}', which is not there"
        )
        remedy = did_you_mean(name, known[target]) if place < _MOST_SUGGESTIONS else ""
        found.append(Diagnostic("E4312", Place(file, element.sourceline), problem, remedy))
    return found


def agreement_faults(
    define: bytes, folder: Path, file: str = "define.xml", *, encoding: str = "ascii"
) -> list[Diagnostic]:
    """Return E4314 to E4316, E4388 and E4389: where the files are not what the define.xml says.

    Args:
        define: the document.
        folder: where it lies; files are relative to it.
        file: its name, for the places.
        encoding: the encoding of the text in the transport files.
    """
    root = parsed(define, file).getroot()
    found: list[Diagnostic] = []
    for dataset in root.iter(odm("ItemGroupDef")):
        leaf = dataset.find(define_name("leaf"))
        href = leaf.get(f"{{{XLINK}}}href", "") if leaf is not None else ""
        where = Place(file, dataset.sourceline, record=dataset.get("Name", ""))
        path = _inside(folder, href)
        if dataset.get(define_name("HasNoData")) == "Yes" and not href:
            continue
        if path is None:
            found.append(Diagnostic("E4314", where, f"there is no file '{href}'"))
            continue
        try:
            member = read_members(path, encoding=encoding)[0]
            found += Agreement(root, dataset, member, file).faults()
        except DataError as error:
            found += error.diagnostics
    return [*found, *_further_files(root, folder, file)]


def _further_files(root: etree._Element, folder: Path, file: str) -> Iterator[Diagnostic]:
    """Yield transport files that no dataset describes, and documents that are not there."""
    leaves = {each: each.get(f"{{{XLINK}}}href", "") for each in root.iter(define_name("leaf"))}
    for path in sorted(folder.glob("*.xpt")):
        if path.name not in leaves.values():
            problem = f"no dataset of the document describes the file '{path.name}'"
            yield Diagnostic(
                "E4388", Place(file, root.sourceline), problem, "describe it, or take it away"
            )
    for leaf, href in leaves.items():
        is_dataset = leaf.getparent().tag == odm("ItemGroupDef")
        if not is_dataset and _inside(folder, href) is None:
            problem = f"there is no document '{href}'"
            place = Place(file, leaf.sourceline, record=leaf.get("ID", ""))
            yield Diagnostic("E4314", place, problem, severity=Severity.WARNING)


def _inside(folder: Path, href: str) -> Path | None:
    """Return the file of that name below the folder, or None; other folders are not looked into."""
    try:
        path = (folder / href).resolve()
        is_there = bool(href) and path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):
        return None
    return path if is_there else None


def _dangling(
    element: etree._Element, known: Mapping[str, Counter[str]]
) -> Iterator[tuple[etree._Element, str, str]]:
    """Yield what an element refers to and is not there, with what it should be."""
    for attribute, target in _REFERENCES:
        name = element.get(attribute)
        if name is not None and name not in known[target]:
            yield element, name, target
