"""A study whose raw data are ODM: drafted, checked, converted, explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import trialport
from trialport.cli import main
from trialport.pipeline import draft, explain, write_draft

from tests.read.odm_files import SNAPSHOT

ROOT = Path(__file__).parents[2]
EVENT = "SubjectKey=SS_1 StudyEventOID=SE.SCR[1] FormOID=F.AE ItemGroupOID=IG.AE[2]"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odm")
    (folder / "raw").mkdir()
    second = SNAPSHOT.replace('Value="Nausea, &lt;mild&gt;"/>', 'Value="Nausea"/>\n    {}').format(
        '<ItemData ItemOID="IT.AESTDAT" Value="someday"/>'
    )
    subject = second[second.index("<SubjectData") : second.index("</ClinicalData>")]
    another = subject.replace("SS_1", "SS_2").replace("someday", "2024-03-09")
    text = second.replace("</ClinicalData>", another + "</ClinicalData>")
    (folder / "raw" / "export.xml").write_text(text, encoding="utf-8")
    write_draft(draft(folder / "raw", study="ODM"), folder / "study")
    return folder


def test_definitions_of_the_file_are_the_draft_of_the_contract(study: Path) -> None:
    text = (study / "study" / "sources.yaml").read_text(encoding="utf-8")
    assert "sheet: F.DM" in text
    assert "sheet: IG.AE" in text
    assert re.search(r"BRTHDAT: +\{type: date", text)
    assert "no value is filled; the file says date" in text
    terms = (study / "study" / "terminology.yaml").read_text(encoding="utf-8")
    assert '"2": F' in terms
    assert not [e for e in trialport.check(study / "study") if e.severity.value == "error"]


def test_records_of_groups_become_records_of_datasets(study: Path) -> None:
    frames, _ = trialport.datasets(study / "study", raw=study / "raw", only=["DM", "AE"])
    assert frames["DM"]["USUBJID"].tolist() == ["ODM-SS_1", "ODM-SS_2"]
    assert frames["DM"]["SEX"].tolist() == ["F", "F"]
    assert frames["DM"]["SITEID"].tolist() == ["L.10", "L.10"]
    ae = frames["AE"]
    dates = ae["AESTDTC"].fillna("")
    assert {*zip(ae["USUBJID"], ae["AETERM"], dates, strict=True)} == {
        ("ODM-SS_1", "Headache", "2024-03"),
        ("ODM-SS_1", "Nausea", ""),
        ("ODM-SS_2", "Headache", "2024-03"),
        ("ODM-SS_2", "Nausea", "2024-03-09"),
    }


def test_a_finding_names_the_line_and_the_oids_of_its_record(study: Path) -> None:
    _, found = trialport.datasets(study / "study", raw=study / "raw", only=["AE"])
    lines = (study / "raw" / "export.xml").read_text(encoding="utf-8").splitlines()
    (unread,) = [each for each in found if each.code == "E3102"]
    assert (unread.place.record, unread.place.column) == (EVENT, "AESTDAT")
    assert 'ItemGroupRepeatKey="2"' in lines[(unread.place.line or 0) - 1]


def test_a_cell_is_explained_down_to_its_item(study: Path) -> None:
    keys = {"USUBJID": "ODM-SS_1", "AETERM": "Nausea"}
    cell = explain(study / "study", "AE", "AETERM", keys, raw=study / "raw")
    (raw,) = cell.sources
    assert (raw.value, raw.place.file, raw.place.record) == ("Nausea", "export.xml", EVENT)


def test_the_export_of_another_system_becomes_a_study_that_checks_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = ROOT / "samples" / "odm_export" / "raw"
    assert main(["new", str(tmp_path / "study"), "--raw", str(raw)]) == 0
    shown = capsys.readouterr().out
    for line in ("DM       SEX       dm.SEX", "AE       AETERM    ig_ae_ae_array1.AETERM"):
        assert line in shown
