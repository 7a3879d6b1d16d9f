"""Time to an event where others compete: cumulative incidence, Gray's test, Fine-Gray.

The status of a subject is 0 censored, 1 the event of interest, 2 a competing event.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from comprisk import CumulativeIncidence, FineGrayRegression, gray_test

from trialport.statistics.model import Curve, Ratio, Test
from trialport.statistics.survival import wald

Vector: TypeAlias = npt.NDArray[np.float64]


def cumulative_incidence(days: Sequence[float], status: Sequence[int]) -> Curve:
    """Return the Aalen-Johansen estimate of the event of interest, with its standard error."""
    fitted = CumulativeIncidence([1]).fit(np.asarray(days, float), np.asarray(status))
    curve = fitted.curves_[(None, 1)]
    errors = np.sqrt(np.maximum(curve.var, 0.0))
    return Curve(0.0, *(tuple(map(float, each)) for each in (curve.times, curve.cif, errors)))


def gray(days: Sequence[float], status: Sequence[int], group: Sequence[bool]) -> Test:
    """Return Gray's test that the incidence of the event is the same in two groups."""
    found = gray_test(np.asarray(days, float), np.asarray(status), np.asarray(group, int), cause=1)
    return Test(float(found.stat), float(found.pvalue))


def fine_gray(days: Sequence[float], status: Sequence[int], group: Sequence[bool]) -> Ratio:
    """Return the subdistribution hazard ratio of those in the group against the others.

    One censoring distribution for all. Events must occur in both groups, otherwise there is no
    finite estimate.
    """
    time, state, x = np.asarray(days, float), np.asarray(status), np.asarray(group, float)
    model = FineGrayRegression(cause=1, gtol=1e-12, max_iter=50)
    model.fit(x.reshape(-1, 1), time=time, event=state)
    coefficient = float(model.coef_[0])
    return wald(coefficient, _robust_error(time, state, x, coefficient))


def _robust_error(time: Vector, state: Vector, x: Vector, coefficient: float) -> float:
    """Return the standard error of a coefficient that allows for the weights being estimated.

    The sandwich of comprisk takes the weights as known and differs in the fifth digit; this is the
    whole of it, for one covariate.

    Source: Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496-509, section 3.2: eta, psi and q.
    """
    events, died = np.unique(time[state == 1], return_counts=True)
    free = _censoring_survival(time, state)
    at_risk = time[:, None] >= events
    left = (state == 2)[:, None] & ~at_risk
    weight = at_risk + left * free(events) / free(time)[:, None]
    risk = weight * np.exp(coefficient * x)[:, None]
    total = risk.sum(axis=0)
    mean = (risk * x[:, None]).sum(axis=0) / total
    information = float((died * ((risk * x[:, None] ** 2).sum(axis=0) / total - mean**2)).sum())

    distance = x[:, None] - mean
    drag = risk * distance * (died / total)
    is_event = (time[:, None] == events) & (state == 1)[:, None]
    eta = (is_event * distance).sum(axis=1) - drag.sum(axis=1)

    ends, lost = np.unique(time[state == 0], return_counts=True)
    present = (time[:, None] >= ends).sum(axis=0)
    later = events >= ends[:, None]
    gone = left.any(axis=1)[:, None] & (time[:, None] < ends)
    q = np.array([drag[was][:, then].sum() for was, then in zip(gone.T, later, strict=True)])
    hazard = lost / present
    is_lost = (time[:, None] == ends) & (state == 0)[:, None]
    psi = ((q / present) * (is_lost - (time[:, None] >= ends) * hazard)).sum(axis=1)
    return math.sqrt(float(((eta + psi) ** 2).sum())) / information


def _censoring_survival(time: Vector, state: Vector) -> Callable[[Vector], Vector]:
    """Return the Kaplan-Meier estimate of being uncensored just before a time."""
    ends, lost = np.unique(time[state == 0], return_counts=True)
    present = (time[:, None] >= ends).sum(axis=0)
    steps = np.concatenate([[1.0], np.cumprod(1 - lost / present)])
    return lambda at: steps[np.searchsorted(ends, at, side="left")]
