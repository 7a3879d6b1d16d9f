"""Records of a dataset by the values of their variables, and the subjects they belong to."""

from __future__ import annotations

import math
from collections.abc import Mapping

from trialport.report.results import Frame
from trialport.spec.report_nodes import OVERALL, Report, Where


def records(frame: Frame, where: Where) -> Frame:
    """Return the records in which every variable has one of its values."""
    for variable, values in where.items():
        frame = frame[frame[variable].map(value_text).isin(values)]
    return frame


def number_of_subjects(frame: Frame) -> int:
    """Return how many subjects the records belong to."""
    return int(frame["USUBJID"].nunique())


def by_arm(frame: Frame, variable: str, report: Report, *, total: bool) -> Mapping[str, Frame]:
    """Return the records of each arm and, where asked for, of both arms together."""
    arms = {name: frame[frame[variable] == arm.value] for name, arm in report.arms.items()}
    if total:
        values = [arm.value for arm in report.arms.values()]
        arms[OVERALL] = frame[frame[variable].isin(values)]
    return arms


def value_text(value: object) -> str:
    """Return a value as a report names it: a whole number without decimals, null as ''.

    >>> [value_text(each) for each in (8.0, 0.5, "Y", None, float("nan"))]
    ['8', '0.5', 'Y', '', '']
    """
    if isinstance(value, float):
        return "" if math.isnan(value) else format(value, ".15g")
    return "" if value is None else str(value)


def numbers(frame: Frame, variable: str) -> list[float]:
    """Return the values of a numeric variable that are there."""
    return [float(each) for each in frame[variable].dropna()]
