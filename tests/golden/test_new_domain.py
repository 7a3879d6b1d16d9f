"""A domain that the sample study does not have, added to a copy of the checkout by YAML alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pyreadstat
import pytest

from tests.golden.case_records import case_records
from tests.golden.raw_export import write_raw, write_rows

# The types of pandas know too little of object columns and groups to be of use here.
Frame: TypeAlias = Any
REPOSITORY = Path(__file__).resolve().parents[2]

CONTRACT = """
  vital_signs:
    file: vital_signs.csv
    encoding: gb18030
    label: One record per subject and day
    keys: [subject_no, vs_date]
    columns:
      subject_no:  {type: text, required: true, references: transplant.subject_no}
      visit:       {type: text, label: Visit}
      vs_date:     {type: date, required: true, label: Date}
      height:      {type: number, label: Height}
      height_unit: {type: text, label: Unit of height}
      weight:      {type: number, label: Weight}
      weight_unit: {type: text, label: Unit of weight}
      temp:        {type: number, label: Temperature}
      temp_unit:   {type: text, label: Unit of temperature}
      device:      {type: text, label: Thermometer}
"""
CODELISTS = """
  VSTESTCD: {nci: C66741}
  VSRESU:   {nci: C66770, map: {lb: LB, 华氏度: F, ℃: C}}
"""
VS = """
dataset: VS
keys: [STUDYID, USUBJID, VSTESTCD, VSDTC]
records:
  - from: vital_signs
    tests:
      HEIGHT: {name: Height,      result: height, unit: height_unit, standard_unit: cm}
      WEIGHT: {name: Weight,      result: weight, unit: weight_unit, standard_unit: kg}
      TEMP:   {name: Temperature, result: temp,   unit: temp_unit,   standard_unit: C}
    unless: test.result is null
lookups:
  dm: {from: DM, pick: only}
variables:
  STUDYID:  study.STUDYID
  DOMAIN:   {text: VS}
  USUBJID:  usubjid(subject_no)
  VSSEQ:    sequence()
  VSTESTCD: {value: test.code, codelist: VSTESTCD}
  VSTEST:   test.name
  VSORRES:  test.result
  VSORRESU: {value: test.unit, codelist: VSRESU}
  VSSTRESC: number_text(VSSTRESN)
  VSSTRESN: round_half_up(in_unit(number(test.result), test.unit, test.standard_unit), 2)
  VSSTRESU: test.standard_unit
  VSLOBXFL:
    window: {flag: last, by: [USUBJID, VSTESTCD], where: VSDY <= 1, order: [VSDTC],
      partial_dates: exclude}
  VISITNUM: codelist(visit, 'VISITNUM')
  VSDTC:    iso8601(vs_date)
  VSDY:     study_day(VSDTC, dm.RFSTDTC)
supplemental:
  VSDEVICE:
    label: Thermometer
    value: case when test.code = 'TEMP' then device end
    origin: Collected
"""
RELREC = """
dataset: RELREC
relationships:
  - id: VSPR
    records:
      - {from: VS, variable: VSSEQ, where: VSTESTCD = 'TEMP', link: VSDTC}
      - {from: PR, variable: PRSEQ, link: date_text(PRSTDTC)}
  - id: VSSV
    records:
      - {from: SV, variable: VISITNUM, reltype: ONE}
      - {from: VS, variable: VISITNUM, reltype: MANY}
"""
# One record per subject and day. The transplants of 101-001 and 101-002 were on the first days.
RAW = [
    "subject_no,visit,vs_date,height,height_unit,weight,weight_unit,temp,temp_unit,device",
    "101-001,D0,2021-03-10,70,in,154,lb,98.6,华氏度,OMRON MC-246",
    "101-001,D7,2021-03-17,,,70.0,kg,37.5,℃,",
    "101-002,D0,2020-06-01,165,cm,,,101.3,华氏度,BRAUN PRT1000",
]
# 70 in = 70 x 2.54 cm; 154 lb = 154 x 0.45359237 kg = 69.85322498 kg; (98.6 - 32) / 1.8 = 37;
# (101.3 - 32) / 1.8 = 38.5. Study day 1 is the day of transplant.
EXPECTED_VS = """\
USUBJID VSSEQ VSTESTCD VSORRES VSORRESU VSSTRESC VSSTRESN VSSTRESU VSLOBXFL VISITNUM VSDTC      VSDY
101-001 1     HEIGHT   70      in       177.8    177.8    cm       Y        3        2021-03-10 1
101-001 2     TEMP     98.6    F        37       37       C        Y        3        2021-03-10 1
101-001 3     TEMP     37.5    C        37.5     37.5     C        -        4        2021-03-17 8
101-001 4     WEIGHT   154     LB       69.85    69.85    kg       Y        3        2021-03-10 1
101-001 5     WEIGHT   70.0    kg       70       70       kg       -        4        2021-03-17 8
101-002 1     HEIGHT   165     cm       165      165      cm       Y        3        2020-06-01 1
101-002 2     TEMP     101.3   F        38.5     38.5     C        Y        3        2020-06-01 1
"""
EXPECTED_SUPPVS = [
    ("VS", "MSC-GVHD-101-001", "VSSEQ", "2", "VSDEVICE", "Thermometer", "OMRON MC-246"),
    ("VS", "MSC-GVHD-101-002", "VSSEQ", "2", "VSDEVICE", "Thermometer", "BRAUN PRT1000"),
]
EXPECTED_RELREC = [
    ("PR", "MSC-GVHD-101-001", "PRSEQ", "1", "", "VSPR-2021-03-10"),
    ("PR", "MSC-GVHD-101-002", "PRSEQ", "1", "", "VSPR-2020-06-01"),
    ("SV", "", "VISITNUM", "", "ONE", "VSSV"),
    ("VS", "", "VISITNUM", "", "MANY", "VSSV"),
    ("VS", "MSC-GVHD-101-001", "VSSEQ", "2", "", "VSPR-2021-03-10"),
    ("VS", "MSC-GVHD-101-002", "VSSEQ", "2", "", "VSPR-2020-06-01"),
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Copy the program, which may not be written to, and the mappings, with a domain more."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copy(REPOSITORY / "cli.py", folder)
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "converters", folder / "converters", ignore=skip)
    shutil.copytree(REPOSITORY / "mappings", folder / "mappings", ignore=skip)
    _add_domain(folder / "mappings" / "studies" / "msc_gvhd")
    _set_writable(folder / "converters", is_writable=False)
    yield folder
    _set_writable(folder / "converters", is_writable=True)


def _add_domain(study: Path) -> None:
    with (study / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write(CONTRACT)
    with (study / "terminology.yaml").open("a", encoding="utf-8") as file:
        file.write(CODELISTS)
    (study / "sdtm" / "vs.yaml").write_text(VS, encoding="utf-8")
    (study / "sdtm" / "relrec.yaml").write_text(RELREC, encoding="utf-8")


def _set_writable(folder: Path, *, is_writable: bool) -> None:
    for path in (folder, *folder.rglob("*")):
        execute = 0o111 if path.is_dir() else 0
        path.chmod((0o644 if is_writable else 0o444) | execute)


@pytest.fixture(scope="module")
def out(checkout: Path) -> Path:
    """Convert with the command line of the copy, in the copy."""
    study = checkout / "mappings" / "studies" / "msc_gvhd"
    write_raw(checkout / "raw", study, case_records())
    rows = [line.split(",") for line in RAW]
    write_rows(checkout / "raw" / "vital_signs.csv", rows, "gb18030")
    names = [argument for name in ("VS", "SUPPVS", "RELREC") for argument in ("--only", name)]
    done = subprocess.run(
        [sys.executable, "cli.py", "convert", str(study), "--raw", "raw", "--out", "out", *names],
        cwd=checkout,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return checkout / "out"


def test_nothing_but_the_specification_is_changed(checkout: Path, out: Path) -> None:
    assert out.is_dir()
    assert _digests(checkout / "converters") == _digests(REPOSITORY / "converters")


def test_every_value_is_converted(out: Path) -> None:
    findings = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    assert [each for each in findings if each["code"].startswith("E")] == []


def test_vital_signs_have_one_record_per_test(out: Path) -> None:
    header, *rows = [line.split() for line in EXPECTED_VS.splitlines()]
    vs = _dataset(out, "vs")
    assert [_texts(vs, header, at) for at in range(len(vs))] == rows
    assert set(zip(vs["VSTESTCD"], vs["VSTEST"], strict=True)) == {
        ("HEIGHT", "Height"),
        ("TEMP", "Temperature"),
        ("WEIGHT", "Weight"),
    }
    assert set(vs["STUDYID"]) == {"MSC-GVHD"}
    assert set(vs["DOMAIN"]) == {"VS"}


def test_the_thermometer_is_a_supplemental_qualifier(out: Path) -> None:
    supp = _dataset(out, "suppvs")
    names = ["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL"]
    assert list(supp[names].itertuples(index=False, name=None)) == EXPECTED_SUPPVS
    assert set(supp["QORIG"]) == {"Collected"}


def test_temperatures_are_related_to_the_transplant_of_their_day(out: Path) -> None:
    relrec = _dataset(out, "relrec")
    names = ["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE", "RELID"]
    assert list(relrec[names].itertuples(index=False, name=None)) == EXPECTED_RELREC


def test_the_labels_are_those_of_the_standard(out: Path) -> None:
    _, meta = pyreadstat.read_xport(str(out / "sdtm" / "vs.xpt"))
    labels = dict(zip(meta.column_names, meta.column_labels, strict=True))
    assert meta.file_label == "Vital Signs"
    assert labels["VSORRESU"] == "Original Units"
    assert labels["VSSTRESN"] == "Numeric Result/Finding in Standard Units"
    order = ["STUDYID", "DOMAIN", "USUBJID", "VSSEQ", "VSTESTCD", "VSTEST"]
    assert meta.column_names[:6] == order


def _dataset(out: Path, name: str) -> Frame:
    frame, _ = pyreadstat.read_xport(str(out / "sdtm" / f"{name}.xpt"))
    return frame


def _texts(frame: Frame, names: Sequence[str], at: int) -> list[str]:
    """Return a record as it stands in the table above, '-' for what is missing."""
    cells = [frame[name].iloc[at] for name in names]
    texts = [f"{cell:g}" if isinstance(cell, float) else cell or "-" for cell in cells]
    return [text.removeprefix("MSC-GVHD-") for text in texts]


def _digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
