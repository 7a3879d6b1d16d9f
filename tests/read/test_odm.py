# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from trialport.diagnostics import DataError, Place, raw_place
from trialport.read.odm import odm_tables, read_odm
from trialport.read.odm_parts import odm_parts
from trialport.read.texts import RawTexts
from trialport.spec.nodes import ColumnType, RawColumn, RawTable, Text

from tests.read.odm_files import ODM_2, SNAPSHOT, TRANSACTIONAL

EXPORT = Path(__file__).parents[2] / "samples" / "odm_export" / "raw" / "export.xml"
SCHEMA = (
    Path(__file__).parents[2] / "mappings/define/schema/cdisc-odm-1.3.2/ODM1-3-2-foundation.xsd"
)
SOURCES = Place("sources.yaml", 4)


def contract(sheet: str | None, *columns: str) -> RawTable:
    named = {each: RawColumn(place=SOURCES) for each in columns}
    file = Text("export.xml", SOURCES)
    return RawTable(place=SOURCES, file=file, sheet=sheet, columns=named)


def read(folder: Path, text: str, sheet: str, *columns: str) -> RawTexts:
    path = folder / "export.xml"
    path.write_text(text, encoding="utf-8")
    return read_odm(path, {"t": contract(sheet, *columns)})["t"]


def rows(texts: RawTexts, *columns: str) -> list[dict[str, str | None]]:
    return texts.table.select(columns).to_pylist()


def fault(folder: Path, text: str | bytes, sheet: str = "IG.AE") -> str:
    path = folder / "export.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(DataError) as caught:
        read_odm(path, {"t": contract(sheet)})
    (found,) = caught.value.diagnostics
    return str(found)


@pytest.mark.parametrize("text", [SNAPSHOT, TRANSACTIONAL])
def test_the_files_of_these_tests_are_odm(text: str) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    document = etree.fromstring(text)
    for element in document.iter():
        for name in list(element.attrib):
            if "openclinica" in str(name) or "mdsol" in str(name):
                del element.attrib[name]
    assert schema.validate(document), schema.error_log


def test_each_item_group_is_a_record_with_what_stands_around_it(tmp_path: Path) -> None:
    around = ("SubjectKey", "SiteOID", "StudyEventRepeatKey", "FormOID", "ItemGroupRepeatKey")
    texts = read(tmp_path, SNAPSHOT, "IG.AE", *around, "AETERM", "AESTDAT")
    assert rows(texts, *around, "AETERM", "AESTDAT") == [
        {
            "SubjectKey": "SS_1",
            "SiteOID": "L.10",
            "StudyEventRepeatKey": "1",
            "FormOID": "F.AE",
            "ItemGroupRepeatKey": repeat,
            "AETERM": term,
            "AESTDAT": start,
        }
        for repeat, term, start in (("1", "Headache", "2024-03"), ("2", "Nausea, <mild>", None))
    ]


def test_a_form_is_a_record_with_the_items_of_all_its_groups(tmp_path: Path) -> None:
    names = ("SubjectKey", "SEX", "BRTHDAT", "WEIGHT", "WEIGHT_Unit")
    (record,) = rows(read(tmp_path, SNAPSHOT, "F.DM", *names), *names)
    assert tuple(record.values()) == ("SS_1", "2", None, "70.5", "MU.KG")


def test_the_file_describes_its_items(tmp_path: Path) -> None:
    texts = read(tmp_path, SNAPSHOT, "F.DM")
    sex, weight = texts.described["SEX"], texts.described["WEIGHT"]
    assert (sex.label, sex.type, dict(sex.decodes)) == (
        "What is the sex?",
        "text",
        {"1": "Male", "2": "Female"},
    )
    assert (weight.type, weight.unit) == ("number", "kg")
    assert texts.described["BRTHDAT"].type == "date"


@pytest.mark.parametrize("name", ["I_BODY_1", "WEIGHT"])
def test_an_item_goes_by_its_oid_and_by_its_name(tmp_path: Path, name: str) -> None:
    assert rows(read(tmp_path, SNAPSHOT, "IG.BODY", name), name) == [{name: "70.5"}]


def test_the_place_of_a_record_is_its_line_and_its_oids(tmp_path: Path) -> None:
    texts = read(tmp_path, SNAPSHOT, "IG.AE", "AETERM")
    lines = SNAPSHOT.splitlines()
    rows = texts.lines.to_pylist()
    assert all('ItemGroupOID="IG.AE"' in lines[row - 1] for row in rows)
    assert texts.records is not None
    assert texts.records.to_pylist()[1] == (
        "SubjectKey=SS_1 StudyEventOID=SE.SCR[1] FormOID=F.AE ItemGroupOID=IG.AE[2]"
    )


def test_records_of_one_line_have_places_of_their_own(tmp_path: Path) -> None:
    texts = read(tmp_path, SNAPSHOT.replace("\n", " "), "IG.AE", "AETERM")
    places = [str(raw_place("export.xml", row, "")) for row in texts.lines.to_pylist()]
    assert places == ["export.xml:1", "export.xml:1 element 2"]


def test_later_transactions_change_and_remove_what_earlier_ones_said(tmp_path: Path) -> None:
    events = read(tmp_path, TRANSACTIONAL, "IG.AE", "SubjectKey", "AETERM")
    subjects = read(tmp_path, TRANSACTIONAL, "F.DM", "SubjectKey", "SEX", "BRTHDAT")
    assert rows(events, "SubjectKey", "AETERM") == [{"SubjectKey": "1", "AETERM": "Headache"}]
    assert rows(subjects, "SubjectKey", "SEX", "BRTHDAT") == [
        {"SubjectKey": "1", "SEX": "2", "BRTHDAT": None}
    ]


def test_a_snapshot_is_taken_as_it_stands(tmp_path: Path) -> None:
    text = TRANSACTIONAL.replace('FileType="Transactional"', 'FileType="Snapshot"')
    events = read(tmp_path, text, "IG.AE", "AETERM")
    assert events.table["AETERM"].to_pylist() == ["Headache", "Entered twice", None]


def test_groups_within_groups_of_version_2_are_read(tmp_path: Path) -> None:
    texts = read(tmp_path, ODM_2, "IG.VS", "SiteOID", "SYSBP", "DIABP", "ARM")
    assert rows(texts, "SiteOID", "SYSBP", "DIABP", "ARM") == [
        {"SiteOID": "L.10", "SYSBP": "120", "DIABP": None, "ARM": None},
        {"SiteOID": "L.10", "SYSBP": "125", "DIABP": None, "ARM": "LEFT;RIGHT"},
    ]


def test_a_repeating_group_within_a_record_is_refused(tmp_path: Path) -> None:
    assert fault(tmp_path, ODM_2, "IG.FORM") == (
        "E3034 export.xml:12 SubjectKey=1 StudyEventOID=SE.SCR ItemGroupOID=IG.FORM"
        " column IT.SYSBP:"
        " item 'IT.SYSBP' comes twice in one record of 'IG.FORM';"
        " state 'sheet: IG.VS': the group repeats, so each of it is a record"
    )


def test_the_tables_of_a_file_are_its_forms_or_where_groups_repeat_its_groups(
    tmp_path: Path,
) -> None:
    path = tmp_path / "export.xml"
    path.write_text(SNAPSHOT, encoding="utf-8")
    assert odm_tables(path, "export.xml") == ["F.DM", "IG.AE"]
    path.write_text(ODM_2, encoding="utf-8")
    assert odm_tables(path, "export.xml") == ["IG.VS"]


def test_attributes_of_vendors_are_left_out_with_a_note(tmp_path: Path) -> None:
    (note,) = read(tmp_path, SNAPSHOT, "IG.AE", "AETERM").findings
    assert str(note) == (
        "E3036 export.xml: attributes of vendors' own are left out:"
        " StudySubjectID of http://www.openclinica.org/ns/odm_ext_v130/v3.1"
    )


def test_where_the_contract_and_the_definitions_differ_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_text(SNAPSHOT, encoding="utf-8")
    columns = {
        "SEX": RawColumn(place=SOURCES, values=("1",)),
        "WEIGHT": RawColumn(place=SOURCES, type=ColumnType.INTEGER),
        "BRTHDAT": RawColumn(place=SOURCES, type=ColumnType.DATE),
    }
    made = replace(contract("F.DM"), columns=columns)
    found = read_odm(path, {"t": made})["t"].findings
    assert [str(each) for each in found if each.code == "E3037"] == [
        "E3037 sources.yaml:4 column SEX: the codes '2' of the file are not among the values of the"
        " contract; add them, if they may occur",
        "E3037 sources.yaml:4 column WEIGHT: the contract says integer, the file defines it as"
        " number",
    ]


def test_a_form_that_is_not_there_is_answered_with_the_nearest(tmp_path: Path) -> None:
    assert fault(tmp_path, SNAPSHOT, "IG.AX") == (
        "E3013 sources.yaml:4: 'export.xml' has no form or item group 'IG.AX';"
        " did you mean 'IG.AE'?"
    )


def test_an_item_that_nobody_filled_is_null_where_the_file_defines_nothing(tmp_path: Path) -> None:
    texts = read(tmp_path, ODM_2, "IG.VS", "SYSBP", "PULSE")
    assert texts.table.select(["SYSBP", "PULSE"]).to_pydict() == {
        "SYSBP": ["120", "125"],
        "PULSE": [None, None],
    }


BOMB = """<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>"""


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE ODM SYSTEM "http://localhost:9/odm.dtd">',
        '<!DOCTYPE ODM [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        BOMB,
        "<!DOCTYPE ODM>",
    ],
)
def test_a_document_type_is_refused_with_all_that_it_could_bring(tmp_path: Path, head: str) -> None:
    value = "&x;" if "x SY" in head else "&c;" if head == BOMB else "h"
    text = head + SNAPSHOT.replace('Value="Headache"', f'Value="{value}"')
    assert fault(tmp_path, text).startswith(
        "E3032 export.xml:1: the file declares a document type, which ODM has not; remove the line"
    )


def test_nothing_that_a_file_names_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    link = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="secret.txt"/>'
    uri = '<ItemDataURI ItemOID="IT.AESTDAT">file:///etc/passwd</ItemDataURI>'
    text = SNAPSHOT.replace('<ItemData ItemOID="IT.AESTDAT" Value="2024-03"/>', link + uri)
    texts = read(tmp_path, text, "IG.AE", "AETERM", "AESTDAT")
    assert texts.table["AESTDAT"].to_pylist() == ["file:///etc/passwd", None]
    assert "secret" not in str(texts.table.to_pylist())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "E3031 export.xml: the file is no XML that can be read"),
        ("<a><b></a>", "E3033 export.xml:1: the file is no ODM of a version that is read"),
        (SNAPSHOT[:3000], "E3031 export.xml:"),
        ("<html/>", "E3033 export.xml:1: the file is no ODM of a version that is read"),
        ('<ODM xmlns="http://www.cdisc.org/ns/odm/v9"/>', "E3033 export.xml:1: the file is no ODM"),
    ],
)
def test_what_is_no_odm_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    assert fault(tmp_path, text).startswith(told)


def test_an_unknown_transaction_is_refused(tmp_path: Path) -> None:
    text = TRANSACTIONAL.replace('TransactionType="Insert"', 'TransactionType="Erase"', 1)
    told = "the type of a transaction is 'Erase'; known: Insert, Update, Upsert, Remove, Context"
    assert fault(tmp_path, text).endswith(told)


def _large(folder: Path, subjects: int) -> Path:
    head, tail = SNAPSHOT.split("<SubjectData", 1)
    subject, end = ("<SubjectData" + tail).split("</ClinicalData>", 1)
    path = folder / f"{subjects}.xml"
    path.write_text(f"{head}{subject * subjects}</ClinicalData>{end}", encoding="utf-8")
    return path


def test_a_large_file_needs_no_more_memory_than_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 0
    for part in odm_parts(_large(tmp_path, 2000), "export.xml"):
        if part.name == "SubjectData" and part.event == "end":
            root = part.element.getroottree().getroot()
            most = max(most, sum(1 for _ in root.iter()))
    # What the parser has read ahead is there too: a block of the file, not all of it.
    assert most < 1000
    monkeypatch.setattr("trialport.read.odm._CHUNK", 100)
    small, large = (_peak(_large(tmp_path, each)) for each in (300, 3000))
    assert large < 2 * small


def _peak(path: Path) -> int:
    tracemalloc.start()
    read_odm(path, {"t": contract("IG.BODY", "WEIGHT")})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


_KEYS = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=8)
_VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=12)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(_KEYS, st.lists(st.dictionaries(st.sampled_from("ABC"), _VALUES), max_size=3)),
        max_size=4,
    )
)
def test_what_is_written_is_read(
    tmp_path: Path, subjects: list[tuple[str, list[dict[str, str]]]]
) -> None:
    head = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot"><ClinicalData>'
    body, expected = "", []
    for key, groups in subjects:
        body += f"<SubjectData SubjectKey={quoteattr(key)}><FormData FormOID='F'>"
        for group in groups:
            items = "".join(
                f"<ItemData ItemOID={quoteattr(name)} Value={quoteattr(value)}/>"
                for name, value in group.items()
            )
            body += f"<ItemGroupData ItemGroupOID='G'>{items}</ItemGroupData>"
            values = {name: group.get(name) for name in "ABC"}
            expected.append({"SubjectKey": key, **values})
        body += "</FormData></SubjectData>"
    text = f"{head}{body}</ClinicalData></ODM>"
    texts = read(tmp_path, text, "G", "SubjectKey", "A", "B", "C")
    assert [tuple(each.values()) for each in texts.table.to_pylist()] == [
        tuple(each[name] for name in texts.columns) for each in expected
    ]


def test_an_export_of_another_system_is_read_whole() -> None:
    tables = odm_tables(EXPORT, EXPORT.name)
    assert sorted(tables) == [
        *("CM", "DM", "DS", "IG.AE", "IG.AE.AE_ARRAY1"),
        *("IG.EC", "IG.EC.EC_ARRAY1", "IG.LB.LB_ARRAY1", "VS"),
    ]
    contracts = {each: contract(each) for each in tables}
    texts = read_odm(EXPORT, contracts)
    cells = sum(
        sum(value is not None for value in texts[each].table[name].to_pylist())
        for each in tables
        for name in texts[each].columns
        if name in texts[each].described
    )
    document = etree.parse(EXPORT)
    items = document.xpath("//*[local-name()='ItemData'][@Value]")
    assert cells == len(items) > 100
