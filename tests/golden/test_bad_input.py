"""Faulty raw data and a faulty specification: each fault is named, and no record is lost."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyreadstat
import pytest
from trialport import Conversion, check, convert
from trialport.diagnostics import DataError, Diagnostic, Severity, SpecError

from tests.golden.case_records import case_records
from tests.golden.raw_export import write_raw

REPOSITORY = Path(__file__).resolve().parents[2]
# The types of pandas know too little of object columns and groups to be of use here.
Frame: TypeAlias = Any
Tables = dict[str, list[dict[str, str]]]


class Runs(NamedTuple):
    """The same records, converted clean and with faults."""

    clean: Conversion
    faulty: Conversion


# Row 1 of each file is its header.
FINDINGS = {
    "unknown text in a codelist": (
        "E3203 gvhd_acute.csv:3 column overall_grade: RSORRES: 'V' has no term in codelist AGVHDOR;"
        " add it to terminology.yaml or correct the record"
    ),
    "unknown text in a supplemental qualifier": (
        "E3203 screening.csv:4 column ethnic_group: ETHGRP: '火星族' has no term in codelist"
        " ETHGRP; add it to terminology.yaml or correct the record"
    ),
    "unreadable date": (
        "E3102 gvhd_chronic.csv:3 column assess_date: '2021-13-45' is not a date;"
        " correct the record, or add the text to 'missing'"
    ),
    "unreadable number": (
        "E3101 gvhd_treatment.csv:3 column dose: '1,5x' is not a number;"
        " write digits and a decimal point, or add the text to 'missing'"
    ),
    "repeated key": (
        "E3107 relapse.csv:9 column subject_no, relapse_date: the key is on line 2 already;"
        " remove one of the records, or add a column to 'keys'"
    ),
    "two records where one was declared": (
        "E3210 baseline.csv:6 column scr: 2 records of visits belong to it, 'at most one' is"
        " declared; correct the records, or declare expect: many"
    ),
}
# The assessment without a date can be no event either, and each event that it would be says so.
FOLLOWING = {
    f"E3231 RS USUBJID=MSC-GVHD-101-002 RSSEQ=6 column RSDTC: event '{event}' has no RSDTC,"
    " and cannot count; collect the date"
    for event in ("any_cgvhd", "mod_cgvhd", "severe_cgvhd")
}


def _with_faults() -> Tables:
    tables = copy.deepcopy(case_records())
    _record(tables, "gvhd_acute", "101-002", 1)["overall_grade"] = "V"
    _record(tables, "screening", "101-003")["ethnic_group"] = "火星族"
    _record(tables, "gvhd_chronic", "101-002", 1)["assess_date"] = "2021-13-45"
    _record(tables, "gvhd_treatment", "101-006")["dose"] = "1,5x"
    tables["relapse"].append(dict(_record(tables, "relapse", "101-004")))
    tables["visits"].append({**_record(tables, "visits", "101-005"), "visit_date": "2020-12-28"})
    return tables


def _record(tables: Tables, table: str, subject: str, at: int = 0) -> dict[str, str]:
    return [each for each in tables[table] if each["subject_no"] == subject][at]


@pytest.fixture(scope="module")
def runs(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    made: list[Conversion] = []
    for tables in (case_records(), _with_faults()):
        folder = tmp_path_factory.mktemp("bad")
        write_raw(folder / "raw", study, tables)
        made.append(convert(study, raw=folder / "raw", out=folder / "out"))
    return Runs(*made)


def test_the_clean_records_have_no_error(runs: Runs) -> None:
    assert _raw_errors(runs.clean) == set()


@pytest.mark.parametrize("fault", list(FINDINGS))
def test_a_fault_is_told_with_file_row_column_and_value(fault: str, runs: Runs) -> None:
    assert FINDINGS[fault] in _raw_errors(runs.faulty)


def test_nothing_else_is_told(runs: Runs) -> None:
    assert _raw_errors(runs.faulty) - set(FINDINGS.values()) == FOLLOWING
    assert not runs.faulty.submission_ready


def test_no_record_is_dropped(runs: Runs) -> None:
    counts, clean = (
        {each.name: each.records for each in run.datasets} for run in (runs.faulty, runs.clean)
    )
    # One visit and one relapse more; a supplemental qualifier without a value is no record.
    expected = {"SV": clean["SV"] + 1, "CE": clean["CE"] + 1, "SUPPDM": clean["SUPPDM"] - 1}
    assert counts == {**clean, **expected}


def test_what_cannot_be_converted_is_missing_and_the_rest_is_there(runs: Runs) -> None:
    rs = _dataset(runs.faulty, "rs")
    of_subject = rs[rs["USUBJID"] == "MSC-GVHD-101-002"]
    acute = of_subject[of_subject["RSTESTCD"] == "AGVHDGR"]
    assert list(zip(acute["RSDTC"], acute["RSORRES"], strict=True)) == [
        ("2020-06-21", "I"),
        ("2020-06-27", ""),
        ("2020-07-11", "0"),
    ]
    chronic = of_subject[of_subject["RSTESTCD"] == "CGVHDSEV"]
    assert sorted(zip(chronic["RSDTC"], chronic["RSORRES"], strict=True)) == [
        ("", "SEVERE"),
        ("2020-11-28", "MILD"),
    ]
    cm = _dataset(runs.faulty, "cm")
    course = cm[cm["USUBJID"] == "MSC-GVHD-101-006"]
    assert list(course["CMTRT"]) == ["PREDNISONE"]
    assert course["CMDOSE"].isna().all()


# --- files that are not what the contracts say ---


@pytest.fixture(scope="module")
def refused(study: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DataError]:
    """Return the output folder and what was raised where four files are at fault."""
    folder = tmp_path_factory.mktemp("refused")
    write_raw(folder / "raw", study, case_records())
    (folder / "raw" / "donor.csv").unlink()
    _replace(folder / "raw" / "relapse.csv", b",relapse_date,", b",relapsedate,")
    _replace(folder / "raw" / "transplant.csv", b",16:30,PB,", b",16:30,PB,1,2,3,4,")
    _replace(folder / "raw" / "death.csv", "肺部感染".encode("gb18030"), b"\xff\xff")
    with pytest.raises(DataError) as raised:
        convert(study, raw=folder / "raw", out=folder / "out")
    return folder, raised.value


def _replace(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def test_every_faulty_file_is_told_at_once(study: Path, refused: tuple[Path, DataError]) -> None:
    found = [str(each) for each in refused[1].diagnostics if each.severity is Severity.ERROR]
    cells = 6 + 4  # the contract of transplant has six columns
    assert sorted(found) == sorted(
        [
            f"E3001 {_line_in(study, 'file: donor.csv')}: 'donor.csv' is not in the raw folder",
            "E3002 death.csv:2: byte 0xFF at offset 55 cannot be read as gb18030",
            f"E3004 transplant.csv:2: the record has {cells} cells, the header 6;"
            " quote cells that hold the delimiter",
            f"E3020 {_line_in(study, 'relapse_date: {')}: column 'relapse_date' is not in"
            " 'relapse.csv'; did you mean 'relapsedate'?",
        ]
    )


def test_nothing_is_written_where_a_file_cannot_be_read(refused: tuple[Path, DataError]) -> None:
    assert [path.name for path in refused[0].iterdir()] == ["raw"]


def _line_in(study: Path, text: str) -> str:
    """Return where in the contracts the text stands."""
    lines = (study / "sources.yaml").read_text(encoding="utf-8").splitlines()
    (at,) = [number for number, line in enumerate(lines, start=1) if text in line]
    return f"{study / 'sources.yaml'}:{at}"


def _raw_errors(run: Conversion) -> set[str]:
    """Return what converting told, without what the validation rules say of the datasets."""
    errors = [each for each in run.findings if each.severity is Severity.ERROR]
    return {str(each) for each in errors if each.code.startswith("E3")}


def _dataset(run: Conversion, name: str) -> Frame:
    assert run.out is not None
    frame, _ = pyreadstat.read_xport(str(run.out / "sdtm" / f"{name}.xpt"))
    return frame


# --- a specification with six faults ---

FAULTY: Mapping[str, str] = {
    "study.yaml": """\
study: SIX-FAULTS
standards: {sdtmig: "3.4"}
terminology: {sdtm: sdtmct-2025-03-28}
""",
    "sources.yaml": """\
tables:
  subjects:
    file: subjects.csv
    encoding: utf-8
    keys: [subject_nr]
    columns:
      subject_no: {type: text, required: true}
      consent:    {type: date}
      sex:        {type: text}
""",
    "terminology.yaml": """\
codelists:
  SEX: {nci: C66731, map: {"1": M, "2": X}}
""",
    "sdtm/dm.yaml": """\
dataset: DM
keys: [STUDYID, USUBJID]
records:
  - from: subjects
variables:
  STUDYID: study.STUDYID
  DOMAIN:  {text: DM}
  USUBJID: usubjid(subject_no)
  SUBJID:  subjectno
  RFICDTC: iso8610(consent)
  SEX:     {value: sex, codelist: SEXES}
  SITEID:  {text: "101"}
  COUNTRY: {text: CHN}
""",
    "sdtm/ds.yaml": """\
dataset: DS
keys: [STUDYID, USUBJID, DSSEQ]
records:
  - from: subject
variables:
  STUDYID: study.STUDYID
  DOMAIN:  {text: DS}
  USUBJID: usubjid(subject_no)
  DSSEQ:   sequence()
""",
}
# File, line and the words at fault, in the order in which one would look for them.
SIX = [
    ("sources.yaml", 5, "subject_nr"),
    ("terminology.yaml", 2, "X"),
    ("sdtm/dm.yaml", 9, "subjectno"),
    ("sdtm/dm.yaml", 10, "iso8610"),
    ("sdtm/dm.yaml", 11, "SEXES"),
    ("sdtm/ds.yaml", 4, "subject"),
]


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Write the specification with six faults, and the raw file that it asks for."""
    folder = tmp_path / "study"
    for name, text in FAULTY.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "subjects.csv").write_text("subject_no,consent,sex\n1,2024-03-01,1\n", encoding="utf-8")
    return folder


def test_six_faults_of_a_specification_are_told_at_once(faulty: Path) -> None:
    found = [
        (Path(each.place.file).relative_to(faulty).as_posix(), each.place.line, word)
        for each, (_, _, word) in zip(_in_order(faulty), SIX, strict=True)
        if f"'{word}'" in each.problem
    ]
    assert found == SIX


def _in_order(folder: Path) -> list[Diagnostic]:
    files = {name: at for at, (name, _, _) in enumerate(SIX)}
    errors = [each for each in check(folder) if each.severity is Severity.ERROR]
    relative = {each: Path(each.place.file).relative_to(folder).as_posix() for each in errors}
    return sorted(errors, key=lambda each: (files[relative[each]], each.place.line or 0))


def test_a_faulty_specification_converts_nothing(faulty: Path) -> None:
    out = faulty.parent / "out"
    with pytest.raises(SpecError) as raised:
        convert(faulty, raw=faulty.parent / "raw", out=out)
    assert set(map(str, raised.value.diagnostics)) == set(map(str, check(faulty)))
    assert sorted(path.name for path in faulty.parent.iterdir()) == ["raw", "study"]


def test_the_command_line_ends_with_2_and_tells_all_six(faulty: Path) -> None:
    arguments = ["convert", str(faulty), "--raw", str(faulty.parent / "raw")]
    arguments += ["--out", str(faulty.parent / "out")]
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "cli.py"), *arguments],
        cwd=faulty.parent,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode == 2
    assert [f"{name}:{line}" for name, line, _ in SIX if f"{name}:{line}" not in told] == []
    assert sorted(path.name for path in faulty.parent.iterdir()) == ["raw", "study"]
