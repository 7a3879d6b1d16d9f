"""Faults put into the converted sample are found: half of them now, all of them in the table."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.golden.faults import AT_ONCE, DATA, EACH, classes, detected, rows


def table() -> list[dict[str, str]]:
    with (DATA / "faults.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_at_least_95_of_100_faults_are_found() -> None:
    found = table()
    assert Counter(each["class"] for each in found) == dict.fromkeys(classes(), EACH)
    assert len(found) == 200
    assert sum(bool(each["rules"]) for each in found) >= 190


@pytest.mark.slow
def test_half_of_the_faults_put_in_anew(output: Path) -> None:
    found = rows(detected(output, [0]))
    assert len(found) == AT_ONCE * len(classes())
    missed = [each for each in found if not each["rules"]]
    assert len(missed) <= 0.05 * len(found), missed
