"""Drafts of whole studies: of forms that trialport was not made for, and of small Chinese ones."""

from __future__ import annotations

import csv
import difflib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import trialport
from trialport.cli import main
from trialport.pipeline import draft, write_draft

ROOT = Path(__file__).parents[2]
FORMS = ROOT / "samples" / "pilot_forms"
NOT_ON_THE_FORMS = {
    "DM": {"BRTHDTC", "RFICDTC", "RFENDTC", "RFPENDTC"},
    "AE": {"AESPID", "AESEQ"},
}
"""Variables that the published datasets take from elsewhere than the forms, or number otherwise."""

SUBJECTS = """受试者编号,中心编号,性别,出生日期,知情同意日期
001,01,男,1961年4月3日,2024-02-20
002,01,女,1975年11月30日,2024-02-25
"""
EVENTS = """受试者编号,不良事件名称,开始日期,结束日期,是否严重,严重程度,转归
001,头痛,2024-03-01,2024-03-02,否,轻度,痊愈
002,皮疹,2024-03-04,,是,重度,持续
"""
VITALS = """SUBJID,VISIT,VSDAT,SYSBP_VSORRES,DIABP_VSORRES,TEMP,TEMPU
01,Screening,12/31/2024,120,80,36.6,C
02,Screening,12/30/2024,130,85,37,C
"""
LABS = """SUBJID,LBDTC,LBTEST,LBORRES,LBORRESU,LLN,ULN
01,31DEC2024,Glucose,98,mg/dL,70,110
02,30DEC2024,Glucose,101,mg/dL,70,110
"""


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pilot") / "drafted"
    write_draft(draft(FORMS / "raw", study="CDISCPILOT01"), folder)
    return folder


def _errors(folder: Path) -> list[str]:
    return [str(each) for each in trialport.check(folder) if each.severity.value == "error"]


def test_a_draft_from_forms_of_another_study_checks_clean(drafted: Path) -> None:
    assert sorted(each.stem for each in (drafted / "sdtm").iterdir()) == [
        "ae",
        "dm",
        "ds",
        "ex",
        "vs",
    ]
    assert {each.code for each in trialport.check(drafted)} <= {"E2062", "E2063"}


def test_fewer_than_30_edited_lines_make_dm_and_ae_what_was_published(
    drafted: Path, tmp_path: Path
) -> None:
    diff = FORMS / "dm_ae.diff"
    edited = [line for line in diff.read_text().splitlines() if re.match(r"\+(?!\+\+ )", line)]
    assert len(edited) < 30
    study = tmp_path / "study"
    shutil.copytree(drafted, study)
    patch = shutil.which("patch")
    if patch is None:
        pytest.skip("needs the program patch")
    subprocess.run([patch, "-s", "-p1", "-d", study, "-i", diff], check=True)
    assert _errors(study) == []
    frames, _ = trialport.datasets(study, raw=FORMS / "raw", only=["DM", "AE"])
    for name, absent in NOT_ON_THE_FORMS.items():
        ours, published = _texts(frames[name]), _published(name)
        both = [each for each in published if each not in absent]
        assert _differing(ours, published, both) == []


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).where(frame.notna(), "").map(lambda v: re.sub(r"\.0$", "", str(v)))


def _published(name: str) -> pd.DataFrame:
    path = FORMS / "published" / f"{name.lower()}.csv"
    frame = _texts(pd.read_csv(path, dtype=str, keep_default_na=False))
    return frame.assign(USUBJID=frame.USUBJID.str.replace("01-", "CDISCPILOT01-", n=1))


def _differing(ours: pd.DataFrame, published: pd.DataFrame, names: list[str]) -> list[str]:
    """Return the records that only one of two datasets has, whatever their order."""
    left, right = (_rows(each, names) for each in (ours, published))
    return list(difflib.unified_diff([*map(str, left)], [*map(str, right)], n=0))


def _rows(frame: pd.DataFrame, names: list[str]) -> list[tuple[object, ...]]:
    """Return the values of some variables, a record a row, in order."""
    return sorted(zip(*(frame[each].tolist() for each in names), strict=True))


def test_the_page_shows_the_lines_that_are_edited() -> None:
    page = (ROOT / "docs" / "how-to" / "draft-a-study.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```diff\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert shown == (FORMS / "dm_ae.diff").read_text(encoding="utf-8")
    lines = sum(bool(re.match(r"\+(?!\+\+ )", line)) for line in shown.splitlines())
    assert f"{lines} lines to add or change" in page


def test_a_guess_is_never_written_without_its_reason(drafted: Path) -> None:
    for path in (drafted / "sdtm").iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.match(r'  [A-Z]+: .*(src\.|_dose\.|"null")', line):
                assert "  # " in line, line


def test_columns_that_are_not_sure_enough_become_comments(tmp_path: Path) -> None:
    head = "SUBJID,AETERM,AESTDAT,AEOUT,Severity of the event"
    rows = ["1,a,2024-01-02,x,Mild", "2,b,2024-01-03,y,Mild"]
    raw = _raw(tmp_path, {"ae.csv": "\n".join([head, *rows])})
    usual = draft(raw, study="X").files["sdtm/ae.yaml"].splitlines()
    strict = draft(raw, study="X", floor=0.85).files["sdtm/ae.yaml"].splitlines()
    (mapped,) = [each for each in usual if "Severity of the event" in each]
    (comment,) = [each for each in strict if "Severity of the event" in each]
    assert mapped.startswith("  AESEV:    {value:")
    assert comment.startswith("  #   AESEV: src.")


def test_chinese_forms_in_gb18030_are_drafted_and_converted(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "人口学.csv").write_bytes(SUBJECTS.encode("gb18030"))
    (raw / "不良事件.csv").write_bytes(EVENTS.encode("gb18030"))
    assert main(["new", str(tmp_path / "study"), "--raw", str(raw), "--study", "ZH"]) == 0
    frames, found = trialport.datasets(tmp_path / "study", raw=raw, only=["DM", "AE"])
    assert _rows(frames["DM"], ["SEX", "BRTHDTC", "AGE"]) == [
        ("F", "1975-11-30", 48),
        ("M", "1961-04-03", 62),
    ]
    assert _rows(frames["AE"], ["AESER", "AESEV", "AEOUT"]) == [
        ("N", "MILD", "RECOVERED/RESOLVED"),
        ("Y", "SEVERE", "NOT RECOVERED/NOT RESOLVED"),
    ]
    assert [each for each in found if each.code.startswith("E3")] == []


def test_a_long_table_of_results_and_a_wide_one_give_one_record_a_test(tmp_path: Path) -> None:
    dm = "SUBJID,SITEID,SEX,AGE\n01,1,F,44\n02,1,M,50\n"
    raw = _raw(tmp_path, {"dm.csv": dm, "vs.csv": VITALS, "lb.csv": LABS})
    study = tmp_path / "study"
    write_draft(draft(raw, study="X"), study)
    assert _errors(study) == []
    frames, _ = trialport.datasets(study, raw=raw, only=["VS", "LB"])
    vs, lb = frames["VS"], frames["LB"]
    assert _rows(vs, ["USUBJID", "VSTESTCD", "VSORRES", "VSORRESU", "VSDTC"])[:3] == [
        ("X-01", "DIABP", "80", "mmHg", "2024-12-31"),
        ("X-01", "SYSBP", "120", "mmHg", "2024-12-31"),
        ("X-01", "TEMP", "36.6", "C", "2024-12-31"),
    ]
    assert _rows(lb, ["LBORRES", "LBTESTCD", "LBTEST", "LBSTNRHI", "LBDTC"]) == [
        ("101", "GLUC", "Glucose", 110, "2024-12-30"),
        ("98", "GLUC", "Glucose", 110, "2024-12-31"),
    ]


def test_dates_in_parts_and_with_times_are_put_together(tmp_path: Path) -> None:
    dm = "SUBJID,SEX,BRTHDAT_YYYY,BRTHDAT_MM,BRTHDAT_DD\n01,F,1961,4,UNK\n02,M,1970,UNK,\n"
    ae = "SUBJID,AETERM,AESTDAT,AESTTIM\n01,a,12-MAR-2024,10:30\n02,b,UN-APR-2024,\n"
    raw = _raw(tmp_path, {"dm.csv": dm, "ae.csv": ae})
    study = tmp_path / "study"
    write_draft(draft(raw, study="X"), study)
    frames, _ = trialport.datasets(study, raw=raw, only=["DM", "AE"])
    assert frames["DM"]["BRTHDTC"].tolist() == ["1961-04", "1970"]
    assert frames["AE"]["AESTDTC"].tolist() == ["2024-03-12T10:30", "2024-04"]


def test_the_document_holds_reasons_alternatives_and_what_was_not_matched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dm = "SUBJID,SEX,AGE,REMARK\n01,F,44,a\n02,M,50,b\n"
    raw = _raw(tmp_path, {"dm.csv": dm})
    assert main(["new", str(tmp_path / "s"), "--raw", str(raw), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (dataset,) = told["datasets"]
    sex = next(each for each in dataset["variables"] if each["variable"] == "SEX")
    assert (sex["state"], sex["codelist"]) == ("mapped", "SEX")
    assert sex["columns"][0]["reason"] == "named as SEX; 2 of 2 values have a term in SEX"
    assert told["unused_columns"] == {"dm": ["REMARK"]}
    assert told["not_drafted"] == ["AE", "VS", "LB", "DS", "EX"]


def test_an_edited_study_is_never_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = _raw(tmp_path, {"dm.csv": "SUBJID,SEX\n01,F\n02,M\n"})
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.yaml").write_text("study: MINE\n")
    assert main(["new", str(study), "--raw", str(raw)]) == 2
    assert "the folder of the study is not empty; name another folder" in capsys.readouterr().err
    assert (study / "study.yaml").read_text() == "study: MINE\n"


def test_one_of_two_ways_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(tmp_path / "s")]) == 2
    assert "state one of --example and --raw" in capsys.readouterr().err


def test_the_example_holds_records_of_the_sample_and_nothing_else(tmp_path: Path) -> None:
    assert main(["new", str(tmp_path / "play"), "--example"]) == 0
    for path in (tmp_path / "play" / "raw").glob("*.csv"):
        whole = (ROOT / "samples" / "msc_gvhd" / "raw" / path.name).read_bytes().splitlines()
        lines = path.read_bytes().splitlines()
        assert lines[0] == whole[0]
        assert set(lines) <= set(whole)
    study = (tmp_path / "play" / "sources.yaml").read_text(encoding="utf-8")
    files = set(re.findall(r"file: (\S+)", study))
    assert files == {each.name for each in (tmp_path / "play" / "raw").iterdir()}


def _raw(folder: Path, files: dict[str, str]) -> Path:
    raw = folder / "raw"
    raw.mkdir()
    for name, text in files.items():
        rows = list(csv.reader(text.splitlines()))
        assert len({len(row) for row in rows}) == 1
        (raw / name).write_text(text, encoding="utf-8")
    return raw
