from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
import trialport.pipeline
from trialport.cli.show import counts_line, finding_line, plain, table, writing_result
from trialport.diagnostics import Diagnostic, Place, Severity, WriteError

Run = Callable[..., Any]
WARNING = Diagnostic("E2010", Place("b.yaml", 1), "w", severity=Severity.WARNING)
NOTE = Diagnostic("E1001", Place("a.yaml", 1), "n", severity=Severity.NOTE)
ERROR = Diagnostic("E9999", Place("c.yaml", 1), "e", "do this")


def test_a_finding_is_one_line_with_code_place_weight_problem_and_remedy() -> None:
    assert click.unstyle(finding_line(ERROR)) == "E9999 c.yaml:1: error: e; do this"


def test_a_finding_without_place_begins_with_its_code() -> None:
    assert click.unstyle(finding_line(Diagnostic("E2020", Place(), "p"))) == "E2020: error: p"


def test_what_a_terminal_would_obey_is_written_as_escape() -> None:
    line = click.unstyle(finding_line(Diagnostic("E1", Place("a\x1b[2J"), "b\nc")))
    assert line == r"E1 a\x1b[2J: error: b\nc"


def test_printable_text_of_any_script_stays() -> None:
    assert plain("未查 度 é") == "未查 度 é"


def test_errors_come_first_and_then_warnings_and_notes(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(trialport.pipeline, "check", lambda _: [NOTE, WARNING, ERROR])  # pyright: ignore[reportUnknownLambdaType]
    ran = run("check", tmp_path)
    assert ran.code == 1
    assert ran.out == (
        "E9999 c.yaml:1: error: e; do this\nE2010 b.yaml:1: warning: w\nE1001 a.yaml:1: note: n\n"
    )
    assert ran.err == "1 error, 1 warning, 1 note\n"


def test_a_hundred_findings_are_listed_and_the_rest_is_counted(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = [Diagnostic("E1203", Place("ae.yaml", line), "p") for line in range(1, 143)]
    monkeypatch.setattr(trialport.pipeline, "check", lambda _: found)  # pyright: ignore[reportUnknownLambdaType]
    ran = run("check", tmp_path)
    lines = ran.out.splitlines()
    assert len(lines) == 100
    assert lines[-1] == "E1203 ae.yaml:100: error: p"
    assert ran.err == "42 more: --json shows them all\n142 errors, 0 warnings, 0 notes\n"


def test_quiet_leaves_the_counts_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(trialport.pipeline, "check", lambda _: [ERROR])  # pyright: ignore[reportUnknownLambdaType]
    ran = run("check", tmp_path, "--quiet")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == "E9999 c.yaml:1: error: e; do this\n"


def test_no_findings_are_said() -> None:
    assert counts_line([]) == "no findings"


def test_numbers_stand_to_the_right_and_a_table_without_rows_is_its_heads() -> None:
    assert table(["a", "n"], [["x", 5], ["y", 12]]) == "a   n\nx   5\ny  12"
    assert table(["a", "n"], []) == "a  n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_a_reader_that_leaves_early_is_no_fault(tiny: Path) -> None:
    converters = str(Path(__file__).parents[2] / "converters")
    script = "import sys; from trialport.cli import main; sys.exit(main(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", script, "plan", str(tiny / "study"), "--sql", "--quiet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": converters},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (0, "")


def test_a_result_for_which_there_is_no_room_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trialport.cli.show._close_quietly", lambda: None)
    full = r"^E4190 stdout: the result cannot be written: No space left on device"
    with pytest.raises(WriteError, match=full), writing_result():
        raise OSError(28, "No space left on device")
