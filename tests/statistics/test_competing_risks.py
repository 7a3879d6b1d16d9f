"""Cumulative incidence, Gray's test and Fine-Gray on data that can be worked out by hand."""

from __future__ import annotations

import math

import pytest
from trialport.statistics.competing_risks import (
    cumulative_incidence,
    fine_gray,
    gray,
)
from trialport.statistics.limits import log_log_limits
from trialport.statistics.survival import cox, kaplan_meier

DAYS = [1, 2, 3, 3, 4, 5]


def test_a_competing_event_lowers_what_can_still_happen() -> None:
    curve = cumulative_incidence(DAYS, [2, 1, 1, 0, 2, 1])
    # Free of everything before day 2: 5/6, before day 3: 4/6, before day 5: 4/6 * 3/4 * 1/2.
    assert curve.days == (2, 3, 5)
    first, second = 5 / 6 * 1 / 5, 4 / 6 * 1 / 4
    third = 4 / 6 * 3 / 4 * 1 / 2 * 1
    assert curve.values == pytest.approx((first, first + second, first + second + third))
    assert curve.at(1.5) == (0, 0)


def test_without_competing_events_the_incidence_is_what_survival_leaves() -> None:
    status = [1, 0, 1, 1, 0, 0]
    incidence = cumulative_incidence(DAYS, status)
    survival = kaplan_meier(DAYS, [each == 1 for each in status])
    assert incidence.values == pytest.approx([1 - each for each in survival.values])


def test_the_limits_of_a_proportion() -> None:
    # 17 of 96 without censoring: printed as 17.7 (10.8 to 26.0) by the paper of the sample.
    curve = cumulative_incidence([*range(1, 18), *[100] * 79], [1] * 17 + [0] * 79)
    found = log_log_limits(*curve.at(100))
    assert found.value == pytest.approx(17 / 96)
    assert (round(100 * found.lower, 1), round(100 * found.upper, 1)) == (10.8, 26.0)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_nothing_and_everything_have_no_limits(value: float) -> None:
    assert math.isnan(log_log_limits(value, 0.0).lower)


def test_without_competing_events_fine_gray_is_cox() -> None:
    days, group = [1, 3, 2, 4, 6, 7, 5, 8], [True, False] * 4
    events = [True, True, False, True, True, False, True, True]
    status = [int(each) for each in events]
    assert fine_gray(days, status, group).value == pytest.approx(cox(days, events, group).value)


def test_equal_groups_do_not_differ() -> None:
    days, status = [1, 1, 2, 2, 3, 3], [1, 1, 2, 2, 0, 0]
    group = [True, False] * 3
    assert gray(days, status, group).p == pytest.approx(1)
    assert fine_gray(days, status, group).value == pytest.approx(1)
