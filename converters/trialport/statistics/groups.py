"""Summaries of one group and tests between groups, as tables of a publication have them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from trialport.statistics.model import Test

_LEAST_EXPECTED = 5
"""The smallest expected count at which the chi-square test is taken rather than Fisher's."""


def median_and_quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return median and quartiles, interpolated between order statistics (type 7).

    >>> median_and_quartiles([1, 2, 3, 4])
    (2.5, 1.75, 3.25)
    """
    q1, median, q3 = (float(each) for each in np.quantile(values, (0.25, 0.5, 0.75)))
    return median, q1, q3


def median_and_range(values: Sequence[float]) -> tuple[float, float, float]:
    """Return median, minimum and maximum."""
    return float(np.median(values)), float(min(values)), float(max(values))


def mean_and_deviation(values: Sequence[float]) -> tuple[float, float]:
    """Return mean and standard deviation, the latter with n - 1; NaN of a single value."""
    return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else math.nan


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> Test:
    """Return the rank-sum test: normal approximation with corrections for ties and continuity."""
    return _test(stats.mannwhitneyu(one, other, method="asymptotic", use_continuity=True))


def t_test(one: Sequence[float], other: Sequence[float]) -> Test:
    """Return Student's t test, with one variance for both groups."""
    return _test(stats.ttest_ind(one, other))


def chi_square(counts: Sequence[Sequence[int]]) -> Test:
    """Return Pearson's test of a table of counts; two by two with the continuity correction."""
    return _test(stats.chi2_contingency(counts, correction=True))


def fisher(counts: Sequence[Sequence[int]]) -> Test:
    """Return Fisher's exact test of a table of two by two; its statistic is the odds ratio."""
    return _test(stats.fisher_exact(counts))


def is_sparse(counts: Sequence[Sequence[int]]) -> bool:
    """Say whether an expected count is below 5, so that the chi-square test is a poor one."""
    table = np.asarray(counts, float)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return bool((expected < _LEAST_EXPECTED).any())


def _test(result: Any) -> Test:  # noqa: ANN401 - scipy has a class of its own for each test
    return Test(float(result.statistic), float(result.pvalue))
