"""The analysis of time to event: curves by arm, estimates at times, ratio and tests."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from trialport.diagnostics import DataError, Diagnostic
from trialport.report.records import by_arm, records
from trialport.report.results import (
    ArmCurve,
    EndpointResult,
    Frame,
    Kind,
    Lineage,
    TimeAxis,
    Value,
)
from trialport.spec.report_nodes import (
    Axis,
    EndpointAnalysis,
    Method,
    PrintedEndpoint,
    Report,
)
from trialport.statistics import competing_risks, survival
from trialport.statistics.limits import log_limits, log_log_limits
from trialport.statistics.model import Estimate, Ratio, Test


def endpoint_result(
    name: str, endpoint: EndpointAnalysis, report: Report, frames: Mapping[str, Frame]
) -> EndpointResult:
    """Return the analysis of a parameter.

    Raises:
        DataError: E4523, an arm has no record of the parameter.
    """
    where = {"PARAMCD": (endpoint.paramcd,), endpoint.population: ("Y",)}
    frame = records(frames[endpoint.dataset], where)
    arms = by_arm(frame, endpoint.treatment, report, total=False)
    _refuse_empty(endpoint, arms)
    curves = {arm: _arm_curve(own, endpoint) for arm, own in arms.items()}
    times = {label: float(day) for label, day in endpoint.times.items()}
    printed = endpoint.printed
    read = endpoint.status if endpoint.method is Method.COMPETING_RISKS else "CNSR"
    return EndpointResult(
        id=name,
        title=endpoint.title,
        param=str(frame["PARAM"].iloc[0]),
        at=endpoint.at,
        reason=endpoint.reason.value,
        purpose=endpoint.purpose.value,
        method=endpoint.method,
        lineage=Lineage(endpoint.dataset, where, ("AVAL", read, endpoint.treatment)),
        axis=_axis(endpoint.axis or report.axis),
        arms=curves,
        times=times,
        estimates={
            label: {
                arm: _estimate(curve, day, endpoint.method, _printed(printed, label, arm))
                for arm, curve in curves.items()
            }
            for label, day in times.items()
        },
        notes=tuple(each.text for each in endpoint.notes),
        **_comparison(endpoint, arms, curves),
    )


def _refuse_empty(endpoint: EndpointAnalysis, arms: Mapping[str, Frame]) -> None:
    empty = [arm for arm, own in arms.items() if not len(own)]
    if empty:
        problem = (
            f"{endpoint.dataset} has no record of {endpoint.paramcd} in the arm '{empty[0]}' "
            f"with {endpoint.population} = Y"
        )
        remedy = f"compare the arms of the report with {endpoint.treatment} of the dataset"
        raise DataError([Diagnostic("E4523", endpoint.place, problem, remedy)])


def _axis(axis: Axis) -> TimeAxis:
    return TimeAxis(axis.unit, float(axis.days), axis.every, axis.until)


def _status(frame: Frame, endpoint: EndpointAnalysis) -> list[int]:
    """Return 0 censored, 1 event, 2 competing event; CNSR 0 is the event without the others."""
    if endpoint.method is Method.COMPETING_RISKS:
        return [int(each) for each in frame[endpoint.status]]
    return [int(each == 0) for each in frame["CNSR"]]


def _days(frame: Frame) -> list[float]:
    return [float(each) for each in frame["AVAL"]]


def _arm_curve(frame: Frame, endpoint: EndpointAnalysis) -> ArmCurve:
    days, status = _days(frame), _status(frame, endpoint)
    if endpoint.method is Method.COMPETING_RISKS:
        curve = competing_risks.cumulative_incidence(days, status)
    else:
        curve = survival.kaplan_meier(days, [each == 1 for each in status])
    censored = tuple(day for day, each in zip(days, status, strict=True) if each == 0)
    return ArmCurve(curve, tuple(days), censored, status.count(1), status.count(2))


def _estimate(arm: ArmCurve, day: float, method: Method, printed: tuple[str, ...]) -> Value:
    value, error = arm.curve.at(day)
    if method is Method.COMPETING_RISKS:
        limits = log_log_limits(value, error)
    else:
        limits = log_limits(value, error)
    return Value(Kind.PERCENT, tuple(100 * each for each in _numbers(limits)), printed, 1)


def _printed(printed: PrintedEndpoint | None, time: str, arm: str) -> tuple[str, ...]:
    return printed.times.get(time, {}).get(arm, ()) if printed else ()


def _comparison(
    endpoint: EndpointAnalysis, arms: Mapping[str, Frame], curves: Mapping[str, ArmCurve]
) -> dict[str, Any]:
    """Return ratio and tests of the first arm against the second.

    The ratio has no finite estimate where an arm has no event, and the test says nothing where
    neither has.
    """
    first = next(iter(arms))
    days = [day for own in arms.values() for day in _days(own)]
    status = [each for own in arms.values() for each in _status(own, endpoint)]
    group = [arm == first for arm, own in arms.items() for _ in range(len(own))]
    events = [curve.events for curve in curves.values()]
    ratio = _ratio(endpoint.method, days, status, group) if all(events) else None
    test = _test(endpoint.method, days, status, group) if any(events) else None
    printed = endpoint.printed
    p = (printed.p,) if printed and printed.p else ()
    is_competing = endpoint.method is Method.COMPETING_RISKS
    return {
        "ratio": Value(
            Kind.RATIO,
            _numbers(ratio) if ratio else (math.nan,) * 3,
            printed.ratio if printed else (),
            2,
        ),
        "tests": {
            "Gray's test" if is_competing else "Log-rank test": _p(test, p),
            "Fine-Gray, Wald" if is_competing else "Cox, Wald": _p(ratio, p),
        },
    }


def _ratio(
    method: Method, days: Sequence[float], status: Sequence[int], group: Sequence[bool]
) -> Ratio:
    if method is Method.COMPETING_RISKS:
        return competing_risks.fine_gray(days, status, group)
    return survival.cox(days, [each == 1 for each in status], group)


def _test(
    method: Method, days: Sequence[float], status: Sequence[int], group: Sequence[bool]
) -> Test:
    if method is Method.COMPETING_RISKS:
        return competing_risks.gray(days, status, group)
    return survival.log_rank(days, [each == 1 for each in status], group)


def _p(found: Test | Ratio | None, printed: tuple[str, ...]) -> Value:
    return Value(Kind.P, (found.p if found else math.nan,), printed, 3)


def _numbers(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.lower, estimate.upper
