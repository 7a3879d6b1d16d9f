"""Resources of files from anywhere: NDJSON, single resources and Bundles, checked together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import orjson

from trialport.diagnostics import Diagnostic, Place
from trialport.fhir.check import Checker
from trialport.fhir.findings import Findings
from trialport.fhir.schema import Version, load_definitions
from trialport.templates import shipped

_ENDINGS = (".ndjson", ".json")


def validate_files(
    paths: Iterable[Path],
    version: Version = "R4",
    *,
    definitions: Traversable | None = None,
    with_models: bool = True,
) -> tuple[dict[str, int], list[Diagnostic]]:
    """Return how many resources of each type the files hold, and what is wrong with them.

    A reference may name a resource of any of the files. The resources of a Bundle are checked one
    by one; what else the Bundle says is checked too.

    Args:
        paths: files that end in `.ndjson` (a resource a line) or `.json` (a resource or a Bundle),
            or folders that hold them.
        version: the FHIR version to hold them against.
        definitions: the folder of the FHIR definitions; the shipped ones unless stated.
        with_models: whether each shape also goes through the models of fhir.resources.

    Codes: E4212 what cannot be read; E4213 an id that is there twice; those of `Checker`.
    """
    findings = Findings()
    types = load_definitions(definitions or shipped() / "fhir", version)
    checker = Checker(types, findings, with_models=with_models)
    counts: Counter[str] = Counter()
    faults: list[Diagnostic] = []
    seen: dict[tuple[str, str], str] = {}
    for place, resource in _resources(_files(paths), faults):
        resource_type = str(resource.get("resourceType", ""))
        counts[resource_type] += 1
        checker.check(resource)
        key = resource_type, str(resource.get("id", ""))
        if key[1] and seen.setdefault(key, str(place)) != str(place):
            problem = f"there is another resource of this id in {seen[key]}"
            findings.add("E4213", "/".join(key), "id", problem, "give each its own id")
    for resource_type, id_ in seen:
        checker.seen(resource_type, id_)
    checker.finish()
    return dict(sorted(counts.items())), [*faults, *findings.all()]


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(each for each in path.iterdir() if each.suffix in _ENDINGS)
            # The manifest of an export describes the files and is no resource.
            yield from (each for each in found if each.name != "manifest.json")
        else:
            yield path


def _resources(
    files: Iterable[Path], faults: list[Diagnostic]
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield each resource with its place; report what is none."""
    for place, text in _texts(files, faults):
        try:
            resource = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            faults.append(_unreadable(place, f"this is no JSON: {error}"))
            continue
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            faults.append(_unreadable(place, "this is no resource: it names no resourceType"))
        elif resource["resourceType"] == "Bundle":
            yield from ((place, each) for each in _unbundled(resource))
        else:
            yield place, resource


def _texts(files: Iterable[Path], faults: list[Diagnostic]) -> Iterator[tuple[Place, bytes]]:
    """Yield the text of each resource: a line of NDJSON, or the whole file."""
    for path in files:
        name = path.as_posix()
        try:
            if path.suffix != ".ndjson":
                yield Place(name), path.read_bytes()
                continue
            with path.open("rb") as stream:
                for number, line in enumerate(stream, start=1):
                    if line.strip():
                        yield Place(name, number), line
        except OSError as error:
            faults.append(_unreadable(Place(name), f"the file cannot be read: {error.strerror}"))


def _unbundled(bundle: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the Bundle without its resources, then each of them."""
    entries = bundle.get("entry")
    listed = (
        [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    )
    shells = [{name: each[name] for name in each if name != "resource"} for each in listed]
    shell = {name: value for name, value in bundle.items() if name != "entry"}
    kept = [each for each in shells if each]
    yield {**shell, "entry": kept} if kept else shell
    for each in listed:
        if isinstance(each.get("resource"), dict):
            yield each["resource"]


def _unreadable(place: Place, problem: str) -> Diagnostic:
    return Diagnostic("E4212", place, problem, "give NDJSON, a resource or a Bundle as JSON")
