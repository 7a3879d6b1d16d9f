from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
import trialport.pipeline
from sqlglot import exp, parse_one
from trialport import __version__
from trialport.cli.faults import own_fault
from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.engine.duckdb import Engine

Run = Callable[..., Any]


def _failing(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


def test_our_own_fault_is_one_line_without_the_text_of_the_exception(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trialport.pipeline, "check", _failing(ValueError("patient 007")))
    ran = run("check", "study")
    versions = f"trialport {__version__}, Python {platform.python_version()}, {sys.platform}"
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("E9001 trialport/cli/check.py:")
    assert ran.err.endswith(
        ": error: the work ended with ValueError; this is a fault of trialport: set "
        "TRIALPORT_TRACEBACK=1, repeat the command, and report what it prints (look through it "
        f"first, it can show a value of your data) with '{versions}'\n"
    )
    assert len(ran.err.splitlines()) == 1


def test_our_own_fault_is_a_document_where_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trialport.pipeline, "check", _failing(ValueError("patient 007")))
    ran = run("check", "study", "--json")
    assert ran.code == 2
    assert [each["code"] for each in json.loads(ran.out)["findings"]] == ["E9001"]


def test_the_traceback_comes_only_when_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trialport.pipeline, "check", _failing(ValueError("patient 007")))
    monkeypatch.setenv("TRIALPORT_TRACEBACK", "1")
    ran = run("check", "study")
    assert ran.err.startswith("Traceback (most recent call last):\n")
    assert "ValueError: patient 007\n" in ran.err


def test_a_fault_outside_our_code_has_no_place() -> None:
    assert own_fault(ValueError()).place == Place()


def test_faults_of_the_data_end_with_2_and_are_sorted_lines_on_stderr(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        Diagnostic("E3010", Place("ae.csv", 3), "the line has 4 cells"),
        Diagnostic("E3010", Place("ae.csv", 2), "the line has 3 cells", "quote the comma"),
    ]
    monkeypatch.setattr(trialport.pipeline, "check", _failing(DataError(found)))
    ran = run("check", "study")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "E3010 ae.csv:2: error: the line has 3 cells; quote the comma\n"
        "E3010 ae.csv:3: error: the line has 4 cells\n"
    )


def test_an_interruption_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trialport.pipeline, "check", _failing(KeyboardInterrupt()))
    ran = run("check", "study")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.strip() == "interrupted; nothing was left half-written"


def test_a_file_that_click_cannot_use_ends_with_2(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "raw"
    file.write_text("")
    ran = run("convert", "study", "--raw", file, "--out", tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")


def test_where_memory_is_short_that_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trialport.pipeline, "check", _failing(MemoryError()))
    ran = run("check", "study")
    assert ran.code == 2
    assert ran.err.startswith("E3294: error: the work needs more memory than it may use; ")


def test_a_database_that_runs_out_of_memory_says_so() -> None:
    engine = Engine(threads=1, memory_limit="30MB")
    numbers = parse_one(
        "select range as a, repeat('x', 1000) || range as b from range(1000000)",
        into=exp.Select,
        dialect="duckdb",
    )
    try:
        with pytest.raises(DataError, match=r"^E3294 NUMBERS: "):
            engine.create("NUMBERS", numbers)
    finally:
        engine.close()
