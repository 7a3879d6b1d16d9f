"""The analyses of the report beside an output, for the guide of the analysis datasets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.package.outputs import Outputs

_REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class ListedAnalysis:
    """One analysis: what it shows, why it was made, how, and from which datasets."""

    id: str
    title: str
    reason: str
    parameter: str
    methods: tuple[str, ...]
    datasets: tuple[str, ...]


def report_analyses(outputs: Outputs) -> tuple[tuple[ListedAnalysis, ...], list[Diagnostic]]:
    """Return the analyses that report.json tells of, in its order; none where it is not there.

    Returns:
        E5095, a warning and no analysis: the report is not ours, or was made from other datasets.
    """
    path = outputs.folder / _REPORT
    if not path.is_file():
        return (), []
    try:
        report: Any = json.loads(path.read_text(encoding="utf-8"))
        stale = [each["file"] for each in report["sources"] if not _is_of(each, outputs)]
        listed = tuple(_listed(each) for each in report["analyses"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return (), [_left_out("it is not one that trialport wrote")]
    if stale:
        return (), [_left_out(f"it was made from another '{stale[0]}'")]
    return listed, []


def _is_of(source: Mapping[str, Any], outputs: Outputs) -> bool:
    digests = {each["path"]: each["sha256"] for each in outputs.manifest["files"]}
    return digests.get(source["file"]) == source["sha256"]


def _listed(analysis: Mapping[str, Any]) -> ListedAnalysis:
    results: list[Mapping[str, Any]] = analysis["results"]
    methods = [analysis.get("method", ""), *(each["method"] for each in results)]
    datasets = [str(each["dataset"]) for each in results]
    return ListedAnalysis(
        id=str(analysis["id"]),
        title=str(analysis["title"]),
        reason=str(analysis.get("reason", "")),
        parameter=str(analysis.get("parameter", "")),
        methods=tuple(dict.fromkeys(str(each) for each in methods if each)),
        datasets=tuple(dict.fromkeys(datasets)),
    )


def _left_out(why: str) -> Diagnostic:
    problem = f"the guide lists no analyses of the report: {why}"
    return Diagnostic("E5095", Place(_REPORT), problem, "report again", Severity.WARNING)
