# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from operator import attrgetter
from pathlib import Path

import pytest
from lxml import etree
from trialport.define.check import define_faults
from trialport.define.model import DefineDocument
from trialport.define.reader import read_define, read_define_file
from trialport.define.writer import document_xml
from trialport.diagnostics import DataError

DATA = Path(__file__).parent / "data"
REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
ELSEWHERE = [
    *("define/defineV20-SDTM.xml", "sdtm-sas94/define.xml", "adam-sas94/define.xml"),
    *("tdf/define-sdtm.xml", "tdf/define-adam.xml"),
]
KEPT = [DATA / name for name in ("sdtm-2.1.xml", "adam-2.1.xml", "adam-2.0.xml")]
ALL = [*KEPT, *(REFERENCE / name for name in ELSEWHERE)]

Counted = Counter[tuple[str, str, tuple[tuple[str, str], ...], str]]


def _content(file: Path) -> bytes:
    if not file.is_file():
        pytest.skip(f"{file.name} of the larger reference set is not here")
    return file.read_bytes()


@pytest.mark.parametrize("file", ALL, ids=lambda each: f"{each.parent.name}-{each.stem}")
def test_what_is_read_and_written_and_read_again_is_the_same(file: Path) -> None:
    document, notes = read_define(_content(file), file.name)
    again, more = read_define(document_xml(document, created=None))
    assert _sorted(again) == _sorted(document)
    assert (notes, more) == ([], [])


@pytest.mark.parametrize(
    "file", [each for each in ALL if "2.1" in each.name or "sas94" in each.parent.name]
)
def test_no_element_attribute_or_text_of_version_21_is_lost_or_added(file: Path) -> None:
    content = _content(file)
    document, _ = read_define(content, file.name)
    assert _counted(document_xml(document, created=None)) == _counted(content)


def test_version_20_becomes_a_valid_21() -> None:
    document, _ = read_define((DATA / "adam-2.0.xml").read_bytes())
    assert define_faults(document_xml(document, created=None)) == []
    standard = document.standards[0]
    assert (standard.name, standard.version, standard.type) == ("ADaMIG", "1.0", "IG")
    classes = {each.name: each.class_ for each in document.datasets}
    assert classes["ADSL"] == "SUBJECT LEVEL ANALYSIS DATASET"


def test_analysis_results_keep_their_datasets_and_code() -> None:
    document, _ = read_define((DATA / "adam-2.1.xml").read_bytes())
    assert [each.name for each in document.displays] == ["Table 14-3.01", "Table 14-5.02"]
    results = [result for display in document.displays for result in display.results]
    assert [len(each.datasets) for each in results] == [1, 1, 2]
    assert {each.reason for each in results} <= {"SPECIFIED IN SAP", "DATA DRIVEN"}


def test_pages_of_the_annotated_crf_are_read() -> None:
    document, _ = read_define((DATA / "sdtm-2.1.xml").read_bytes())
    items = {each.oid: each for each in document.items}
    pages = [
        page.refs
        for each in items["IT.DM.SEX"].origins
        for reference in each.documents
        for page in reference.pages
    ]
    assert pages == ["6"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('<ItemDef OID="IT.DM.SEX"', "<ItemDef", "E4382 x.xml:{line}: ItemDef has no OID"),
        (
            'OrderNumber="1"',
            'OrderNumber="one"',
            "E4383 x.xml:{line}: OrderNumber of ItemRef is 'one', no whole number",
        ),
        (
            'DefineVersion="2.1.',
            'DefineVersion="3.1.',
            "E4381 x.xml:29: the file is no Define-XML 2.0 or 2.1: it has version '3.1.0'",
        ),
        ("<MetaDataVersion", "<Meta", "E4310 x.xml:"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(old: str, new: str, told: str) -> None:
    text = (DATA / "sdtm-2.1.xml").read_text(encoding="utf-8")
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(DataError) as caught:
        read_define(text.replace(old, new, 1).encode(), "x.xml")
    assert str(caught.value.diagnostics[0]).startswith(told.format(line=line))


def test_what_is_not_read_is_noted_once_with_its_first_line() -> None:
    text = (DATA / "sdtm-2.1.xml").read_text(encoding="utf-8")
    text = text.replace("<ODM ", '<ODM xmlns:v="urn:vendor" ', 1)
    text = text.replace("<ItemDef ", '<ItemDef v:colour="red" ').replace(
        "</GlobalVariables>", "</GlobalVariables><v:secret><v:part/></v:secret>"
    )
    _, notes = read_define(text.encode(), "x.xml")
    line = text[: text.index("<v:secret>")].count("\n") + 1
    assert str(notes[0]) == (f"E4384 x.xml:{line}: element {{urn:vendor}}secret is not read")
    assert str(notes[1]).endswith("attribute {urn:vendor}colour of ItemDef is not read (179 times)")
    assert len(notes) == 2


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "define.xml"
    with file.open("wb") as stream:
        stream.truncate(100_000_001)
    with pytest.raises(DataError, match=r"E4380 .*more than the 100000000 that are read"):
        read_define_file(file)


def test_a_document_type_is_refused() -> None:
    with pytest.raises(DataError, match="the file has a document type"):
        read_define(b'<!DOCTYPE ODM [<!ENTITY e "e">]><ODM>&e;</ODM>')


def _sorted(document: DefineDocument) -> DefineDocument:
    """Return a document with its definitions sorted, as they are written."""
    by_oid = {"standards", "items", "value_lists", "wheres", "codelists", "methods", "comments"}
    changed = {
        each.name: tuple(sorted(getattr(document, each.name), key=attrgetter("oid")))
        for each in fields(document)
        if each.name in by_oid
    }
    leaves = tuple(sorted(document.leaves, key=attrgetter("id")))
    return replace(document, leaves=leaves, **changed)


def _counted(content: bytes) -> Counted:
    """Return how often each element is there, with parent, attributes and text.

    Left out are the language, which may be unsaid, and the order number and time of creation,
    which are written anew.
    """
    left_out = {"OrderNumber", "CreationDateTime", "{http://www.w3.org/XML/1998/namespace}lang"}
    found: Counted = Counter()
    for each in etree.fromstring(content).iter(etree.Element):
        parent = each.getparent()
        attributes = sorted(pair for pair in each.attrib.items() if pair[0] not in left_out)
        text = (each.text or "").strip()
        found["" if parent is None else parent.tag, each.tag, tuple(attributes), text] += 1
    return found
