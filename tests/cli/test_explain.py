"""`trialport explain`: from a cell down to the raw records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_a_cell_is_followed_down_to_the_raw_records(run: Run, tiny: Path) -> None:
    keys = ("USUBJID=TINY-001", "AESEQ=1")
    ran = run("explain", tiny / "study", "AE.AESTDY", *keys, "--raw", tiny / "raw")
    events = (tiny / "raw" / "events.csv").read_text(encoding="utf-8").splitlines()
    lines = [line.strip() for line in ran.out.splitlines()]
    assert ran.code == 0
    assert lines[0].startswith("AE USUBJID=TINY-001 AESEQ=1 column AESTDY = ")
    assert lines[1].endswith("ae.yaml:20: study_day(AESTDTC, dm.RFSTDTC)")
    raw = next(line for line in lines if line.startswith("events.csv:"))
    number = int(raw.removeprefix("events.csv:").partition(" ")[0])
    assert raw.partition(" = ")[2].strip("'") in events[number - 1]
    assert any(line.startswith("demography.csv:") and "column start" in line for line in lines)


def test_json_has_the_same_tree(run: Run, tiny: Path) -> None:
    keys = ("USUBJID=TINY-001", "AESEQ=1")
    ran = run("explain", tiny / "study", "AE.AESTDTC", *keys, "--raw", tiny / "raw", "--json")
    told = json.loads(ran.out)
    assert told["written"] == "iso8601(onset)"
    assert [each["place"].endswith("column onset") for each in told["sources"]] == [True]


@pytest.mark.parametrize(
    ("cell", "keys", "problem", "remedy"),
    [
        ("AX.AETERM", ("AESEQ=1",), "AX", ""),
        ("AE.AETRM", ("AESEQ=1",), "AE has no variable 'AETRM'", "did you mean 'AETERM'?"),
        ("AE.AETERM", ("AESEQ=99",), "no record of AE with these values", "name it by"),
        ("AE.AETERM", ("DOMAIN=AE",), "records of AE with these values", "name it by"),
    ],
)
def test_what_is_not_one_cell_is_refused(
    run: Run, tiny: Path, cell: str, keys: tuple[str, ...], problem: str, remedy: str
) -> None:
    ran = run("explain", tiny / "study", cell, *keys, "--raw", tiny / "raw")
    assert ran.code == 2
    assert problem in ran.err
    assert remedy in ran.err


def test_a_cell_without_its_dataset_is_wrong_usage(run: Run, tiny: Path) -> None:
    ran = run("explain", tiny / "study", "AETERM", "AESEQ=1", "--raw", tiny / "raw")
    assert ran.code == 2
    assert "DATASET.VARIABLE" in ran.err
