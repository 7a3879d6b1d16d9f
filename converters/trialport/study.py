"""A study folder to a plan: read, load, look up the standards, plan; every fault collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trialport.diagnostics import Diagnostic, Place, Severity, SpecError
from trialport.exchange.formats import format_faults
from trialport.plan.build import build_plan
from trialport.plan.metadata import Guides
from trialport.plan.model import Limits, Plan
from trialport.profiles import Profile, load_profile
from trialport.read.contract import contract_faults
from trialport.read.languages import label_name_faults, study_translations
from trialport.read.layers import read_layers
from trialport.read.packages import read_package
from trialport.read.switches import Switches
from trialport.spec.effective import effective_texts
from trialport.spec.layers import Layer
from trialport.spec.load import load_study
from trialport.spec.merge import merge_layers
from trialport.spec.nodes import Specification
from trialport.spec.study_wide import study_wide_faults, with_cutoff
from trialport.spec.study_words import codelists_needed, study_vocabulary
from trialport.spec.translation import Translation
from trialport.spec.vocabulary import Vocabulary
from trialport.standard.load import load_standard
from trialport.standard.model import Standard
from trialport.templates import shipped
from trialport.terms.codelists import Codelist, load_terminology
from trialport.terms.units import load_units

_ADAM = ("adamig", "adam-occds", "adam-tte", "adam-adae")


@dataclass(frozen=True, slots=True)
class PlannedStudy:
    """A study that can be converted: what was written, its words, and what will be done.

    `profile` is that of the agency that was asked for, `translations` are the languages that the
    datasets are written in beside English, `packages` the tables of the pinned terminology.
    """

    specification: Specification
    vocabulary: Vocabulary
    plan: Plan
    profile: Profile | None = None
    translations: Mapping[str, Translation] = field(default_factory=dict[str, Translation])
    packages: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)


def plan_study(
    folder: Path, switches: Switches | None = None
) -> tuple[PlannedStudy | None, list[Diagnostic]]:
    """Return the planned study, or None where a fault is an error, and every fault.

    Args:
        folder: the folder of the specification, or the name of a shipped study.
        switches: what is asked of this conversion beside the specification.
    """
    try:
        layers = study_layers(folder)
    except SpecError as error:
        return None, list(error.diagnostics)
    return plan_layers(layers, study_folder(folder), switches)


def plan_layers(
    layers: Sequence[Layer], folder: Path, switches: Switches | None = None
) -> tuple[PlannedStudy | None, list[Diagnostic]]:
    """Return the planned study, or None where a fault is an error, and every fault.

    Args:
        layers: the templates of the study, the deepest first, and the study itself last.
        folder: where the study lies; what is not shipped is looked for there.
        switches: what is asked of this conversion beside the specification.
    """
    *templates, own = layers
    specification, found = load_study(own.files, own.shown, templates)
    if specification is None:
        return None, found
    found += study_wide_faults(specification)
    asked = switches or Switches()
    study = with_cutoff(specification.study, asked.cutoff)
    specification = replace(specification, study=study)
    for name in specification.sources.tables:
        found += contract_faults(name, specification.sources)
    if any(each.format == "fhir" for each in specification.sources.tables.values()):
        from trialport.fhir.element_paths import element_faults

        found += element_faults(specification.sources)
    if specification.resources:
        from trialport.fhir.content_check import content_faults

        found += content_faults(specification)
    profile, faults = _profile(specification, asked)
    found += faults
    translations, faults = study_translations(specification, asked.languages, profile)
    found += faults
    for each in specification.study.formats:
        found += format_faults([each.text], each.place)
    guides, faults = _guides(specification)
    found += faults
    packages, faults = _packages(specification, folder)
    found += faults
    needed = codelists_needed(specification)
    published: dict[str, Codelist] = {}
    for each in packages.values():
        published |= load_terminology(each, needed)
    units = load_units((shipped() / "terminology" / "units.yaml").read_text(encoding="utf-8"))
    vocabulary, faults = study_vocabulary(specification, published, units)
    found += faults
    limits = Limits(
        study.cutoff.text if study.cutoff else "",
        is_subset=bool(asked.subjects),
        keeps_sets=asked.explains,
    )
    plan, faults = build_plan(specification, guides, vocabulary, limits)
    found += faults
    if plan is not None:
        found += label_name_faults(specification.labels.values(), plan, vocabulary)
    if plan is None or any(each.severity is Severity.ERROR for each in found):
        return None, found
    return PlannedStudy(specification, vocabulary, plan, profile, translations, packages), found


def study_layers(folder: Path) -> list[Layer]:
    """Return the templates of a study, the deepest first, and the study itself last.

    Raises:
        SpecError: a folder or template cannot be read.
    """
    return read_layers(study_folder(folder), f"{folder.as_posix().rstrip('/')}/")


def effective_files(layers: Sequence[Layer]) -> dict[str, str]:
    """Return the text of each file of a study with its templates merged, by its path.

    Raises:
        SpecError: a text is no YAML, or drops what no template has.
    """
    merged = merge_layers(layers)
    found = [fault for each in merged.values() for fault in each.found]
    if found:
        raise SpecError(found)
    return effective_texts(merged)


def study_folder(folder: Path) -> Path:
    """Return the folder itself, or the shipped study of that name."""
    if folder.is_dir() or len(folder.parts) != 1:
        return folder
    known = shipped() / "studies" / folder.name
    return Path(str(known)) if known.is_dir() else folder


def _profile(
    specification: Specification, asked: Switches
) -> tuple[Profile | None, list[Diagnostic]]:
    """Return the profile asked for, else that of study.yaml, or None where neither names one."""
    name = asked.profile or specification.study.profile
    if not name:
        return None, []
    place = Place() if asked.profile else specification.study.place
    try:
        return load_profile(name, place), []
    except SpecError as error:
        return None, list(error.diagnostics)


def _guides(specification: Specification) -> tuple[Guides, list[Diagnostic]]:
    """Return the guides that study.yaml names, with the datasets that the study has."""
    found: list[Diagnostic] = []
    sdtm: Standard | None = None
    adam: list[Standard] = []
    names = [each.dataset.text for each in specification.sdtm]
    names += [each.dataset.text for each in specification.sources.tables.values() if each.dataset]
    names += [f"SUPP{name}" for name in names]
    for name, version in specification.study.standards.items():
        try:
            standard = load_standard(
                shipped() / "standard", name, version.text, names, place=version.place
            )
        except SpecError as error:
            found += error.diagnostics
            continue
        if standard.is_adam:
            adam.append(standard)
        else:
            sdtm = standard
    return Guides(sdtm, tuple(adam)), found


def _packages(
    specification: Specification, folder: Path
) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """Return the tables of the pinned packages by their names."""
    found: list[Diagnostic] = []
    packages: dict[str, bytes] = {}
    for package in specification.study.terminology.values():
        try:
            packages[package.package.text] = read_package(package, folder)
        except SpecError as error:
            found += error.diagnostics
    return packages, found
