"""Lay a submission package out: `m5/datasets/STUDY` with tabulations, analysis, guides, programs.

Source: ICH M4 granularity, module 5; FDA Study Data Technical Conformance Guide, folders of study
data (second-hand).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trialport.diagnostics import DataError, Diagnostic, Place, Severity
from trialport.findings.baseline import finding_of
from trialport.findings.dispositions import FILE, load_dispositions
from trialport.findings.judged import Judged, judge
from trialport.package.analyses import report_analyses
from trialport.package.guide import guide
from trialport.package.outputs import Outputs, verified_outputs
from trialport.package.programs import ectd_name, write_programs
from trialport.package.split import write_parts
from trialport.profiles import Profile, load_profile, profile_faults
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
    analyses, left_out = report_analyses(outputs)
    found = (*_faults(outputs, rules, judged), *left_out)
    with fresh_folder(to, force=force, known=KNOWN) as folder:
        root = folder / "m5" / "datasets" / ectd_name(str(outputs.manifest["study"]))
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
                    analyses,
                )
                (root / _PLACES[group] / name).write_bytes(made)
        write_programs(study, planned.plan, root / _PROGRAMS)
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
    found = profile_faults(profile, outputs.datasets, outputs.sizes, outputs.encoding)
    found += _language_faults(outputs, profile)
    if any(each.weighs for each in judged):
        problem = "the conversion has findings of severity error"
        remedy = f"settle them, or write the disposition of each into {FILE} of the study"
        found.append(Diagnostic("E5094", Place("findings.json"), problem, remedy, Severity.WARNING))
    return tuple(found)


def _language_faults(outputs: Outputs, profile: Profile) -> Iterator[Diagnostic]:
    """Yield E4098 for a language that was not written, E4092 for an encoding that is not taken."""
    for language in profile.translated:
        if language not in outputs.languages:
            problem = f"the output has no labels in {language}, which {profile.name} asks for"
            remedy = f"convert again with --language {language}"
            yield Diagnostic("E4098", Place("manifest.json"), problem, remedy)
        else:
            encoding = outputs.languages[language]
            place = f"labels/{language}.yaml"
            yield from profile_faults(profile, (), {}, encoding, place=place)


def _write_datasets(
    outputs: Outputs, root: Path, profile: Profile, created: datetime | None
) -> None:
    """Copy datasets and Define-XML, those of a language into a folder of its name beneath."""
    for group, place in _PLACES.items():
        target = root / place
        _copy_group(outputs.folder / group, target, outputs.encoding, profile, created)
        for language in profile.translated:
            source = outputs.folder / language / group
            encoding = outputs.languages.get(language, "")
            _copy_group(source, target / language, encoding, profile, created)


def _copy_group(
    source: Path, target: Path, encoding: str, profile: Profile, created: datetime | None
) -> None:
    files = [*sorted(source.glob("*.xpt")), *(source / name for name in _DEFINE)]
    for path in (each for each in files if each.is_file()):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / path.name)
        if path.suffix == ".xpt" and profile.splits and path.stat().st_size > profile.largest_file:
            largest = profile.largest_file
            write_parts(path, target / "split", largest, encoding=encoding, created=created)
