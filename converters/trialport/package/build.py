"""Lay a submission package out: `m5/datasets/STUDY` with tabulations, analysis, guides, programs.

Source: ICH M4 granularity, module 5; FDA Study Data Technical Conformance Guide, folders of study
data (second-hand).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trialport.diagnostics import DataError, Diagnostic, Place, Severity
from trialport.findings.baseline import finding_of
from trialport.findings.dispositions import FILE, load_dispositions
from trialport.findings.judged import Judged, judge
from trialport.package.guide import guide
from trialport.package.outputs import Outputs, verified_outputs
from trialport.package.split import write_parts
from trialport.plan.model import Plan
from trialport.profiles import Profile, load_profile, profile_faults
from trialport.read.specification import read_folder
from trialport.study import PlannedStudy, study_folder
from trialport.write.folder import fresh_folder
from trialport.write.manifest import file_entries, write_json

KNOWN = frozenset({"m5", "package.json"})
_PLACES = {"sdtm": "tabulations/sdtm", "adam": "analysis/adam/datasets"}
_GUIDES = {"sdtm": "csdrg.html", "adam": "adrg.html"}
_PROGRAMS = "analysis/adam/programs"
_DEFINE = ("define.xml", "define.html", "define2-1.xsl", "acrf.pdf")


@dataclass(frozen=True, slots=True)
class Package:
    """What was packed: the folder, its files, and where it does not keep to the profile."""

    folder: Path
    files: tuple[str, ...]
    findings: tuple[Diagnostic, ...]
    profile: str


def build_package(
    out: Path,
    to: Path,
    planned: PlannedStudy,
    study: Path,
    *,
    profile: str | None = None,
    force: bool = False,
    created: datetime | None = None,
) -> Package:
    """Write the package of an output folder; it appears whole or not at all.

    Args:
        out: what `convert` wrote.
        to: folder to write.
        planned: the study that `out` was made from.
        study: its folder, or the name of a shipped study.
        profile: the agency, or a profile of it with its date; that of study.yaml unless stated.
        force: replace an earlier package.
        created: the time that the parts of split datasets bear.

    Raises:
        DataError: E5090 `out` is no output, E5091 it is not what its manifest says, E5093 it was
            made from another specification.
        SpecError: E1291, there is no such profile; E10 and E11 of dispositions.yaml.
        WriteError: E4101 to E4103 `to` cannot be written, E5092 a dataset cannot be split.
    """
    specification = planned.specification
    rules = load_profile(profile or specification.study.profile or "fda")
    outputs = verified_outputs(out)
    if outputs.manifest["specification_sha256"] != specification.digest:
        problem = "the output was made from another specification"
        remedy = "convert again, or name the specification it was made from"
        raise DataError([Diagnostic("E5093", Place(str(out)), problem, remedy)])
    judged = _judged(outputs, study_folder(study))
    findings = [
        {**entry, **each.to_json()} for entry, each in zip(outputs.findings, judged, strict=True)
    ]
    with fresh_folder(to, force=force, known=KNOWN) as folder:
        root = folder / "m5" / "datasets" / _ectd_name(str(outputs.manifest["study"]))
        found = _faults(outputs, rules, judged)
        _write_datasets(outputs, root, rules, created)
        for group, name in _GUIDES.items():
            if any(each.group == group for each in outputs.datasets):
                made = guide(
                    group,
                    outputs.manifest,
                    specification.study.title,
                    outputs.datasets,
                    findings,
                    rules,
                )
                (root / _PLACES[group] / name).write_bytes(made)
        _write_programs(study, planned.plan, root / _PROGRAMS)
        files = file_entries(folder)
        write_json(
            folder / "package.json",
            {
                "trialport": outputs.manifest["trialport"],
                "study": outputs.manifest["study"],
                "profile": rules.name,
                "specification_sha256": specification.digest,
                "files": files,
            },
        )
    return Package(to, tuple(str(each["path"]) for each in files), found, rules.name)


def _judged(outputs: Outputs, study: Path) -> list[Judged]:
    """Return the findings of the conversion with what the study's dispositions.yaml decides.

    A disposition that fits none of them may be about what `validate` finds, so none is stale.
    """
    decided = load_dispositions(study) if (study / FILE).is_file() else ()
    found = [finding_of(each) for each in outputs.findings]
    return judge(found, decided)[: len(found)]


def _faults(outputs: Outputs, profile: Profile, judged: Sequence[Judged]) -> tuple[Diagnostic, ...]:
    found = profile_faults(
        profile, outputs.datasets, outputs.sizes, str(outputs.manifest["encoding"])
    )
    if any(each.weighs for each in judged):
        problem = "the conversion has findings of severity error"
        remedy = f"settle them, or write the disposition of each into {FILE} of the study"
        found.append(Diagnostic("E5094", Place("findings.json"), problem, remedy, Severity.WARNING))
    return tuple(found)


def _write_datasets(
    outputs: Outputs, root: Path, profile: Profile, created: datetime | None
) -> None:
    encoding = str(outputs.manifest["encoding"])
    for dataset in outputs.datasets:
        place = root / _PLACES[dataset.group]
        place.mkdir(parents=True, exist_ok=True)
        source = outputs.folder / dataset.path
        shutil.copyfile(source, place / source.name)
        if profile.splits and source.stat().st_size > profile.largest_file:
            largest = profile.largest_file
            write_parts(source, place / "split", largest, encoding=encoding, created=created)
    for group, place in _PLACES.items():
        for name in _DEFINE:
            source = outputs.folder / group / name
            if source.is_file() and (root / place).is_dir():
                shutil.copyfile(source, root / place / name)


def _write_programs(study: Path, plan: Plan, folder: Path) -> None:
    """Write the specification and the SQL made from it, as text files with names of an eCTD."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in read_folder(study_folder(study)).items():
        (folder / f"{_ectd_name(path)}.txt").write_text(text, encoding="utf-8", newline="\n")
    for step in plan.steps:
        sql = step.query.sql("duckdb", pretty=True)
        name = f"sql-{step.group}-{step.name.lower()}.txt"
        (folder / name).write_text(f"{sql}\n", encoding="utf-8", newline="\n")


def _ectd_name(text: str) -> str:
    """Return a name in lower-case letters, digits and hyphens.

    >>> _ectd_name("MSC-GVHD"), _ectd_name("sdtm/ae.yaml")
    ('msc-gvhd', 'sdtm-ae-yaml')
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "study"
