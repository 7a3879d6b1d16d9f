from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
DATA = Path(__file__).parents[1] / "define" / "data"


@pytest.fixture
def out(run: Run, tiny: Path, tmp_path: Path) -> Path:
    """Return what a conversion of the tiny study wrote."""
    run("convert", tiny / "study", "--raw", tiny / "raw", "--out", tmp_path / "out")
    return tmp_path / "out"


def test_a_define_that_agrees_has_no_findings(run: Run, out: Path) -> None:
    ran = run("define", "check", out / "sdtm" / "define.xml")
    assert (ran.code, ran.out.strip(), ran.err) == (0, "", "no findings\n")


def test_a_define_of_other_files_is_told_what_differs(run: Run, out: Path) -> None:
    file = out / "sdtm" / "define.xml"
    (out / "sdtm" / "dm.xpt").unlink()
    ran = run("define", "check", file)
    assert ran.code == 1
    assert ran.out.startswith(f"E4314 {file}:")
    assert ran.out.endswith(" DM: error: there is no file 'dm.xpt'\n")
    listed = json.loads(run("define", "check", file, "--json").out)
    assert [each["code"] for each in listed["findings"]] == ["E4314"]


def test_our_own_define_becomes_a_specification_that_can_be_checked(
    run: Run, out: Path, tmp_path: Path
) -> None:
    ran = run("define", "read", out / "sdtm" / "define.xml", "--out", tmp_path / "study")
    assert ran.code == 0
    names = ["study.yaml", "sources.yaml", "terminology.yaml", "sdtm/ae.yaml", "sdtm/dm.yaml"]
    assert ran.out.splitlines()[-5:] == [str(tmp_path / "study" / name) for name in names]
    checked = run("check", tmp_path / "study")
    assert checked.code == 0
    # the tiny AE leaves out variables that the guide expects, and the study says so as well
    assert {line.split()[0] for line in checked.out.splitlines()} == {"E2011"}


@pytest.mark.parametrize("name", ["adam-2.0.xml", "adam-2.1.xml", "sdtm-2.1.xml"])
def test_examples_of_both_versions_become_specifications(
    run: Run, tmp_path: Path, name: str
) -> None:
    assert run("define", "read", DATA / name, "--out", tmp_path / "study").code == 0
    told = [line.split()[0] for line in run("check", tmp_path / "study").out.splitlines()]
    # the SDTM example lacks two required variables of DM, and expected ones
    assert set(told) <= ({"E2010", "E2011"} if name == "sdtm-2.1.xml" else set[str]())


def test_a_specification_that_is_there_is_not_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.yaml").write_text("mine")
    ran = run("define", "read", DATA / "adam-2.1.xml", "--out", tmp_path / "study")
    assert ran.code == 2
    assert ran.err == (
        f"E4101 {tmp_path}/study: error: the output folder is not empty; name another folder\n"
    )
    assert (tmp_path / "study" / "study.yaml").read_text() == "mine"


def test_a_file_that_is_no_define_is_told_so(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "other.xml"
    file.write_text("<a>\n<b/></a>")
    ran = run("define", "read", file, "--out", tmp_path / "study")
    assert ran.code == 2
    assert ran.err == (
        f"E4381 {file}:1: error: the file is no Define-XML 2.0 or 2.1:"
        " it has no def:DefineVersion\n"
    )
    assert not (tmp_path / "study").exists()
