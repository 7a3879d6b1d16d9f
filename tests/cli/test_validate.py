from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def out(run: Run, tiny: Path, tmp_path: Path) -> Path:
    """Return what a conversion wrote, of a study in which two events have one sequence number."""
    study = tmp_path / "study"
    shutil.copytree(tiny / "study", study)
    file = study / "sdtm" / "ae.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("sequence()", "{number: 1}"), encoding="utf-8")
    run("convert", study, "--raw", tiny / "raw", "--out", tmp_path / "out")
    return tmp_path / "out"


def test_a_record_that_breaks_a_rule_is_a_line_with_its_keys(run: Run, out: Path) -> None:
    ran = run("validate", out)
    lines = [line for line in ran.out.splitlines() if "AESEQ" in line and ": error: " in line]
    assert ran.code == 1
    assert any(line.startswith("TP") and "USUBJID=TINY-001" in line for line in lines)


def test_what_was_not_run_is_listed_with_its_reason(run: Run, out: Path) -> None:
    ran = run("validate", out)
    assert any(": not run: " in line for line in ran.out.splitlines())
    assert ran.err.splitlines()[-1].endswith(" not run")


def test_a_define_that_differs_from_the_files_is_told_with_its_line(run: Run, out: Path) -> None:
    file = out / "sdtm" / "define.xml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(">Adverse Events<", ">Events<"), encoding="utf-8")
    told = [line for line in run("validate", out).out.splitlines() if line.startswith("E4315")]
    at = text.splitlines().index(next(x for x in text.splitlines() if 'OID="IG.AE"' in x)) + 1
    assert told == [
        f"E4315 sdtm/define.xml:{at} AE: error: the label is 'Events',"
        " the file has 'Adverse Events'"
    ]


def test_the_document_says_the_same(run: Run, out: Path) -> None:
    lines = run("validate", out).out.splitlines()
    document = json.loads(run("validate", out, "--json").out)
    not_run = [line for line in lines if ": not run: " in line]
    assert len(document["not_run"]) == len(not_run)
    assert set(document["not_run"][0]) == {"rule", "dataset", "reason"}
    assert len(document["findings"]) == len(lines) - len(not_run)


def test_a_folder_without_transport_files_cannot_be_validated(run: Run, tmp_path: Path) -> None:
    ran = run("validate", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"E3085 {tmp_path}: error: there is no transport file; give the folder that holds "
        "sdtm/*.xpt and adam/*.xpt\n"
    )
