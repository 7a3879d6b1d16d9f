"""The files of a specification to its nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.spec import load_faults as faults
from trialport.spec.concept_check import concept_faults
from trialport.spec.concept_nodes import Concepts
from trialport.spec.label_nodes import Labels
from trialport.spec.layers import BESIDE, FOLDERS, SINGLE, Layer, belongs
from trialport.spec.merge import MergedFile, merge_layers
from trialport.spec.nodes import Dataset, Resource, Sources, Specification, Study, Terminology
from trialport.spec.read_node import read_node
from trialport.spec.report_check import report_faults
from trialport.spec.report_nodes import Report
from trialport.spec.schema import class_words

__all__ = ["load_study", "read_node"]

T = TypeVar("T")


def load_study(
    files: Mapping[str, str], shown: str = "", templates: Sequence[Layer] = ()
) -> tuple[Specification | None, list[Diagnostic]]:
    """Return the specification that the files hold, or None where one of the faults is an error.

    Args:
        files: text by path relative to the folder, with '/': study.yaml, sources.yaml,
            terminology.yaml, concepts.yaml, report.yaml, sdtm/*.yaml, adam/*.yaml, fhir/*.yaml,
            labels/*.yaml, rules/*.yaml. Only study.yaml must be there.
        shown: what stands before the relative path in places, e.g. `mappings/studies/msc_gvhd/`.
        templates: the layers beneath the study, the deepest first (`read_templates`).

    Returns:
        The datasets and resources in the order of their paths, and every fault (E10, E11) in the
        order of files and lines. The digest covers the files that belong to a specification: their
        paths and texts with line ends made alike, those of templates under their names.
    """
    layers = [*templates, Layer("", shown, files)]
    found = [fault for each in layers for fault in _file_faults(each)]
    read = merge_layers(layers)
    study = _single(Study, "study.yaml", read, found)
    sources = _single(Sources, "sources.yaml", read, found)
    terminology = _single(Terminology, "terminology.yaml", read, found)
    concepts = _single(Concepts, "concepts.yaml", read, found)
    found += [] if concepts is None else concept_faults(concepts)
    report = _report(read, found)
    sdtm, adam = (_all(Dataset, folder, read, found) for folder in ("sdtm", "adam"))
    resources = _all(Resource, "fhir", read, found)
    labels = _all(Labels, "labels", read, found)
    found += _dataset_faults([*sdtm, *adam])
    if study is None or any(each.severity is Severity.ERROR for each in found):
        return None, found
    specification = Specification(
        study=study,
        sources=sources or Sources(place=Place(f"{shown}sources.yaml"), tables={}),
        terminology=terminology
        or Terminology(place=Place(f"{shown}terminology.yaml"), codelists={}),
        sdtm=sdtm,
        adam=adam,
        resources=resources,
        report=report,
        concepts=concepts,
        labels={PurePosixPath(each.place.file).stem: each for each in labels},
        digest=_digest(layers),
        templates={each.name: _digest([each]) for each in templates},
        rules=_rules(layers),
    )
    return specification, found


def _rules(layers: Sequence[Layer]) -> dict[str, str]:
    """Return the texts of the study's own rules by file; a file goes before that of a template."""
    of_path = {
        path: (layer.shown + path, text)
        for layer in layers
        for path, text in layer.own.items()
        if path.startswith("rules/")
    }
    return dict(of_path.values())


def load_report(layers: Sequence[Layer]) -> tuple[Report | None, list[Diagnostic]]:
    """Return the report of a study, or None where there is none or it has faults, and the faults.

    Args:
        layers: templates, the deepest first, and the study itself last.
    """
    found: list[Diagnostic] = []
    report = _report(merge_layers(layers), found)
    return (None if found else report), found


def _report(read: Mapping[str, MergedFile], found: list[Diagnostic]) -> Report | None:
    report = _single(Report, "report.yaml", read, found)
    found += report_faults(report) if report is not None else []
    return report


def _file_faults(layer: Layer) -> Iterator[Diagnostic]:
    for path in sorted(layer.files):
        if not belongs(path) and path not in BESIDE:
            stem = PurePosixPath(path).stem
            known = [*SINGLE, *(f"{folder}/{stem}.yaml" for folder in FOLDERS)]
            yield faults.unknown_file(Place(layer.shown + path), path, known)
    if not layer.name and "study.yaml" not in layer.files:
        yield faults.no_study(Place(layer.shown.rstrip("/") or "."))


def _single(
    node_class: type[T], path: str, read: Mapping[str, MergedFile], found: list[Diagnostic]
) -> T | None:
    return _read(node_class, read[path], found) if path in read else None


def _all(
    node_class: type[T], folder: str, read: Mapping[str, MergedFile], found: list[Diagnostic]
) -> tuple[T, ...]:
    """Read every file of a folder; those with faults are left out."""
    nodes = (
        _read(node_class, file, found)
        for path, file in read.items()
        if path.startswith(f"{folder}/")
    )
    return tuple(each for each in nodes if each is not None)


def _read(node_class: type[T], file: MergedFile, found: list[Diagnostic]) -> T | None:
    found += file.found
    if file.root is None:
        if not file.found:
            found.append(faults.empty_file(Place(file.file), class_words(node_class)))
        return None
    node, node_faults = read_node(node_class, file.root)
    found += sorted(node_faults, key=lambda each: (each.place.file, each.place.line or 0))
    return node


def _dataset_faults(datasets: list[Dataset]) -> Iterator[Diagnostic]:
    first: dict[str, Place] = {}
    for dataset in datasets:
        name, place = dataset.dataset.text, dataset.dataset.place
        if first.setdefault(name, place) is not place:
            yield faults.repeated_dataset(place, name, first[name])
        elif PurePosixPath(place.file).stem != name.lower():
            yield faults.other_file_name(place, name, PurePosixPath(place.file).name)


def _digest(layers: Sequence[Layer]) -> str:
    """Return the SHA-256 over paths and texts in the order of paths, each closed by a zero byte."""
    digest = hashlib.sha256()
    for layer in layers:
        name = f"{layer.name}/" if len(layers) > 1 and layer.name else ""
        for path, text in layer.own.items():
            for part in (name + path, text.replace("\r\n", "\n").replace("\r", "\n")):
                digest.update(part.encode())
                digest.update(b"\0")
    return digest.hexdigest()
