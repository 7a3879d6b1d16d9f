"""Kaplan-Meier, log-rank and Cox on data that can be worked out by hand."""

from __future__ import annotations

import math

import pytest
from trialport.statistics.limits import log_limits
from trialport.statistics.survival import cox, kaplan_meier, log_rank

# Six subjects: events on day 1, 3 and 3, the others leave on day 2, 4 and 5.
DAYS = [1, 2, 3, 3, 4, 5]
IS_EVENT = [True, False, True, True, False, False]


def test_the_survival_steps_at_events_only() -> None:
    curve = kaplan_meier(DAYS, IS_EVENT)
    assert curve.days == (1, 3)
    assert curve.values == pytest.approx((5 / 6, 5 / 6 * 2 / 4))
    greenwood = [1 / (6 * 5), 1 / (6 * 5) + 2 / (4 * 2)]
    assert curve.errors == pytest.approx(
        (5 / 6 * greenwood[0] ** 0.5, 5 / 12 * greenwood[1] ** 0.5)
    )


def test_nobody_at_risk_is_left_without_an_error() -> None:
    curve = kaplan_meier([1, 2], [True, True])
    assert curve.values == (0.5, 0)
    assert math.isnan(curve.errors[1])
    assert math.isnan(log_limits(*curve.at(2)).lower)


def test_log_limits_multiply_and_divide_by_the_same_factor() -> None:
    found = log_limits(0.5, 0.1)
    assert found.lower == pytest.approx(0.5 * math.exp(-1.959964 * 0.2), rel=1e-6)
    assert found.upper == pytest.approx(0.5 * math.exp(1.959964 * 0.2), rel=1e-6)
    assert log_limits(0.99, 0.01).upper == 1


def test_the_log_rank_test_counts_observed_and_expected() -> None:
    # Group: day 1 and day 3; the others: day 2 and day 4; no ties. Of those
    # at risk 2 of 4, 1 of 3, 1 of 2 and none belong to the group when somebody has the event.
    found = log_rank([1, 3, 2, 4], [True] * 4, [True, True, False, False])
    assert found.statistic == pytest.approx((2 - 4 / 3) ** 2 / (1 / 4 + 2 / 9 + 1 / 4))


def test_the_hazard_ratio_solves_its_equation() -> None:
    # At the maximum of the partial likelihood the events of the group are those expected.
    ratio = cox([1, 3, 2, 4], [True] * 4, [True, True, False, False])
    b = ratio.value
    assert 2 * b / (2 * b + 2) + b / (b + 2) + b / (b + 1) == pytest.approx(2)
    assert ratio.coefficient == pytest.approx(math.log(b))
    assert math.log(ratio.upper / ratio.lower) == pytest.approx(2 * 1.959964 * ratio.standard_error)
