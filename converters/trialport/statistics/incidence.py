"""Cumulative incidence and survival with their standard errors, in numpy alone.

The libraries of the report take seconds to load, which a conversion that only writes estimates into
resources should not pay. The tests hold these estimates against those of the libraries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Incidence:
    """An estimate at a time: value and standard error as fractions, with what it is made of.

    `at_risk` are the subjects at the beginning, `events` and `competing` those until the time.
    """

    value: float
    error: float
    at_risk: int
    events: int
    competing: int


def cumulative_incidence(days: Sequence[float], status: Sequence[int], until: float) -> Incidence:
    """Return the Aalen-Johansen estimate of the event of interest at a time.

    Args:
        days: the time of each subject.
        status: 0 censored, 1 the event of interest, 2 a competing event.
        until: the time, in days.

    Source: Aalen O. Ann Stat 1978;6:534-545, for the variance, with ties as in Gray RJ. Ann Stat
    1988;16:1141-1154.
    """
    times, at_risk, events, competing = _counts(days, status, until)
    gone = events + competing
    survival: Vector = np.cumprod(1 - gone / at_risk).astype(np.float64)
    before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.cumsum(before * events / at_risk)
    value = float(incidence[-1]) if len(times) else 0.0
    behind = (incidence - value) * _inverse(survival)
    variance = _share(events, at_risk, before) @ (1 + behind) ** 2
    variance += _share(competing, at_risk, before) @ behind**2
    error = float(np.sqrt(variance))
    return Incidence(value, error, len(days), int(events.sum()), int(competing.sum()))


def survival(days: Sequence[float], status: Sequence[int], until: float) -> Incidence:
    """Return the Kaplan-Meier estimate at a time, with the standard error of Greenwood."""
    times, at_risk, events, _ = _counts(days, status, until)
    value = float(np.prod(1 - events / at_risk)) if len(times) else 1.0
    left = np.where(at_risk > events, at_risk - events, 1)
    error = value * float(np.sqrt((events / (at_risk * left)).sum()))
    return Incidence(value, error, len(days), int(events.sum()), 0)


def _share(number: Vector, at_risk: Vector, before: Vector) -> Vector:
    """Return what the events of a kind at each time add to the variance, before their weight."""
    tied = np.where(number > 1, 1 - (number - 1) / np.maximum(at_risk - 1, 1), 1.0)
    return before**2 * tied * number / at_risk**2


def _inverse(values: Vector) -> Vector:
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)


def _counts(
    days: Sequence[float], status: Sequence[int], until: float
) -> tuple[Vector, Vector, Vector, Vector]:
    """Return the times of any event until a time, with numbers at risk, of events and competing."""
    time, state = np.asarray(days, float), np.asarray(status, int)
    times = np.unique(time[(state > 0) & (time <= until)])
    at_risk = (time[:, None] >= times).sum(axis=0).astype(float)
    same = time[:, None] == times
    events = (same & (state == 1)[:, None]).sum(axis=0).astype(float)
    competing = (same & (state == 2)[:, None]).sum(axis=0).astype(float)
    return times, at_risk, events, competing
