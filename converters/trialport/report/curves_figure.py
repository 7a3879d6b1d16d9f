"""The figure of an endpoint: curves by arm, limits at the times told, numbers at risk; as SVG.

Arms are told apart by colour, by the darkness of it, by line style and by a label at the end of the
line. Everything is drawn with attributes and classes, so that a page without scripts and without
styles of elements can hold it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from trialport.report.numbers import value_words
from trialport.report.results import ArmCurve, EndpointResult
from trialport.report.svg import Element, element, line, number, text

_WIDTH, _LEFT, _RIGHT, _TOP, _HEIGHT = 720, 108, 620, 14, 270
_BOTTOM = _TOP + _HEIGHT
_RISK_TOP, _RISK_STEP = _BOTTOM + 66, 18
_LEAST_GAP = 15
"""Distance in units between the labels at the ends of two lines."""


def curves_figure(endpoint: EndpointResult, labels: Mapping[str, str]) -> Element:
    """Return the figure; `labels` are the names of the arms."""
    top = _highest(endpoint)
    plane = _Plane(endpoint.axis.until, top)
    height = _RISK_TOP + _RISK_STEP * len(endpoint.arms) + 4
    what = "Cumulative incidence" if endpoint.is_competing else "Survival probability"
    name = f"figure-{endpoint.id}"
    figure = element(
        "svg",
        {
            "viewBox": f"0 0 {_WIDTH} {height}",
            "role": "img",
            "class": "figure",
            "aria-labelledby": f"{name}-title {name}-desc",
        },
        element("title", {"id": f"{name}-title"}, f"{what}: {endpoint.title}"),
        element("desc", {"id": f"{name}-desc"}, _description(endpoint, labels)),
    )
    figure.extend(_axes(endpoint, plane, f"{what}, %"))
    ends: list[tuple[float, float, str, str]] = []
    for rank, (arm, curve) in enumerate(endpoint.arms.items(), 1):
        points = _points(endpoint, curve)
        figure.append(_step_line(points, plane, rank))
        figure.extend(_censored(endpoint, curve, plane, rank))
        figure.extend(_limits(endpoint, arm, plane, rank))
        ends.append((plane.x(points[-1][0]), plane.y(points[-1][1]), labels[arm], f"arm{rank}"))
    figure.extend(_end_labels(ends))
    figure.extend(_at_risk(endpoint, labels, plane))
    return figure


class _Plane:
    """Where a time and a percentage lie in the figure."""

    def __init__(self, until: float, top: float) -> None:
        self.until, self.top = until, top

    def x(self, time: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * time / self.until

    def y(self, percent: float) -> float:
        return _BOTTOM - _HEIGHT * percent / self.top


def _highest(endpoint: EndpointResult) -> float:
    """Return where the axis of percentages ends: 100, or the next ten above all that is drawn."""
    if not endpoint.is_competing:
        return 100
    drawn = [100 * value for arm in endpoint.arms.values() for value in arm.curve.values]
    drawn += [
        value.numbers[2]
        for by_arm in endpoint.estimates.values()
        for value in by_arm.values()
        if math.isfinite(value.numbers[2])
    ]
    return min(100, max(20, 10 * math.ceil(max(drawn, default=0) / 10 + 0.1)))


def _points(endpoint: EndpointResult, arm: ArmCurve) -> list[tuple[float, float]]:
    """Return the corners of the curve in units of time and percent, up to the last day seen."""
    axis = endpoint.axis
    last = min(max(arm.days) / axis.days, axis.until)
    points = [(0.0, 100 * arm.curve.start)]
    for day, value in zip(arm.curve.days, arm.curve.values, strict=True):
        time = day / axis.days
        if time <= last:
            points += [(time, points[-1][1]), (time, 100 * value)]
    return [*points, (last, points[-1][1])]


def _step_line(points: list[tuple[float, float]], plane: _Plane, rank: int) -> Element:
    corners = " L".join(f"{number(plane.x(time))} {number(plane.y(p))}" for time, p in points)
    return element("path", {"class": f"curve arm{rank}", "d": f"M{corners}"})


def _censored(
    endpoint: EndpointResult, arm: ArmCurve, plane: _Plane, rank: int
) -> Iterator[Element]:
    """Yield a stroke where subjects are censored before the axis ends."""
    for day in sorted(set(arm.censored)):
        time = day / endpoint.axis.days
        if time < endpoint.axis.until:
            x, y = plane.x(time), plane.y(100 * arm.curve.at(day)[0])
            yield line(x, y - 3.5, x, y + 3.5, f"tick arm{rank}")


def _limits(endpoint: EndpointResult, arm: str, plane: _Plane, rank: int) -> Iterator[Element]:
    """Yield the limits of an arm at the times told, a little beside each other."""
    for label, by_arm in endpoint.estimates.items():
        _, lower, upper = by_arm[arm].numbers
        time = endpoint.times[label] / endpoint.axis.days
        if not (math.isfinite(lower) and time <= endpoint.axis.until):
            continue
        x, low, high = plane.x(time) + (-4 if rank == 1 else 4), plane.y(lower), plane.y(upper)
        yield line(x, low, x, high, f"limits arm{rank}")
        for y in (low, high):
            yield line(x - 3, y, x + 3, y, f"limits arm{rank}")


def _axes(endpoint: EndpointResult, plane: _Plane, title: str) -> Iterator[Element]:
    step = 20 if plane.top > 50 else 10
    for percent in range(0, int(plane.top) + 1, step):
        y = plane.y(percent)
        yield line(_LEFT, y, _RIGHT, y, "grid" if percent else "axis")
        yield text(_LEFT - 8, y + 4, str(percent), "mark end")
    yield line(_LEFT, _TOP, _LEFT, _BOTTOM, "axis")
    for time in _marks(endpoint):
        x = plane.x(time)
        yield line(x, _BOTTOM, x, _BOTTOM + 5, "axis")
        yield text(x, _BOTTOM + 19, str(time), "mark middle")
    yield text((_LEFT + _RIGHT) / 2, _BOTTOM + 38, endpoint.axis.unit, "name middle")
    middle = f"{number(_LEFT - 44)} {number((_TOP + _BOTTOM) / 2)}"
    yield element(
        "text", {"transform": f"translate({middle}) rotate(-90)", "class": "name middle"}, title
    )


def _marks(endpoint: EndpointResult) -> range:
    return range(0, endpoint.axis.until + 1, endpoint.axis.every)


def _end_labels(ends: list[tuple[float, float, str, str]]) -> Iterator[Element]:
    """Yield a label at the end of each line, moved apart where two would touch."""
    ordered = sorted(ends, key=lambda each: each[1])
    last = -math.inf
    for _, y, label, arm in ordered:
        last = max(y, last + _LEAST_GAP)
        x = max(each[0] for each in ends)
        yield text(x + 8, last + 4, label, f"label {arm}")


def _at_risk(
    endpoint: EndpointResult, labels: Mapping[str, str], plane: _Plane
) -> Iterator[Element]:
    yield text(4, _RISK_TOP - 4, "Number at risk", "name")
    for rank, (arm, curve) in enumerate(endpoint.arms.items(), 1):
        y = _RISK_TOP + _RISK_STEP * rank - 4
        yield text(4, y, labels[arm], f"label arm{rank}")
        for time in _marks(endpoint):
            at_risk = curve.at_risk(time * endpoint.axis.days)
            yield text(plane.x(time), y, str(at_risk), "mark middle")


def _description(endpoint: EndpointResult, labels: Mapping[str, str]) -> str:
    """Return in words what the figure shows."""
    told = [
        f"{labels[arm]} at {label}: {value_words(value)} percent"
        for label, by_arm in endpoint.estimates.items()
        for arm, value in by_arm.items()
    ]
    told += [
        f"{labels[arm]}: {len(curve.days)} subjects, {curve.events} with the event"
        + (f", {curve.competing} with a competing event" if endpoint.is_competing else "")
        for arm, curve in endpoint.arms.items()
    ]
    return "; ".join(told) + f". Step curves over {endpoint.axis.unit.lower()}."
