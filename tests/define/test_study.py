"""The two documents of the sample study, from its converted datasets."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree
from trialport import Conversion, convert
from trialport.define.check import check_define, check_defines
from trialport.define.html import define_html, stylesheet
from trialport.define.reader import read_define
from trialport.define.writer import define_xml

from tests.golden.case_records import case_records
from tests.golden.raw_export import write_raw

STUDY = Path(__file__).resolve().parents[2] / "mappings" / "studies" / "msc_gvhd"
ASKED = ("ADTTE",)
GROUPS = ("sdtm", "adam")
ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
DEF = "{http://www.cdisc.org/ns/def/v2.1}"


@dataclass(frozen=True)
class Made:
    folder: Path
    conversion: Conversion

    def root(self, group: str) -> etree._Element:
        """Return the root of the document of a group."""
        return etree.parse(self.folder / group / "define.xml").getroot()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Convert the case records once."""
    folder = tmp_path_factory.mktemp("define")
    write_raw(folder / "raw", STUDY, case_records())
    return Made(folder / "out", convert(STUDY, raw=folder / "raw", out=folder / "out", only=ASKED))


@pytest.fixture
def copy(made: Made, tmp_path: Path) -> Path:
    """Return a copy of the datasets that a test may spoil."""
    return Path(shutil.copytree(made.folder, tmp_path / "copy"))


@pytest.mark.parametrize("group", GROUPS)
def test_valid_every_reference_resolves_and_the_files_agree(made: Made, group: str) -> None:
    assert check_define(made.folder / group / "define.xml") == []


@pytest.mark.parametrize("group", GROUPS)
def test_each_dataset_written_is_described_once(made: Made, group: str) -> None:
    root = made.root(group)
    names = [each.get("Name") for each in root.iter(f"{ODM}ItemGroupDef")]
    assert names == sorted(each.name for each in made.conversion.datasets if each.group == group)


@pytest.mark.parametrize("group", GROUPS)
def test_the_page_is_that_of_the_document_and_the_stylesheet_lies_beside(
    made: Made, group: str
) -> None:
    folder = made.folder / group
    assert (folder / "define.html").read_bytes() == define_html(
        (folder / "define.xml").read_bytes()
    )
    assert (folder / "define2-1.xsl").read_bytes() == stylesheet().read_bytes()


@pytest.mark.parametrize("group", GROUPS)
def test_the_page_names_each_dataset(made: Made, group: str) -> None:
    page = (made.folder / group / "define.html").read_text(encoding="utf-8")
    named = [each.name for each in made.conversion.datasets if each.group == group]
    assert [each for each in named if each not in page] == []


@pytest.mark.parametrize("group", GROUPS)
def test_what_is_written_can_be_read_and_written_again_byte_for_byte(
    made: Made, group: str
) -> None:
    content = (made.folder / group / "define.xml").read_bytes()
    document, notes = read_define(content)
    assert notes == []
    assert define_xml(document, created=None) == content


def test_each_endpoint_of_the_report_has_its_result(made: Made) -> None:
    content = (made.folder / "adam" / "define.xml").read_bytes()
    document, _ = read_define(content)
    primary = next(each for each in document.displays if each.name == "F2A")
    (result,) = primary.results
    wheres = {each.oid: each for each in document.wheres}
    assert len(document.displays) == 10
    assert result.purpose == "PRIMARY OUTCOME MEASURE"
    assert result.datasets[0].variables == ("IT.ADTTE.AVAL", "IT.ADTTE.CRSTAT", "IT.ADTTE.TRTP")
    assert [(each.item, each.values) for each in wheres[result.datasets[0].where].checks] == [
        ("IT.ADTTE.PARAMCD", ("SCGVHD",)),
        ("IT.ADTTE.FASFL", ("Y",)),
    ]


@pytest.mark.parametrize("group", GROUPS)
def test_each_link_of_the_page_leads_somewhere(made: Made, group: str) -> None:
    page = (made.folder / group / "define.html").read_text(encoding="utf-8")
    anchors = set(re.findall(r'(?:id|name)="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))
    files = set(re.findall(r'href="([a-z0-9_]+[.]xpt)"', page))
    assert links - anchors == set()
    assert len(links) > 20
    assert {each for each in files if not (made.folder / group / each).is_file()} == set()


def test_the_manifest_lists_the_documents(made: Made) -> None:
    listed = {each["path"] for each in made.conversion.files}
    names = ("define.xml", "define.html", "define2-1.xsl")
    assert {f"{group}/{name}" for group in GROUPS for name in names} <= listed


def test_both_documents_are_held_against_their_files(copy: Path) -> None:
    (copy / "adam" / "adsl.xpt").unlink()
    assert [_without_line(str(each)) for each in check_defines(copy)] == [
        "E4314 adam/define.xml: ADSL: there is no file 'adsl.xpt'"
    ]


def test_the_standards_are_those_of_the_study(made: Made) -> None:
    names = {
        group: {each.get("OID") for each in made.root(group).iter(f"{DEF}Standard")}
        for group in GROUPS
    }
    assert names["sdtm"] == {"STD.SDTMIG.3.4", "STD.CT.SDTM.2025-03-28"}
    assert names["adam"] == {
        "STD.ADaMIG.1.3",
        "STD.ADaM-OCCDSIG.1.1",
        "STD.CT.ADaM.2025-03-28",
        "STD.CT.SDTM.2025-03-28",
    }


@pytest.mark.parametrize(
    ("oid", "type_", "origin"),
    [
        ("IT.DM.DOMAIN", "text", ("Assigned", "Sponsor", "")),
        ("IT.DM.SEX", "text", ("Collected", "Investigator", "")),
        ("IT.DM.USUBJID", "text", ("Derived", "Sponsor", "")),
        ("IT.DM.AGE", "integer", ("Derived", "Sponsor", "")),
        ("IT.DM.RFICDTC", "date", ("Collected", "Investigator", "")),
        ("IT.ADTTE.TRTP", "text", ("Predecessor", None, "ADSL.TRT01P")),
        ("IT.ADTTE.AVAL", "integer", ("Derived", "Sponsor", "")),
        ("IT.ADTTE.ADT", "integer", ("Derived", "Sponsor", "")),
    ],
)
def test_types_and_origins(
    made: Made, oid: str, type_: str, origin: tuple[str, str | None, str]
) -> None:
    group = "adam" if oid.startswith("IT.AD") else "sdtm"
    root = made.root(group)
    item = next(each for each in root.iter(f"{ODM}ItemDef") if each.get("OID") == oid)
    stated = item.find(f"{DEF}Origin")
    described = stated.findtext(f"{ODM}Description/{ODM}TranslatedText", "")
    assert item.get("DataType") == type_
    assert (stated.get("Type"), stated.get("Source"), described) == origin


def test_a_published_codelist_has_the_terms_in_use_with_their_codes(made: Made) -> None:
    root = made.root("sdtm")
    sex = next(each for each in root.iter(f"{ODM}CodeList") if each.get("Name") == "Sex")
    terms = {
        (each.get("CodedValue"), each.find(f"{ODM}Alias").get("Name"))
        for each in sex.iter(f"{ODM}CodeListItem")
    }
    assert sex.findall(f"{ODM}Alias")[0].get("Name") == "C66731"
    assert sex.get(f"{DEF}StandardOID") == "STD.CT.SDTM.2025-03-28"
    assert terms == {("M", "C20197")}  # the case records are of men


def test_supplemental_qualifiers_are_described_one_by_one(made: Made) -> None:
    root = made.root("sdtm")
    items = {each.get("OID"): each for each in root.iter(f"{ODM}ItemDef")}
    assert items["IT.SUPPPR.QVAL"].find(f"{DEF}Origin") is None
    listed = next(
        each for each in root.iter(f"{DEF}ValueListDef") if each.get("OID") == "VL.SUPPPR.QVAL"
    )
    labels = {
        oid: items[oid].findtext(f"{ODM}Description/{ODM}TranslatedText")
        for oid in (each.get("ItemOID") for each in listed.iter(f"{ODM}ItemRef"))
    }
    # the other two qualifiers are not in the case records
    assert labels == {"IT.SUPPPR.QVAL.GRAFTSRC": "Source of the Graft"}


def test_the_time_of_each_endpoint_is_described_with_method_and_condition(made: Made) -> None:
    root = made.root("adam")
    items = {each.get("OID"): each for each in root.iter(f"{ODM}ItemDef")}
    wheres = {each.get("OID"): each for each in root.iter(f"{DEF}WhereClauseDef")}
    listed = next(
        each for each in root.iter(f"{DEF}ValueListDef") if each.get("OID") == "VL.ADTTE.AVAL"
    )
    entry = next(each for each in listed if each.get("ItemOID") == "IT.ADTTE.AVAL.OS")
    method = next(
        each for each in root.iter(f"{ODM}MethodDef") if each.get("OID") == entry.get("MethodOID")
    )
    check = wheres["WC.ADTTE.AVAL.OS"].find(f"{ODM}RangeCheck")
    assert items["IT.ADTTE.AVAL"].find(f"{DEF}ValueListRef").get("ValueListOID") == "VL.ADTTE.AVAL"
    assert items["IT.ADTTE.AVAL"].find(f"{DEF}Origin").get("Type") == "Derived"
    assert check.get(f"{DEF}ItemOID") == "IT.ADTTE.PARAMCD"
    assert [each.text for each in check] == ["OS"]
    text = method.findtext(f"{ODM}Description/{ODM}TranslatedText")
    assert text.startswith("Days from the start to the first of:")


SPOILT = {
    "length": (
        'Name="SEX" SASFieldName="SEX" DataType="text" Length="1"',
        'Length="1"',
        'Length="2"',
    ),
    "type": ('Name="AGE" SASFieldName="AGE" DataType="integer"', "integer", "text"),
    "label": (">Demographics<", "Demographics", "Demography"),
    "leaf": ('xlink:href="dm.xpt"', "dm.xpt", "dn.xpt"),
    "key": (
        'ItemOID="IT.DM.USUBJID" OrderNumber="3" Mandatory="Yes" KeySequence="2"',
        '"2"',
        '"4"',
    ),
    "codelist": ('<CodeListItem CodedValue="M"', '"M"', '"X"'),
    "reference": ('<CodeListRef CodeListOID="CL.SEX"', "CL.SEX", "CL.SEXX"),
    "name": ('Name="SEX" SASFieldName="SEX"', 'Name="SEX"', 'Name="SEXX"'),
    "schema": ('Repeating="No"', '"No"', '"Never"'),
}
"""Kind of fault to a text of the document, and what in it is replaced by what."""

TOLD = {
    "length": "E4315 define.xml: DM: the length of SEX is '2', the file has '1'",
    "type": "E4315 define.xml: DM: AGE has type text, the file holds num",
    "label": "E4315 define.xml: DM: the label is 'Demography', the file has 'Demographics'",
    "leaf": "E4314 define.xml: DM: there is no file 'dn.xpt'",
    "key": "E4315 define.xml: DM: the places of the key are 1, 4; number them 1, 2 ...",
    "codelist": "E4316 define.xml: DM: SEX has the value 'M', its codelist has not",
    "reference": "E4312 define.xml: CodeListRef refers to CodeList 'CL.SEXX', which is not"
    " there; did you mean 'CL.SEX'?",
    "name": "E4315 define.xml: DM: the file has no variable SEXX; did you mean 'SEX'?",
    "schema": "E4311 define.xml: Element 'ItemGroupDef', attribute 'Repeating'",
}


@pytest.mark.parametrize("kind", list(SPOILT))
def test_a_document_that_does_not_agree_is_told_so(kind: str, copy: Path) -> None:
    file = copy / "sdtm" / "define.xml"
    text = file.read_text(encoding="utf-8")
    found, old, new = SPOILT[kind]
    assert found in text
    file.write_text(text.replace(found, found.replace(old, new), 1), encoding="utf-8")
    faults = check_define(file)
    told = [_without_line(str(each)) for each in faults]
    assert any(each.startswith(TOLD[kind]) for each in told), told
    assert all(each.place.line for each in faults)


def _without_line(text: str) -> str:
    """Return a message without its line; a record follows the file behind a blank."""
    head, _, tail = text.partition("define.xml:")
    return f"{head}define.xml: {tail.lstrip('0123456789').lstrip(': ')}"


def test_an_external_entity_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    file = tmp_path / "define.xml"
    file.write_text(
        f'<!DOCTYPE ODM [<!ENTITY e SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><ODM>&e;</ODM>'
    )
    assert [str(each) for each in check_define(file)] == [
        "E4310 define.xml: the file has a document type, which could name other files;"
        " remove the <!DOCTYPE>"
    ]


def test_a_file_that_is_no_xml_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "define.xml"
    file.write_text("<ODM>\n<Study>\n</ODM>")
    faults = check_define(file)
    assert [(each.code, each.place.line) for each in faults] == [("E4310", 3)]
