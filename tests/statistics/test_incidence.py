"""The estimates without libraries against those of the libraries of the report."""

from __future__ import annotations

import random

import pytest
from trialport.statistics import competing_risks
from trialport.statistics import survival as libraries
from trialport.statistics.incidence import cumulative_incidence, survival


@pytest.mark.parametrize(("subjects", "seed"), [(8, 1), (96, 2), (300, 3)])
@pytest.mark.parametrize("until", [30, 100, 170])
def test_incidence_and_survival_are_those_of_the_libraries(
    subjects: int, seed: int, until: int
) -> None:
    draw = random.Random(seed)
    days = [float(draw.randint(1, 200)) for _ in range(subjects)]
    status = [draw.randint(0, 2) for _ in range(subjects)]
    found = cumulative_incidence(days, status, until)
    curve = competing_risks.cumulative_incidence(days, status)
    assert (found.value, found.error) == pytest.approx(curve.at(until), rel=1e-9)
    pairs = list(zip(days, status, strict=True))
    assert found.events == sum(each == 1 and day <= until for day, each in pairs)
    only = [int(each == 1) for each in status]
    free = survival(days, only, until)
    whole = libraries.kaplan_meier(days, [each == 1 for each in only])
    assert (free.value, free.error) == pytest.approx(whole.at(until), rel=1e-9)


def test_without_events_nothing_has_happened() -> None:
    assert (cumulative_incidence([5, 6], [0, 2], 4).value, survival([5], [0], 9).value) == (0, 1)
