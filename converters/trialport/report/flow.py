"""The flow of participants: subjects counted box by box."""

from __future__ import annotations

from collections.abc import Mapping

from trialport.report.records import by_arm, number_of_subjects, records
from trialport.report.results import (
    FlowBoxResult,
    FlowCount,
    FlowResult,
    Frame,
    Kind,
    Lineage,
    Value,
)
from trialport.spec.report_nodes import OVERALL, Flow, FlowBox, FlowLine, Report


def flow_result(flow: Flow, report: Report, frames: Mapping[str, Frame]) -> FlowResult:
    """Return the counts of a flow."""
    return FlowResult(flow, tuple(_box(each, report, frames) for each in flow.boxes))


def _box(box: FlowBox, report: Report, frames: Mapping[str, Frame]) -> FlowBoxResult:
    own = _count(box, box, report, frames)
    lines = tuple(_count(line, box, report, frames) for line in box.lines)
    return FlowBoxResult(box, own.values, own.lineage, lines)


def _count(
    node: FlowBox | FlowLine, box: FlowBox, report: Report, frames: Mapping[str, Frame]
) -> FlowCount:
    dataset = node.dataset or box.dataset
    where = {**box.where, **node.where}
    found = records(frames[dataset], where)
    arms = by_arm(found, box.treatment, report, total=False) if box.treatment else {OVERALL: found}
    values = {
        arm: Value(Kind.COUNT, (number_of_subjects(own),), node.printed.get(arm, ()))
        for arm, own in arms.items()
        if not (isinstance(node, FlowLine) and node.arms and arm not in node.arms)
    }
    variables = ("USUBJID", *([box.treatment] if box.treatment else []))
    return FlowCount(node, values, Lineage(dataset, where, variables))
