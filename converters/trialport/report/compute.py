"""The results of a declared report."""

from __future__ import annotations

from importlib.metadata import version

from trialport.report.datasets import Datasets
from trialport.report.declared import Made
from trialport.report.endpoints import endpoint_result
from trialport.report.flow import flow_result
from trialport.report.results import Results
from trialport.report.tables import table_result
from trialport.spec.report_nodes import Report

_PACKAGES = ("comprisk", "lifelines", "scipy")


def computed(made: Made, report: Report, datasets: Datasets) -> Results:
    """Return every result of a report, in the order declared."""
    frames = datasets.frames
    return Results(
        study=made.study,
        report=report,
        sources=datasets.sources,
        software=(
            f"trialport {made.version}",
            *(f"{each} {version(each)}" for each in _PACKAGES),
        ),
        flow=flow_result(report.flow, report, frames) if report.flow else None,
        tables=tuple(
            table_result(name, table, report, frames) for name, table in report.tables.items()
        ),
        endpoints=tuple(
            endpoint_result(name, endpoint, report, frames)
            for name, endpoint in report.endpoints.items()
        ),
    )
