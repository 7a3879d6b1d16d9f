"""Claims about `trialport spec`."""

from pathlib import Path

import pytest
from trialport.cli import main


def test_show_lists_the_files_from_the_deepest_template_to_the_study(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["spec", "show", "msc_gvhd"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "mappings/templates/trial_design/sdtm/ta.yaml"
    assert "msc_gvhd/sdtm/ta.yaml" in lines


def test_effective_shows_each_file_as_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spec", "show", "msc_gvhd", "--effective"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("--- # adam/adae.yaml\n")
    assert "  STUDYID: study.STUDYID  # mappings/templates/trial_design/sdtm/ta.yaml:5\n" in out
    assert "        - {arm: MSC, element: SCREEN" not in out
    assert "branch: Randomised to MSC}  # msc_gvhd/sdtm/ta.yaml:5\n" in out


def test_a_file_that_is_not_there_is_answered_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["spec", "show", "msc_gvhd", "--effective", "--file", "sdtm/aee.yaml"]) == 2
    assert capsys.readouterr().err.splitlines()[0] == (
        "E1064 msc_gvhd: error: the study has no file 'sdtm/aee.yaml'; did you mean 'sdtm/ae.yaml'?"
    )


def test_out_writes_a_study_that_stands_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["spec", "show", "msc_gvhd", "--out", str(tmp_path / "whole")]) == 0
    assert main(["check", str(tmp_path / "whole")]) == 0
    assert "extends" not in (tmp_path / "whole" / "study.yaml").read_text()
    shown = capsys.readouterr().out.splitlines()
    assert [line for line in shown if ": note: " not in line] == []
