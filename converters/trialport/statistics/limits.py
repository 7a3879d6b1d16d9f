"""Confidence limits of probabilities, symmetric on another scale."""

from __future__ import annotations

import math

from trialport.statistics.model import Estimate, Z


def log_log_limits(value: float, error: float) -> Estimate:
    """Return an incidence with limits that are symmetric for log(-log) of it.

    Where nothing or everything has happened there are none.
    """
    if not 0 < value < 1:
        return Estimate(value, math.nan, math.nan)
    power = math.exp(-Z * error / (value * math.log(value)))
    return Estimate(value, value**power, value ** (1 / power))


def log_limits(value: float, error: float) -> Estimate:
    """Return a survival probability with limits that are symmetric for its logarithm.

    >>> log_limits(1.0, 0.0)
    Estimate(value=1.0, lower=1.0, upper=1.0)
    """
    if value <= 0:
        return Estimate(value, math.nan, math.nan)
    factor = math.exp(Z * error / value)
    return Estimate(value, value / factor, min(1.0, value * factor))
