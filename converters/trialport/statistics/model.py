"""What the statistics give: estimates with limits, ratios, tests and step curves."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
"""The quantile of two-sided limits of 95 %."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the limits of its 95 % confidence interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Ratio(Estimate):
    """A hazard ratio with its limits, the coefficient it comes from, and the p-value of Wald."""

    coefficient: float
    standard_error: float
    p: float


@dataclass(frozen=True, slots=True)
class Test:
    """A test: its statistic and its two-sided p-value."""

    statistic: float
    p: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A step function of time that is continuous from the right.

    `days` are where it steps, in order; `values` and `errors` (standard errors) hold from there
    on; before the first step the value is `start`, without error.
    """

    start: float
    days: tuple[float, ...]
    values: tuple[float, ...]
    errors: tuple[float, ...]

    def at(self, day: float) -> tuple[float, float]:
        """Return the value on a day and its standard error.

        >>> Curve(1.0, (10.0,), (0.5,), (0.1,)).at(9.9)
        (1.0, 0.0)
        """
        step = bisect_right(self.days, day) - 1
        return (self.values[step], self.errors[step]) if step >= 0 else (self.start, 0.0)
