from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def _with_fault(tiny: Path, folder: Path) -> Path:
    """Return a copy of the study in which AETERM is made from a column that is not there."""
    study = folder / "study"
    shutil.copytree(tiny / "study", study)
    file = study / "sdtm" / "ae.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("AETERM:  term", "AETERM:  trem"), encoding="utf-8")
    return study


def test_a_specification_without_errors_ends_with_0(run: Run, tiny: Path) -> None:
    ran = run("check", tiny / "study")
    assert ran.code == 0
    assert all(": warning: " in line for line in ran.out.splitlines())


def test_a_fault_is_one_line_with_its_file_and_line_and_ends_with_1(
    run: Run, tiny: Path, tmp_path: Path
) -> None:
    study = _with_fault(tiny, tmp_path)
    ran = run("check", study)
    faults = [line for line in ran.out.splitlines() if ": error: " in line]
    assert ran.code == 1
    assert len(faults) == 1
    assert f"{study}/sdtm/ae.yaml:15" in faults[0]
    assert faults[0].endswith("did you mean 'term'?")


def test_the_document_says_the_same(run: Run, tiny: Path, tmp_path: Path) -> None:
    study = _with_fault(tiny, tmp_path)
    lines = run("check", study).out.splitlines()
    ran = run("check", study, "--json")
    document = json.loads(ran.out)
    assert (ran.code, ran.err) == (1, "")
    assert document["study"] == str(study)
    assert document["counts"]["error"] == 1
    assert [each["code"] for each in document["findings"]] == [line.split()[0] for line in lines]
    assert document["findings"][0]["line"] == 15


def test_a_folder_that_is_not_there_could_not_be_checked(run: Run) -> None:
    ran = run("check", "no/such/study")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "E1002 no/such/study: error: there is no folder of this name\n"
