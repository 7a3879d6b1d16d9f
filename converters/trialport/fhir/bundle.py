"""Transaction Bundles: resources to be put on a server, those that are referred to first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from trialport.fhir.ndjson import write_bytes

# What others refer to comes first, for servers that check references entry by entry.
_ORDER = (
    "CodeSystem",
    "ValueSet",
    "Organization",
    "Location",
    "EvidenceVariable",
    "Patient",
    "Group",
    "ResearchStudy",
    "ResearchSubject",
    "Procedure",
    "Condition",
    "MedicationAdministration",
    "AdverseEvent",
    "Observation",
    "Evidence",
    "Provenance",
)


def write_bundles(folder: Path, target: Path, *, size: int = 500) -> list[Path]:
    """Write the NDJSON files of a folder as transaction Bundles, and return their paths.

    Each entry is a PUT to the resource's own id, so that sending a Bundle again changes nothing.
    A reference may name a resource of an earlier Bundle: send them in the order of their names.

    Args:
        folder: holds `<Type>.ndjson` files.
        target: folder to write; it is made where it is not there.
        size: the most entries of a Bundle.

    Raises:
        WriteError: E4034, the folder or the disk does not take a file.
    """
    target.mkdir(parents=True, exist_ok=True)
    entries = _entries(folder)
    written: list[Path] = []
    while part := list(islice(entries, size)):
        path = target / f"Bundle.{len(written):04}.json"
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": part}
        write_bytes(path, orjson.dumps(bundle) + b"\n")
        written.append(path)
    return written


def ordered_files(folder: Path) -> list[Path]:
    """Return the NDJSON files of a folder, those whose resources are referred to first."""
    return sorted(folder.glob("[A-Z]*.ndjson"), key=lambda each: _rank(each.stem))


def _entries(folder: Path) -> Iterator[dict[str, Any]]:
    for path in ordered_files(folder):
        with path.open("rb") as stream:
            for line in stream:
                address = f"{path.stem}/{orjson.loads(line)['id']}"
                request = {"method": "PUT", "url": address}
                # The text of the resource is kept, so that no number is written anew.
                yield {"resource": orjson.Fragment(line.strip()), "request": request}


def _rank(resource_type: str) -> tuple[int, str]:
    rank = _ORDER.index(resource_type) if resource_type in _ORDER else len(_ORDER)
    return rank, resource_type
