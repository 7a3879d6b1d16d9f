"""Findings as SARIF, the format that code hosts and editors show.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) 2.1.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from trialport.diagnostics import Diagnostic, Origin, Place
from trialport.findings.dispositions import Disposition, Status
from trialport.findings.explained import Explanation, explanations
from trialport.findings.judged import Judged
from trialport.rules.crosswalk import crosswalk

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"


def sarif(
    judged: Sequence[Judged], not_run: Iterable[tuple[str, str, str]] = (), *, version: str
) -> dict[str, Any]:
    """Return a SARIF log with one run.

    A finding of a file has a physical location, one of a dataset a logical one. Decisions are
    suppressions; one that is still to be fixed is under review. What was not run is a
    notification of the run. `version` is that of trialport.
    """
    skipped = list(not_run)
    codes = sorted({each.finding.code for each in judged} | {code for code, _, _ in skipped})
    known = explanations(codes)
    index = {code: at for at, code in enumerate(codes)}
    run = {
        "tool": {
            "driver": {
                "name": "trialport",
                "version": version,
                "rules": [_rule(code, known.get(code)) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_notification(*each, index) for each in skipped],
            }
        ],
        "results": [_result(each, index) for each in judged],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, explained: Explanation | None) -> dict[str, Any]:
    if explained is None:
        return {"id": code}
    ids = [id_ for each in crosswalk().of(code).values() for id_ in each]
    return {
        "id": code,
        **({"properties": {"tags": ids}} if ids else {}),
        "shortDescription": {"text": explained.title},
        "help": {"text": explained.page},
    }


def _notification(code: str, dataset: str, reason: str, index: Mapping[str, int]) -> dict[str, Any]:
    about = f"{dataset}: " if dataset else ""
    return {
        "associatedRule": {"id": code, "index": index[code]},
        "level": "note",
        "message": {"text": f"not run: {about}{reason}"},
    }


def _result(judged: Judged, index: Mapping[str, int]) -> dict[str, Any]:
    finding = judged.finding
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": finding.severity.value,
        "message": {"text": f"{finding.problem}{remedy}"},
        "partialFingerprints": {"trialport/v1": judged.fingerprint},
    }
    location = _location(finding)
    if location:
        result["locations"] = [location]
    if finding.origin is not None:
        result["relatedLocations"] = list(_related(finding.origin))
    if judged.disposition is not None:
        result["suppressions"] = [_suppression(judged.disposition)]
    if judged.is_known is not None:
        result["baselineState"] = "unchanged" if judged.is_known else "new"
    return result


def _location(finding: Diagnostic) -> dict[str, Any]:
    place = finding.place
    location: dict[str, Any] = {}
    if place.file:
        location["physicalLocation"] = _physical(place)
    if place.record or place.column:
        whole = "/".join(each for each in (place.record, place.column) if each)
        name = place.column or place.record
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": whole}]
    return location


def _physical(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(place.file)}}
    if place.line:
        physical["region"] = {"startLine": place.line}
    return physical


def _related(origin: Origin) -> Iterator[dict[str, Any]]:
    """Yield the raw cells behind a value, and the line of the specification that fills it."""
    for cell in origin.cells:
        yield {"physicalLocation": _physical(cell), "message": {"text": f"raw {cell.column}"}}
    if origin.line is not None:
        yield {"physicalLocation": _physical(origin.line), "message": {"text": "specification"}}


def _suppression(disposition: Disposition) -> dict[str, Any]:
    is_open = disposition.status is Status.TO_BE_FIXED
    return {
        "kind": "external",
        "status": "underReview" if is_open else "accepted",
        "justification": f"{disposition.status.value}: {disposition.reason}",
    }
