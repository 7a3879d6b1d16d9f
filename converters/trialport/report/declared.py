"""The report that a study declares: report.yaml of its specification."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from trialport.diagnostics import DataError, Diagnostic, Place, SpecError, did_you_mean, shown
from trialport.spec.load import load_report
from trialport.spec.report_nodes import Report
from trialport.study import study_layers
from trialport.templates import shipped


@dataclass(frozen=True, slots=True)
class Made:
    """What a conversion says of its output: the study, and the version of trialport."""

    study: str
    version: str


def conversion_of(folder: Path) -> Made:
    """Return what the conversion that wrote a folder says of it.

    Raises:
        DataError: E4524, the folder has no manifest of a conversion.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return Made(str(manifest["study"]), str(manifest["trialport"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"{shown(folder.as_posix())} holds no manifest.json of a conversion"
        remedy = "name the folder that `trialport convert` wrote"
        place = Place((folder / "manifest.json").as_posix())
        raise DataError([Diagnostic("E4524", place, problem, remedy)]) from error


def declared_report(studyid: str, study: Path | None) -> Report:
    """Return the report of a study.

    Args:
        studyid: the identifier of the study, by which a shipped study is found.
        study: the folder of the specification or the name of a shipped study, where it is known.

    Raises:
        SpecError: report.yaml has faults, or there is none (E4525).
    """
    where = study or _shipped_study(studyid)
    if where is None:
        problem = f"no shipped study has the identifier {shown(studyid)}"
        remedy = "name the folder of its specification with --study"
        raise SpecError([Diagnostic("E4525", Place(), problem, remedy)])
    layers = study_layers(where)
    report, found = load_report(layers)
    if found:
        raise SpecError(found)
    if report is None:
        place = Place(f"{layers[-1].shown}report.yaml")
        problem = "the specification declares no report"
        names = [each for each in layers[-1].files if "report" in each]
        remedy = did_you_mean("report.yaml", names) if names else ""
        remedy = remedy or "add report.yaml; that of msc_gvhd is one to start from"
        raise SpecError([Diagnostic("E4525", place, problem, remedy)])
    return report


def _shipped_study(studyid: str) -> Path | None:
    """Return the folder of the shipped study whose study.yaml begins with its identifier."""
    studies = Path(str(shipped() / "studies"))
    for folder in sorted(studies.iterdir()):
        text = (folder / "study.yaml").read_text(encoding="utf-8")
        if f"study: {studyid}" in text.splitlines():
            return folder
    return None
