from __future__ import annotations

import json
from importlib import metadata

import pytest
from trialport.cli import main


def test_a_working_environment_is_told_to_be_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    names = {each["name"]: each["state"] for each in told["checks"]}
    assert told["errors"] == 0
    assert {names[each] for each in ("Python", "duckdb", "standards", "terminology")} == {"ok"}


def test_a_library_that_is_too_old_is_an_error_with_its_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda n: "1.0" if n == "duckdb" else real(n))
    assert main(["doctor"]) == 1
    shown = capsys.readouterr()
    (line,) = [each for each in shown.out.splitlines() if "duckdb" in each]
    assert line.split()[:2] == ["error", "duckdb"]
    assert "1.0, not <2.1,>=2.0; pip install --upgrade 'trialport'" in line
    assert shown.err == "1 error\n"


def test_a_library_of_an_extra_may_be_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name == "lifelines":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    assert main(["doctor"]) == 0
    assert "note   lifelines (stats)" in capsys.readouterr().out
