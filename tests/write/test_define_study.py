"""The two documents of the sample study, from its converted datasets."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from lxml import etree
from trialport import Conversion, convert
from trialport.functions.registry import definitions
from trialport.pipeline import plan
from trialport.rules.folder import load_folder
from trialport.templates import shipped
from trialport.terms import load_terminology
from trialport.write.define import define_xml
from trialport.write.define_check import check_define
from trialport.write.define_codelists import guide_codes
from trialport.write.define_document import define_document, study_facts
from trialport.write.define_html import define_html
from trialport.write.define_model import DefineDocument
from trialport.write.define_types import used_query

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
    documents: dict[str, DefineDocument]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Convert the case records once, and describe what was written."""
    folder = tmp_path_factory.mktemp("define")
    write_raw(folder / "raw", STUDY, case_records())
    conversion = convert(STUDY, raw=folder / "raw", out=folder / "out", only=ASKED)
    planned, _ = plan(STUDY, ASKED)
    steps = planned.plan.steps
    used: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    with duckdb.connect() as connection:
        for statement in definitions():
            connection.execute(statement)
        for name, table in load_folder(folder / "out").tables.items():
            connection.register(name, table)
        for step in steps:
            for variable, value in connection.execute(used_query(step).sql("duckdb")).fetchall():
                used[step.name, variable].append(value)
    codes = guide_codes(steps, planned.vocabulary)
    packages = {
        each.text: load_terminology(
            (shipped() / "terminology" / f"{each.text}.csv.gz").read_bytes(), codes
        )
        for each in planned.specification.study.terminology.values()
    }
    facts = study_facts(planned.specification, packages)
    documents = {
        group: define_document(group, conversion.datasets, steps, planned.vocabulary, facts, used)
        for group in ("sdtm", "adam")
    }
    for group, document in documents.items():
        (folder / "out" / group / "define.xml").write_bytes(define_xml(document, created=None))
    return Made(folder / "out", conversion, documents)


@pytest.fixture
def copy(made: Made, tmp_path: Path) -> Path:
    """Return a copy of the datasets that a test may spoil."""
    return Path(shutil.copytree(made.folder, tmp_path / "copy"))


@pytest.mark.parametrize("group", GROUPS)
def test_valid_every_reference_resolves_and_the_files_agree(made: Made, group: str) -> None:
    assert check_define(made.folder / group / "define.xml") == []


@pytest.mark.parametrize("group", GROUPS)
def test_each_dataset_written_is_described_once(made: Made, group: str) -> None:
    root = etree.parse(made.folder / group / "define.xml").getroot()
    names = [each.get("Name") for each in root.iter(f"{ODM}ItemGroupDef")]
    assert names == sorted(each.name for each in made.conversion.datasets if each.group == group)


@pytest.mark.parametrize("group", GROUPS)
def test_two_builds_are_the_same_bytes(made: Made, group: str) -> None:
    again = define_xml(made.documents[group], created=None)
    assert again == (made.folder / group / "define.xml").read_bytes()


@pytest.mark.parametrize("group", GROUPS)
def test_the_page_names_each_dataset(made: Made, group: str) -> None:
    page = define_html((made.folder / group / "define.xml").read_bytes()).decode()
    missing = [each.name for each in made.documents[group].datasets if each.name not in page]
    assert missing == []


def test_the_standards_are_those_of_the_study(made: Made) -> None:
    names = {group: {each.oid for each in it.standards} for group, it in made.documents.items()}
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
    root = etree.parse(made.folder / group / "define.xml").getroot()
    item = next(each for each in root.iter(f"{ODM}ItemDef") if each.get("OID") == oid)
    stated = item.find(f"{DEF}Origin")
    described = stated.findtext(f"{ODM}Description/{ODM}TranslatedText", "")
    assert item.get("DataType") == type_
    assert (stated.get("Type"), stated.get("Source"), described) == origin


def test_a_published_codelist_has_the_terms_in_use_with_their_codes(made: Made) -> None:
    sex = next(each for each in made.documents["sdtm"].codelists if each.name == "Sex")
    used = {(each.value, each.code) for each in sex.terms}
    assert (sex.code, sex.standard) == ("C66731", "STD.CT.SDTM.2025-03-28")
    assert used == {("M", "C20197")}  # the case records are of men


def test_supplemental_qualifiers_are_described_one_by_one(made: Made) -> None:
    supplemental = [each for each in made.documents["sdtm"].datasets if each.name == "SUPPPR"]
    qval = next(each for each in supplemental[0].variables if each.name == "QVAL")
    assert qval.origin is None
    assert [(each.name, each.label) for each in qval.values] == [
        ("GRAFTSRC", "Source of the Graft")  # the other two are not in the case records
    ]


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
