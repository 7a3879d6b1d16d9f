"""The standards and the terminology packages that a document of Define-XML asks for.

What is not shipped in the version asked for is taken in the newest one, with a note.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trialport.define.model import DefineDocument
from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.templates import shipped

_GUIDES = {"SDTMIG": "sdtmig", "ADAMIG": "adamig", "ADAM-OCCDSIG": "adam-occds"}
_SETS = {"SDTM": "sdtm", "ADAM": "adam"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Standards and packages as study.yaml names them, and notes of other versions."""

    standards: dict[str, str]
    packages: dict[str, str]
    notes: tuple[Diagnostic, ...]


def chosen_standards(document: DefineDocument) -> Chosen:
    """Return the shipped standards nearest to those of a document."""
    notes: list[Diagnostic] = []
    is_adam = any(each.purpose == "Analysis" for each in document.datasets)
    asked = {
        _GUIDES[each.name.upper()]: each.version
        for each in document.standards
        if each.type != "CT" and each.name.upper() in _GUIDES
    }
    if is_adam:
        asked.setdefault("adamig", "")
        if any(
            name == "TIME-TO-EVENT" for each in document.datasets for name, _ in each.subclasses
        ):
            asked.setdefault("adam-tte", "")
        if any("OCCURRENCE" in each.class_ for each in document.datasets):
            asked.setdefault("adam-occds", "")
    if not is_adam or any(each.purpose != "Analysis" for each in document.datasets):
        asked.setdefault("sdtmig", "")
    versions = {
        _SETS[each.publishing_set.upper()]: each.version
        for each in document.standards
        if each.type == "CT" and each.publishing_set.upper() in _SETS
    }
    wanted = ("sdtm", "adam") if is_adam else ("sdtm",)
    standards = {
        name: _nearest(name, version, _names("standard", ""), notes)
        for name, version in asked.items()
    }
    packages = {
        name: f"{name}ct-"
        + _nearest(f"{name}ct", versions.get(name, ""), _names("terminology", ".csv.gz"), notes)
        for name in wanted
    }
    return Chosen(standards, packages, tuple(notes))


def _names(folder: str, suffix: str) -> list[str]:
    there = (each.name for each in (shipped() / folder).iterdir())
    return sorted(each.removesuffix(suffix) for each in there if each.endswith(suffix))


def _nearest(name: str, version: str, known: Iterable[str], notes: list[Diagnostic]) -> str:
    """Return the version where it is shipped, else the newest."""
    head = f"{name}-"
    there = [each.removeprefix(head) for each in known if each.startswith(head)]
    if version in there:
        return version
    newest = max(there)
    asked = f"version {version}" if version else "no version"
    problem = f"the document has {asked} of {name}; {newest} is taken"
    notes.append(Diagnostic("E4387", Place(), problem, severity=Severity.NOTE))
    return newest
