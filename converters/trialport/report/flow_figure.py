"""The flow of participants as CONSORT draws it: boxes from top to bottom, a column an arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialport.report.numbers import value_words
from trialport.report.results import FlowBoxResult, FlowResult
from trialport.report.svg import Element, element, line, number, text
from trialport.spec.report_nodes import OVERALL

_WIDTH, _MIDDLE = 760, 380
_COLUMN, _ASIDE = 300, 216
_GAP, _LINE, _PADDING = 34, 19, 11


@dataclass(frozen=True, slots=True)
class _Box:
    """A box: where it begins, how wide it is, and its lines; the first is its heading."""

    x: float
    y: float
    width: float
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        return len(self.lines) * _LINE + 2 * _PADDING - 4

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def flow_figure(flow: FlowResult, labels: Mapping[str, str]) -> Element:
    """Return the figure; `labels` are the names of the arms."""
    boxes: list[_Box] = []
    connections: list[Element] = []
    y, above = 4.0, list[_Box]()
    for result in flow.boxes:
        if result.node.aside:
            box = _aside(result, y)
            height = max(box.height, _GAP)
            connections.append(_arrow(_MIDDLE, y + height / 2 - _GAP / 2, box.x))
            box = _Box(box.x, y - _GAP / 2, box.width, box.lines)
            boxes.append(box)
            y += height
            continue
        row = _row(result, labels, y)
        connections += _connected(above, row)
        boxes += row
        above, y = row, y + max(each.height for each in row) + _GAP
    figure = element(
        "svg",
        {
            "viewBox": f"0 0 {_WIDTH} {number(y - _GAP + 4)}",
            "role": "img",
            "class": "figure flow",
            "aria-labelledby": "flow-title flow-desc",
        },
        element("title", {"id": "flow-title"}, flow.node.title),
        element("desc", {"id": "flow-desc"}, _description(boxes)),
        *connections,
    )
    for box in boxes:
        figure.extend(_drawn(box))
    return figure


def _aside(result: FlowBoxResult, y: float) -> _Box:
    x = _WIDTH - _ASIDE - 4
    return _Box(x, y, _ASIDE, _lines(result, OVERALL, ""))


def _row(result: FlowBoxResult, labels: Mapping[str, str], y: float) -> list[_Box]:
    """Return the box of all subjects, or the boxes of the arms beside each other."""
    if OVERALL in result.values:
        return [_Box(_MIDDLE - _COLUMN / 2, y, _COLUMN, _lines(result, OVERALL, ""))]
    distance = _WIDTH / len(result.values)
    return [
        _Box((at + 0.5) * distance - _COLUMN / 2, y, _COLUMN, _lines(result, arm, labels[arm]))
        for at, arm in enumerate(result.values)
    ]


def _lines(result: FlowBoxResult, arm: str, label: str) -> tuple[str, ...]:
    head = f"{result.node.label}: {label}" if label else result.node.label
    counts = [(head, result.values[arm])]
    counts += [(each.node.label, each.values[arm]) for each in result.lines if arm in each.values]
    return tuple(f"{words} (n = {value_words(value)})" for words, value in counts)


def _connected(above: list[_Box], row: list[_Box]) -> Iterator[Element]:
    """Yield the lines from the boxes above to those of a row."""
    if not above:
        return
    top = row[0].y
    if len(above) == len(row):
        for upper in above:
            yield _line_down(upper.middle, upper.y + upper.height, top)
        return
    start, fork = above[0].y + above[0].height, top - _GAP / 2
    yield line(_MIDDLE, start, _MIDDLE, fork, "link")
    yield line(row[0].middle, fork, row[-1].middle, fork, "link")
    for box in row:
        yield _line_down(box.middle, fork, top)


def _line_down(x: float, start: float, end: float) -> Element:
    head = f"M{number(x)} {number(start)} V{number(end)} m-4 -7 l4 7 l4 -7"
    return element("path", {"class": "link", "d": head})


def _arrow(x: float, y: float, end: float) -> Element:
    head = f"M{number(x)} {number(y)} H{number(end)} m-7 -4 l7 4 l-7 4"
    return element("path", {"class": "link", "d": head})


def _drawn(box: _Box) -> Iterator[Element]:
    place = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    yield element("rect", {key: number(value) for key, value in place.items()} | {"class": "box"})
    for at, words in enumerate(box.lines):
        y = box.y + _PADDING + _LINE * (at + 0.65)
        name = "label" if at == 0 else "mark"
        yield text(box.x + 12 + (8 if at else 0), y, words, name)


def _description(boxes: list[_Box]) -> str:
    return ". ".join("; ".join(box.lines) for box in boxes) + "."
