"""The resources that are to be sent: NDJSON files, those first that others refer to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from trialport.diagnostics import Diagnostic, Place, WriteError
from trialport.fhir.bundle import ordered_files
from trialport.fhir.manifest import has_keyed_ids
from trialport.fhir.schema import Version


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource: its type and id, its text as it stands in the file, and the digest of that."""

    type: str
    id: str
    json: bytes
    digest: bytes

    @property
    def address(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True)
class Output:
    """A folder of NDJSON files.

    `beside` is the folder of the whole conversion, next to which a journal can lie.
    `has_keyed_ids` tells whether the ids of subjects were made with a secret key.
    """

    folder: Path
    beside: Path
    version: Version
    has_keyed_ids: bool

    def entries(self) -> Iterator[Entry]:
        """Yield the resources, those that are referred to first.

        Raises:
            WriteError: E4412, a line is no resource with an id.
        """
        for path in ordered_files(self.folder):
            with path.open("rb") as stream:
                for number, line in enumerate(stream, start=1):
                    if line.strip():
                        yield _entry(line.strip(), Place(path.as_posix(), number))


def open_output(out: Path, version: Version | None = None) -> Output:
    """Return the resources of a folder: one that a conversion wrote, or NDJSON files.

    Args:
        out: e.g. `out/msc_gvhd`, or `out/msc_gvhd/fhir/R4`.
        version: the FHIR version; that of the folder's name, else R4, unless stated.

    Raises:
        WriteError: E4412, there are no resources, or they are not those of the manifest.
    """
    named: Version = "R5" if out.name == "R5" else "R4"
    wanted = version or named
    inside = out / "fhir" / wanted
    folder = inside if inside.is_dir() else out
    if not ordered_files(folder):
        problem = f"there are no NDJSON files of {wanted} resources"
        raise _unusable(Place(out.as_posix()), problem, "name a folder that `convert` wrote")
    whole = folder.resolve()
    beside = whole.parents[1] if whole.parent.name == "fhir" else whole
    _compare(folder, _manifest(folder))
    return Output(folder, beside, wanted, has_keyed_ids(folder))


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.exists():
        return {}
    try:
        manifest = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise _unusable(
            Place(path.as_posix()), f"this is no JSON: {error}", "convert again"
        ) from None
    return manifest if isinstance(manifest, dict) else {}


def _compare(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse files that are not those which the manifest describes."""
    listed = manifest.get("output")
    for each in listed if isinstance(listed, list) else []:
        path = folder / Path(str(each["url"])).name
        digest = hashlib.sha256()
        if path.exists():
            with path.open("rb") as stream:
                while part := stream.read(1 << 20):
                    digest.update(part)
        if digest.hexdigest() != each.get("extension", {}).get("sha256", digest.hexdigest()):
            problem = "the file is not the one that manifest.json describes"
            raise _unusable(Place(path.as_posix()), problem, "convert again")


def _entry(line: bytes, place: Place) -> Entry:
    try:
        resource = orjson.loads(line)
        return Entry(resource["resourceType"], resource["id"], line, hashlib.sha256(line).digest())
    except (orjson.JSONDecodeError, KeyError, TypeError):
        problem = "the line is no resource with an id"
        raise _unusable(place, problem, "`trialport fhir validate` tells more") from None


def _unusable(place: Place, problem: str, remedy: str) -> WriteError:
    return WriteError([Diagnostic("E4412", place, problem, remedy)])
