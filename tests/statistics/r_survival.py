"""R as a judge of the statistics: the same data given to its packages survival and cmprsk."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from trialport.statistics import competing_risks, survival
from trialport.statistics.limits import log_limits

SCRIPT = Path(__file__).with_suffix(".R")


@cache
def _why_not() -> str:
    """Return why R cannot be asked, or ''."""
    if shutil.which("Rscript") is None:
        return "Rscript is not installed"
    asked = subprocess.run(
        ["Rscript", "-e", "library(survival); library(cmprsk)"], capture_output=True, check=False
    )
    return "R lacks the packages survival and cmprsk" if asked.returncode else ""


def need_r() -> None:
    """Skip the test where R or one of the packages is missing."""
    if reason := _why_not():
        pytest.skip(reason)


def by_r(
    days: Sequence[float],
    status: Sequence[int],
    group: Sequence[bool],
    horizon: float,
    folder: Path,
) -> dict[str, float]:
    """Return what R says, by the names of `by_us`."""
    data = folder / "data.csv"
    with data.open("w", newline="") as file:
        rows = zip(days, status, map(int, group), strict=True)
        csv.writer(file).writerows([("days", "status", "group"), *rows])
    ran = subprocess.run(
        ["Rscript", str(SCRIPT), str(data), str(horizon)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = (line.split() for line in ran.stdout.splitlines())
    return {name: float(value) for name, value in said}


def by_us(
    days: Sequence[float], status: Sequence[int], group: Sequence[bool], horizon: float
) -> dict[str, float]:
    """Return the same statistics by our functions."""
    is_event = [each == 1 for each in status]
    found: dict[str, float] = {}
    for number in (0, 1):
        own = [at for at, each in enumerate(group) if each == bool(number)]
        mine = [days[at] for at in own]
        free = survival.kaplan_meier(mine, [is_event[at] for at in own]).at(horizon)
        limits = log_limits(*free)
        found[f"km.{number}"] = limits.value
        found[f"km.lower.{number}"] = limits.lower
        found[f"km.upper.{number}"] = limits.upper
        incidence = competing_risks.cumulative_incidence(mine, [status[at] for at in own])
        found[f"cif.{number}"], found[f"cif.error.{number}"] = incidence.at(horizon)
    hazard = survival.cox(days, is_event, group)
    subhazard = competing_risks.fine_gray(days, status, group)
    return found | {
        "log_rank": survival.log_rank(days, is_event, group).statistic,
        "cox.coefficient": hazard.coefficient,
        "cox.error": hazard.standard_error,
        "gray": competing_risks.gray(days, status, group).statistic,
        "fine_gray.coefficient": subhazard.coefficient,
        "fine_gray.error": subhazard.standard_error,
    }


def assert_equal(ours: Mapping[str, float], theirs: Mapping[str, float]) -> None:
    """Fail unless both say the same to 1e-6."""
    assert set(ours) == set(theirs)
    assert ours == pytest.approx(dict(theirs), rel=1e-6, abs=1e-6)
