"""The criteria by which an agency turns a submission back, asked of a folder of datasets."""

from __future__ import annotations

from pathlib import Path

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.exchange.dataset import as_table
from trialport.profiles import Criterion, Need, Profile
from trialport.rules.stored import open_stored


def criteria_faults(profile: Profile, folder: Path, *, encoding: str = "ascii") -> list[Diagnostic]:
    """Return E4099 for each criterion of a profile that the files of a folder do not meet."""
    return [
        _fault(profile, each, lacking)
        for each in profile.criteria
        for need in each.needs
        if (lacking := _lacking(need, folder, encoding))
    ]


def criteria_not_run(profile: Profile) -> list[tuple[str, str, str]]:
    """Return (criterion, '', reason) of those that datasets alone do not tell."""
    reason = "it is about the tagging file of the eCTD, which is not here"
    agency = profile.name.partition("-")[0].upper()
    return [(f"{agency} {each.code}", "", reason) for each in profile.criteria if not each.needs]


def _lacking(need: Need, folder: Path, encoding: str) -> str:
    """Return what is not there, '' where it is."""
    if need.file:
        place = folder / need.file
        beside = folder / place.name
        return "" if place.is_file() or beside.is_file() else f"there is no {place.name}"
    stem = f"{need.dataset.lower()}.xpt"
    file = next((each for each in (folder / "sdtm" / stem, folder / stem) if each.is_file()), None)
    if file is None:
        return ""  # its absence is told by the need of the file
    try:
        (dataset,) = open_stored(file, encoding)
        codes = as_table(dataset)["TSPARMCD"].to_pylist()
    except (DataError, KeyError, ValueError):
        return f"{need.dataset} cannot be read"
    return "" if need.parameter in codes else f"{need.dataset} has no {need.parameter}"


def _fault(profile: Profile, criterion: Criterion, lacking: str) -> Diagnostic:
    problem = f"{profile.name} {criterion.code} is not met: {lacking} ({criterion.title})"
    remedy = "the agency turns such a submission back"
    return Diagnostic("E4099", Place(), problem, remedy)
