"""Every value of a report in one list: which analysis, which row, which arm, from what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialport.report.results import (
    EndpointResult,
    FlowResult,
    Lineage,
    Results,
    TableResult,
    Value,
)
from trialport.spec.report_nodes import OVERALL

FLOW = "FLOW"
"""The identifier of the flow of participants."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a report: `arm` is empty where it compares the arms."""

    analysis: str
    label: str
    arm: str
    value: Value
    method: str
    lineage: Lineage
    notes: tuple[str, ...]


def entries(results: Results) -> Iterator[Entry]:
    """Yield every value, in the order of the report."""
    if results.flow is not None:
        yield from flow_entries(results.flow)
    for table in results.tables:
        yield from table_entries(table)
    for endpoint in results.endpoints:
        yield from endpoint_entries(endpoint)


def flow_entries(flow: FlowResult) -> Iterator[Entry]:
    """Yield the counts of boxes and lines."""
    notes = tuple(each.text for each in flow.node.notes)
    for box in flow.boxes:
        for count, label in (
            (box, box.node.label),
            *((line, f"{box.node.label}: {line.node.label}") for line in box.lines),
        ):
            for arm, value in count.values.items():
                yield Entry(FLOW, label, arm, value, "count of subjects", count.lineage, notes)


def table_entries(table: TableResult) -> Iterator[Entry]:
    """Yield the values of the rows, each p-value after the values of its row."""
    head, notes = "", ()
    for row in table.rows:
        if not row.is_level:
            head, notes = row.label, row.notes
        label = f"{head}: {row.label}" if row.is_level else row.label
        for arm, value in row.values.items():
            yield Entry(table.id, label, arm, value, value.kind.value, row.lineage, notes)
        if row.p is not None:
            yield Entry(table.id, label, "", row.p, row.test, row.lineage, notes)


def endpoint_entries(endpoint: EndpointResult) -> Iterator[Entry]:
    """Yield the estimates, the ratio and the tests."""
    for time, by_arm in endpoint.estimates.items():
        for arm, value in by_arm.items():
            label = f"{endpoint.title}, {time}"
            yield _of(endpoint, label, arm, value, endpoint.estimator)
    yield _of(endpoint, f"{endpoint.title}, hazard ratio", "", endpoint.ratio, endpoint.model)
    for test, value in endpoint.tests.items():
        yield _of(endpoint, f"{endpoint.title}, {test}", "", value, test)


def arm_words(arm: str, labels: Mapping[str, str]) -> str:
    """Return how the report calls an arm, all of them, or the comparison of them."""
    if arm == OVERALL:
        return "All"
    return labels[arm] if arm else f"{' v '.join(labels.values())}"


def _of(endpoint: EndpointResult, label: str, arm: str, value: Value, method: str) -> Entry:
    return Entry(endpoint.id, label, arm, value, method, endpoint.lineage, endpoint.notes)
