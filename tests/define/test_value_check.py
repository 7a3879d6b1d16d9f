from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from trialport import write_xpt
from trialport.define.check import check_define
from trialport.define.model import (
    DefineCheck,
    DefineCodelist,
    DefineDataset,
    DefineDocument,
    DefineFile,
    DefineItem,
    DefineItemRef,
    DefineLeaf,
    DefineOrigin,
    DefineTerm,
    DefineValueList,
    DefineWhere,
)
from trialport.define.writer import define_xml

ORIGIN = (DefineOrigin("Collected", "Investigator"),)
RECORDS = {
    "USUBJID": ["1", "1", "2"],
    "VSTESTCD": ["PULSE", "TEMP", "TEMP"],
    "VSORRES": ["88", "36.6", "37.01"],
    "VSDTC": ["2024-03-01", "2024-03", "2024-03-02"],
    "VSPOS": ["", "SITTING", ""],
}


def _item(name: str, type_: str = "text", **more: object) -> DefineItem:
    length = max(map(len, RECORDS[name])) if type_ == "text" else None
    made = DefineItem(f"IT.VS.{name}", name, name, "text", length, sas_name=name, origins=ORIGIN)
    return replace(made, type=type_, **more)  # type: ignore[arg-type]


def _value(code: str, length: int, codelist: str = "") -> DefineItem:
    oid = f"IT.VS.VSORRES.{code}"
    return DefineItem(oid, code, code, "text", length, origins=ORIGIN, codelist=codelist)


def _where(code: str) -> DefineWhere:
    return DefineWhere(f"WC.{code}", (DefineCheck("IT.VS.VSTESTCD", "EQ", (code,)),))


ITEMS = {
    "USUBJID": _item("USUBJID"),
    "VSTESTCD": _item("VSTESTCD"),
    "VSORRES": _item("VSORRES", value_list="VL.VSORRES"),
    "VSDTC": _item("VSDTC", "partialDate"),
    "VSPOS": _item("VSPOS"),
}
KEYS = {"USUBJID": 1, "VSTESTCD": 2, "VSDTC": 3}
LISTED = {
    name: DefineItemRef(item.oid, key=KEYS.get(name), mandatory=name in KEYS)
    for name, item in ITEMS.items()
}
DATASET = DefineDataset(
    oid="IG.VS",
    name="VS",
    label="Vital Signs",
    class_="FINDINGS",
    structure="One record per test",
    items=tuple(LISTED.values()),
    leaf=DefineLeaf("LF.VS", "vs.xpt", "vs.xpt"),
    domain="VS",
    purpose="Tabulation",
)
DOCUMENT = DefineDocument(
    file=DefineFile("F", "S", "V"),
    study="S",
    protocol="S",
    name="S",
    description="S",
    study_description="S",
    standards=(),
    datasets=(DATASET,),
    items=(*ITEMS.values(), _value("PULSE", 2, "CL.PULSE"), _value("TEMP", 5)),
    value_lists=(
        DefineValueList(
            "VL.VSORRES",
            tuple(
                DefineItemRef(f"IT.VS.VSORRES.{code}", where=(f"WC.{code}",))
                for code in ("PULSE", "TEMP")
            ),
        ),
    ),
    wheres=(_where("PULSE"), _where("TEMP")),
    codelists=(DefineCodelist("CL.PULSE", "Pulse", terms=(DefineTerm("88"),), non_standard=True),),
)


def _with(item: DefineItem) -> DefineDocument:
    items = tuple(item if each.oid == item.oid else each for each in DOCUMENT.items)
    return replace(DOCUMENT, items=items)


def _listing(name: str, **changes: object) -> DefineDocument:
    changed = replace(LISTED[name], **changes)  # type: ignore[arg-type]
    listed = tuple({**LISTED, name: changed}.values())
    return replace(DOCUMENT, datasets=(replace(DATASET, items=listed),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds vs.xpt."""
    frame = pd.DataFrame(RECORDS)
    labels = {name: name for name in RECORDS}
    write_xpt(frame, tmp_path / "vs.xpt", name="VS", label="Vital Signs", labels=labels)
    return tmp_path


def _told(folder: Path, document: DefineDocument) -> list[str]:
    (folder / "define.xml").write_bytes(define_xml(document, created=None))
    found = check_define(folder / "define.xml")
    assert all(each.place.line for each in found if each.code != "E4388")
    return [f"{each.code} {each.place.record}: {each.problem}" for each in found]


def test_a_document_that_describes_its_values_has_no_findings(folder: Path) -> None:
    assert _told(folder, DOCUMENT) == []


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            _with(_item("VSDTC", "date")),
            "E4389 VS: VSDTC has type date, which '2024-03' is not",
        ),
        (
            _listing("VSPOS", mandatory=True),
            "E4389 VS: VSPOS is mandatory, there are 2 records without a value",
        ),
        (
            _with(_value("TEMP", 4)),
            "E4389 VS: VSORRES (IT.VS.VSORRES.TEMP) has length 4, its longest value 5",
        ),
        (
            _with(_value("TEMP", 5, "CL.PULSE")),
            "E4316 VS: VSORRES (IT.VS.VSORRES.TEMP) has the value '36.6', its codelist has not",
        ),
    ],
)
def test_values_that_are_not_as_described_are_told(
    folder: Path, document: DefineDocument, told: str
) -> None:
    assert _told(folder, document)[0] == told


def test_a_text_variable_may_hold_the_integers_of_a_codelist(folder: Path) -> None:
    codelist = DefineCodelist("CL.P", "P", "integer", (DefineTerm("88"),), non_standard=True)
    document = _with(replace(_value("PULSE", 2, "CL.P"), type="integer"))
    assert _told(folder, replace(document, codelists=(codelist, *DOCUMENT.codelists))) == []


def test_records_that_share_a_key_are_counted(folder: Path) -> None:
    keys = {"USUBJID": 1, "VSTESTCD": None, "VSDTC": None}
    listed = tuple(replace(each, key=keys.get(name)) for name, each in LISTED.items())
    document = replace(DOCUMENT, datasets=(replace(DATASET, items=listed),))
    assert _told(folder, document) == ["E4389 VS: 2 records share the values of the key USUBJID"]


def test_a_file_that_nobody_describes_is_told(folder: Path) -> None:
    (folder / "ae.xpt").write_bytes((folder / "vs.xpt").read_bytes())
    assert _told(folder, DOCUMENT) == [
        "E4388 : no dataset of the document describes the file 'ae.xpt'"
    ]


def test_a_document_that_is_not_there_is_a_warning(folder: Path) -> None:
    leaf = DefineLeaf("LF.acrf", "acrf.pdf", "Annotated CRF")
    assert _told(folder, replace(DOCUMENT, leaves=(leaf,))) == [
        "E4314 LF.acrf: there is no document 'acrf.pdf'"
    ]


def test_known_faults_of_a_reference_set_are_found() -> None:
    file = Path(__file__).parents[3] / "shared" / "reference" / "sdtm-sas94" / "define.xml"
    if not file.is_file():
        pytest.skip("the larger reference set is not here")
    told = {each.problem for each in check_define(file, encoding="cp1252")}
    assert {
        "LBTEST has the value 'Anisocytes', its codelist has not",
        "FAOBJ has the value 'PRURITIS', its codelist has not",
        "there is no file 'ec.xpt'",
    } <= told
