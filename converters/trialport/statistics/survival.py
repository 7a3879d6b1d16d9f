"""Time to an event without competing events: Kaplan-Meier, log-rank, Cox."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test

from trialport.statistics.model import Curve, Ratio, Test, Z


def kaplan_meier(days: Sequence[float], is_event: Sequence[bool]) -> Curve:
    """Return the probability of being free of the event, with Greenwood's standard error."""
    table = KaplanMeierFitter().fit(list(days), list(is_event)).event_table
    steps = table[table["observed"] > 0]
    events, at_risk = steps["observed"].to_numpy(float), steps["at_risk"].to_numpy(float)
    survival = np.cumprod(1 - events / at_risk)
    left = at_risk - events
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * left))
        errors = np.where(left > 0, survival * np.sqrt(variance), math.nan)
    return Curve(1.0, *(tuple(map(float, each)) for each in (steps.index, survival, errors)))


def log_rank(days: Sequence[float], is_event: Sequence[bool], group: Sequence[bool]) -> Test:
    """Return the log-rank test of two groups."""
    time, event, one = np.asarray(days, float), np.asarray(is_event), np.asarray(group)
    with _pandas_of_today():
        found = logrank_test(time[one], time[~one], event[one], event[~one])
    return Test(float(found.test_statistic), float(found.p_value))


def cox(days: Sequence[float], is_event: Sequence[bool], group: Sequence[bool]) -> Ratio:
    """Return the hazard ratio of those in the group against the others; ties as Efron has them.

    Events must occur in both groups, otherwise there is no finite estimate.
    """
    frame = pd.DataFrame({"days": days, "event": is_event, "group": np.asarray(group, float)})
    with _pandas_of_today():
        model = CoxPHFitter().fit(frame, "days", "event", fit_options={"precision": 1e-12})
    return wald(float(model.params_["group"]), float(model.standard_errors_["group"]))


def wald(coefficient: float, error: float) -> Ratio:
    """Return the ratio that a coefficient stands for, with limits and p-value of Wald."""
    return Ratio(
        value=math.exp(coefficient),
        lower=math.exp(coefficient - Z * error),
        upper=math.exp(coefficient + Z * error),
        coefficient=coefficient,
        standard_error=error,
        p=math.erfc(abs(coefficient / error) / math.sqrt(2)),
    )


@contextmanager
def _pandas_of_today() -> Generator[None, None, None]:
    """Let lifelines call pandas in ways that the next version of pandas will refuse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield
