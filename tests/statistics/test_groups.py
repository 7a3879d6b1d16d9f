"""Summaries and tests of tables, against printed figures and hand-worked values."""

from __future__ import annotations

import pytest
from trialport.statistics.groups import (
    chi_square,
    fisher,
    is_sparse,
    mann_whitney,
    mean_and_deviation,
    median_and_quartiles,
    median_and_range,
    t_test,
)


def test_quartiles_lie_between_order_statistics() -> None:
    assert median_and_quartiles([22, 24, 33, 46, 46]) == (33, 24, 46)
    assert median_and_quartiles([0, 1, 2, 3]) == (1.5, 0.75, 2.25)
    assert median_and_range([6, 1319, 690]) == (690, 6, 1319)
    assert mean_and_deviation([1, 2, 3]) == (2, 1)


@pytest.mark.parametrize(
    ("counts", "p"),
    [
        # Printed in tables 1 and 2 of the paper of the sample: MSC and control of 96 each.
        ([[89, 82], [7, 14]], 0.165),
        ([[52, 63], [44, 33]], 0.141),
        ([[65, 52], [30, 41], [1, 3]], 0.126),
        ([[54, 36], [18, 26], [15, 25], [9, 9]], 0.056),
        ([[16, 20], [80, 76]], 0.579),
        ([[3, 12], [93, 84]], 0.031),
    ],
)
def test_chi_square_gives_the_printed_p(counts: list[list[int]], p: float) -> None:
    assert round(chi_square(counts).p, 3) == p


def test_fisher_gives_the_printed_p() -> None:
    assert is_sparse([[3, 6], [93, 90]])
    assert not is_sparse([[16, 20], [80, 76]])
    assert round(fisher([[3, 6], [93, 90]]).p, 3) == 0.497
    assert fisher([[0, 0], [96, 96]]).p == 1


def test_ranks() -> None:
    # U = 0 of 9; mean 4.5, deviation sqrt(3 * 3 * 7 / 12), half a unit for continuity: z = 1.7457.
    assert mann_whitney([1, 2, 3], [4, 5, 6]).p == pytest.approx(0.080856, abs=1e-6)


def test_student() -> None:
    # Means 2 and 5, one variance of 1: t = -3 / sqrt(2/3).
    found = t_test([1, 2, 3], [4, 5, 6])
    assert found.statistic == pytest.approx(-3 / (2 / 3) ** 0.5)
