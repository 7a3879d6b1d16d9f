"""What is wrong with a report beyond its shape: names that lead nowhere, figures that are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from trialport.diagnostics import Diagnostic, Place, did_you_mean, shown
from trialport.spec.forms import NUMBER
from trialport.spec.nodes import Text
from trialport.spec.report_nodes import (
    OVERALL,
    EndpointAnalysis,
    FlowBox,
    Printed,
    Report,
    ReportTable,
    Statistic,
    TableRow,
)

_NUMBERS = {
    Statistic.MEDIAN_QUARTILES: 3,
    Statistic.MEDIAN_RANGE: 3,
    Statistic.MEAN_DEVIATION: 2,
}
_WITH_LIMITS = 3
_ARMS = 2


def report_faults(report: Report) -> Iterator[Diagnostic]:
    """Yield every fault of a report (E4501-E4505), in the order written."""
    if len(report.arms) != _ARMS:
        yield _not_two_arms(report.place, len(report.arms))
    if report.flow is not None:
        yield from _unknown_notes(report.flow.notes, report)
        for box in report.flow.boxes:
            yield from _box_faults(box, report)
    for table in report.tables.values():
        yield from _table_faults(table, report)
    for endpoint in report.endpoints.values():
        yield from _endpoint_faults(endpoint, report)


def _box_faults(box: FlowBox, report: Report) -> Iterator[Diagnostic]:
    for node in (box, *box.lines):
        yield from _printed_faults(node.printed, 1, node.place, report)
    for line in box.lines:
        unknown = (each for each in line.arms if each not in report.arms)
        yield from (_unknown_name(line.place, "arm", each, report.arms) for each in unknown)


def _table_faults(table: ReportTable, report: Report) -> Iterator[Diagnostic]:
    for row in table.rows:
        yield from _row_faults(row, report)


def _row_faults(row: TableRow, report: Report) -> Iterator[Diagnostic]:
    yield from _unknown_notes(row.notes, report)
    numbers = 1 if row.statistic is None else _NUMBERS[row.statistic]
    yield from _printed_faults(row.printed, numbers, row.place, report)
    for level in row.levels.values():
        yield from _printed_faults(level.printed, 1, level.place, report)
    yield from _p_faults(row.p, row.place)
    if row.variable is None and (row.statistic is not None or row.levels):
        yield _no_variable(row.place, row.label)


def _endpoint_faults(endpoint: EndpointAnalysis, report: Report) -> Iterator[Diagnostic]:
    yield from _unknown_notes(endpoint.notes, report)
    yield from _number_faults(endpoint.times.values(), endpoint.place)
    printed = endpoint.printed
    if printed is None:
        return
    for time, by_arm in printed.times.items():
        if time not in endpoint.times:
            yield _unknown_name(printed.place, "time", time, endpoint.times)
        yield from _printed_faults(by_arm, _WITH_LIMITS, printed.place, report)
    if printed.ratio:
        yield from _figure_faults(printed.ratio, _WITH_LIMITS, printed.place)
    yield from _p_faults(printed.p, printed.place)


def _printed_faults(
    printed: Printed, numbers: int, place: Place, report: Report
) -> Iterator[Diagnostic]:
    for arm, figures in printed.items():
        if arm not in (*report.arms, OVERALL):
            yield _unknown_name(place, "arm", arm, (*report.arms, OVERALL))
        yield from _figure_faults(figures, numbers, place)


def _figure_faults(figures: tuple[str, ...], numbers: int, place: Place) -> Iterator[Diagnostic]:
    if len(figures) != numbers:
        yield _other_length(place, len(figures), numbers)
    yield from _number_faults(figures, place)


def _number_faults(figures: Iterable[str], place: Place) -> Iterator[Diagnostic]:
    return (_no_number(place, each) for each in figures if not NUMBER.fits(each))


def _p_faults(p: str, place: Place) -> Iterator[Diagnostic]:
    return _number_faults([p.lstrip("<>")] if p else [], place)


def _unknown_notes(notes: tuple[Text, ...], report: Report) -> Iterator[Diagnostic]:
    return (
        _unknown_name(each.place, "note", each.text, report.notes)
        for each in notes
        if each.text not in report.notes
    )


def _not_two_arms(place: Place, found: int) -> Diagnostic:
    problem = f"the report compares two arms, and {found} are declared"
    return Diagnostic("E4501", place, problem, "declare two under 'arms'")


def _unknown_name(
    place: Place, what: str, name: str, known: Mapping[str, object] | Iterable[str]
) -> Diagnostic:
    problem = f"there is no {what} {shown(name)} in the report"
    return Diagnostic("E4502", place, problem, did_you_mean(name, known))


def _other_length(place: Place, found: int, numbers: int) -> Diagnostic:
    problem = f"{found} figures are given where the result has {numbers}"
    return Diagnostic("E4503", place, problem, "write them in the order of the result")


def _no_number(place: Place, figure: str) -> Diagnostic:
    problem = f"the figure {shown(figure)} is not a number"
    return Diagnostic("E4504", place, problem, "write digits, with '.' before decimals")


def _no_variable(place: Place, label: str) -> Diagnostic:
    problem = f"the row {shown(label)} summarises no variable"
    return Diagnostic("E4505", place, problem, "add 'variable'")
