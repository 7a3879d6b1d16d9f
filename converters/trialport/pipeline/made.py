"""What a conversion gave, and how findings and manifest tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trialport import __version__
from trialport.diagnostics import Diagnostic, Severity
from trialport.findings.origins import origin_json
from trialport.metadata import DatasetMetadata
from trialport.pipeline.planning import encoding_of
from trialport.study import PlannedStudy


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a conversion gave.

    `out` is None where nothing was written; `datasets` describes what was, `files` names them.
    `restrictions` tells of a cut-off, of chosen subjects and of dummy treatments.
    """

    out: Path | None
    findings: tuple[Diagnostic, ...]
    datasets: tuple[DatasetMetadata, ...]
    files: tuple[Mapping[str, Any], ...]
    restrictions: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def submission_ready(self) -> bool:
        """Return whether all subjects are there, no treatment is dummy and no finding an error."""
        is_provisional = bool({"subjects", "treatment"} & set(self.restrictions))
        return not is_provisional and not any(
            each.severity is Severity.ERROR for each in self.findings
        )


def finding_order(each: Diagnostic) -> tuple[str, str, int, str, str, str]:
    """Return what findings are sorted by: code, place, problem."""
    place = each.place
    return (each.code, place.file, place.line or 0, place.record, place.column, each.problem)


def finding_json(each: Diagnostic) -> dict[str, Any]:
    """Return a finding as plain values; what is not known is left out."""
    values: dict[str, Any] = {"code": each.code, "severity": each.severity.value}
    place = {
        "file": each.place.file,
        "line": each.place.line,
        "record": each.place.record,
        "column": each.place.column,
    }
    values |= {key: value for key, value in place.items() if value}
    values["problem"] = each.problem
    values |= {"remedy": each.remedy} if each.remedy else {}
    return values | ({"origin": origin_json(each.origin)} if each.origin else {})


def manifest(
    made: Conversion, planned: PlannedStudy, digests: Mapping[str, Mapping[str, object]]
) -> dict[str, Any]:
    """Return the manifest: nothing in it depends on clock, machine or the order of raw records."""
    study = planned.specification.study
    counts = {each.value: sum(f.severity is each for f in made.findings) for each in Severity}
    return {
        "trialport": __version__,
        "study": study.study.text,
        "specification_sha256": planned.specification.digest,
        "templates_sha256": dict(planned.specification.templates),
        "standards": {name: each.text for name, each in study.standards.items()},
        "terminology": {name: each.text for name, each in study.terminology.items()},
        "encoding": encoding_of(planned),
        "submission_ready": made.submission_ready,
        "restrictions": dict(made.restrictions),
        "findings": counts,
        "raw": dict(digests),
        "files": list(made.files),
        **_languages(planned),
        "datasets": [each.to_json() for each in made.datasets],
    }


def _languages(planned: PlannedStudy) -> dict[str, Any]:
    """Return the languages beside English with their encodings, nothing where there is none."""
    made = {name: {"encoding": each.encoding} for name, each in planned.translations.items()}
    return {"languages": made} if made else {}
