"""What a conversion can tell its resources of itself: what it read, and the results it reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from trialport.functions.model import Type
from trialport.plan.catalogue import Relation
from trialport.plan.model import ResourceStep
from trialport.spec.report_nodes import Report

INPUTS = "run_inputs"
RESULTS = "run_results"

_COLUMNS = {
    INPUTS: {
        "STUDYID": Type.TEXT,
        "RAWTABLE": Type.TEXT,
        "FILE": Type.TEXT,
        "RECORDS": Type.NUMBER,
        "SHA256": Type.TEXT,
        "SPECSHA": Type.TEXT,
        "VERSION": Type.TEXT,
        "RECORDED": Type.TEXT,
    },
    RESULTS: {
        "STUDYID": Type.TEXT,
        "ENDPOINT": Type.TEXT,
        "PARAMCD": Type.TEXT,
        "TITLE": Type.TEXT,
        "PURPOSE": Type.TEXT,
        "STATISTIC": Type.TEXT,
        "ARMCD": Type.TEXT,
        "ARM": Type.TEXT,
        "TIMEPT": Type.TEXT,
        "DAY": Type.NUMBER,
        "FIRST": Type.TEXT,
        "SUBJECTS": Type.NUMBER,
        "EVENTS": Type.NUMBER,
        "COMPETING": Type.NUMBER,
        "VALUE": Type.NUMBER,
        "LOWER": Type.NUMBER,
        "UPPER": Type.NUMBER,
    },
}


def run_relations() -> list[Relation]:
    """Return the tables that resources may read beside raw tables and datasets.

    `run_inputs` has a record for each raw table that was read: its file, number of records and
    digest of content, with digest of the specification, version of trialport and time of the
    conversion. `run_results` has one for each estimate of the report's endpoints, by arm and time:
    STATISTIC is CUMULATIVE INCIDENCE or SURVIVAL, VALUE with its 95 % limits in percent, FIRST is Y
    in the first record of a parameter.
    """
    return [
        Relation(name, name, columns, "__id", tuple(columns)) for name, columns in _COLUMNS.items()
    ]


def columns_of(name: str) -> tuple[str, ...]:
    """Return the columns of one of the tables, in their order."""
    return tuple(_COLUMNS[name])


def with_results(step: ResourceStep, report: Report | None) -> ResourceStep:
    """Return a resource that reads results as one that needs the datasets they come from too."""
    if RESULTS not in step.step.depends or report is None:
        return step
    needed = {each.dataset for each in report.endpoints.values()}
    depends = tuple(dict.fromkeys((*step.step.depends, *sorted(needed))))
    return replace(step, step=replace(step.step, depends=depends))


def reads_of(resources: Iterable[ResourceStep]) -> set[str]:
    """Return which of the tables resources read."""
    return {name for each in resources for name in each.step.depends if name in _COLUMNS}
