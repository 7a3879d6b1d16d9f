"""The files of a specification to its nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.spec import load_faults as faults
from trialport.spec.nodes import Dataset, Resource, Sources, Specification, Study, Terminology
from trialport.spec.read_node import read_node
from trialport.spec.schema import class_words
from trialport.spec.yaml_text import compose

__all__ = ["load_study", "read_node"]

T = TypeVar("T")

_SINGLE = ("study.yaml", "sources.yaml", "terminology.yaml")
_FOLDERS = ("sdtm", "adam", "fhir")


def load_study(
    files: Mapping[str, str], shown: str = ""
) -> tuple[Specification | None, list[Diagnostic]]:
    """Return the specification that the files hold, or None where one of the faults is an error.

    Args:
        files: text by path relative to the folder, with '/': study.yaml, sources.yaml,
            terminology.yaml, sdtm/*.yaml, adam/*.yaml, fhir/*.yaml. Only study.yaml must be there.
        shown: what stands before the relative path in places, e.g. `mappings/studies/msc_gvhd/`.

    Returns:
        The datasets and resources in the order of their paths, and every fault (E10, E11) in the
        order of files and lines. The digest covers the files that belong to a specification: their
        paths and texts with line ends made alike.
    """
    found = list(_file_faults(files, shown))
    read = {path: text for path, text in sorted(files.items()) if _belongs(path)}
    study = _single(Study, "study.yaml", read, shown, found)
    sources = _single(Sources, "sources.yaml", read, shown, found)
    terminology = _single(Terminology, "terminology.yaml", read, shown, found)
    sdtm, adam = (_all(Dataset, folder, read, shown, found) for folder in ("sdtm", "adam"))
    resources = _all(Resource, "fhir", read, shown, found)
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
        digest=_digest(read),
    )
    return specification, found


def _belongs(path: str) -> bool:
    """Say whether a path is one of a specification."""
    parts = PurePosixPath(path).parts
    return path in _SINGLE or (
        len(parts) == 2 and parts[0] in _FOLDERS and path == "/".join(parts) and _is_yaml(parts[1])
    )


def _is_yaml(name: str) -> bool:
    return name.endswith(".yaml") and name != ".yaml"


def _file_faults(files: Mapping[str, str], shown: str) -> Iterator[Diagnostic]:
    for path in sorted(files):
        if not _belongs(path):
            stem = PurePosixPath(path).stem
            known = [*_SINGLE, *(f"{folder}/{stem}.yaml" for folder in _FOLDERS)]
            yield faults.unknown_file(Place(shown + path), path, known)
    if "study.yaml" not in files:
        yield faults.no_study(Place(shown.rstrip("/") or "."))


def _single(
    node_class: type[T],
    path: str,
    files: Mapping[str, str],
    shown: str,
    found: list[Diagnostic],
) -> T | None:
    return _read(node_class, files[path], shown + path, found) if path in files else None


def _all(
    node_class: type[T], folder: str, files: Mapping[str, str], shown: str, found: list[Diagnostic]
) -> tuple[T, ...]:
    """Read every file of a folder; those with faults are left out."""
    nodes = (
        _read(node_class, text, shown + path, found)
        for path, text in files.items()
        if path.startswith(f"{folder}/")
    )
    return tuple(each for each in nodes if each is not None)


def _read(node_class: type[T], text: str, file: str, found: list[Diagnostic]) -> T | None:
    root, text_faults = compose(text, file)
    found += text_faults
    if root is None:
        if not text_faults:
            found.append(faults.empty_file(Place(file), class_words(node_class)))
        return None
    node, node_faults = read_node(node_class, root, file)
    found += sorted(node_faults, key=lambda each: each.place.line or 0)
    return node


def _dataset_faults(datasets: list[Dataset]) -> Iterator[Diagnostic]:
    first: dict[str, Place] = {}
    for dataset in datasets:
        name, place = dataset.dataset.text, dataset.dataset.place
        if first.setdefault(name, place) is not place:
            yield faults.repeated_dataset(place, name, first[name])
        elif PurePosixPath(place.file).stem != name.lower():
            yield faults.other_file_name(place, name, PurePosixPath(place.file).name)


def _digest(files: Mapping[str, str]) -> str:
    """Return the SHA-256 over paths and texts in the order of paths, each closed by a zero byte."""
    digest = hashlib.sha256()
    for path, text in sorted(files.items()):
        for part in (path, text.replace("\r\n", "\n").replace("\r", "\n")):
            digest.update(part.encode())
            digest.update(b"\0")
    return digest.hexdigest()
