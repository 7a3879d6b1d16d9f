"""What a conversion wrote, taken at its manifest's word only where every digest agrees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.metadata import DatasetMetadata, dataset_from_json

_OWN = ("manifest.json", "findings.json", "report.html", "report.json")


@dataclass(frozen=True, slots=True)
class Outputs:
    """A folder that `convert` wrote: its manifest, its findings, its datasets."""

    folder: Path
    manifest: Mapping[str, Any]
    findings: tuple[Mapping[str, Any], ...]
    datasets: tuple[DatasetMetadata, ...]

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each file by its path."""
        return {each["path"]: each["size"] for each in self.manifest["files"]}

    @property
    def encoding(self) -> str:
        """The encoding of the text in the transport files."""
        return str(self.manifest["encoding"])

    @property
    def languages(self) -> dict[str, str]:
        """The encoding of each language that was written beside English."""
        made: Mapping[str, Any] = self.manifest.get("languages", {})
        return {name: str(each["encoding"]) for name, each in made.items()}


def verified_outputs(folder: Path) -> Outputs:
    """Return what a conversion wrote into a folder.

    Raises:
        DataError: E5090 there is no manifest of ours; E5091 a file is not there, is not what the
            manifest says, or is there without it.
    """
    try:
        manifest: Any = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        findings: Any = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        listed = {str(each["path"]): str(each["sha256"]) for each in manifest["files"]}
        datasets = tuple(dataset_from_json(each) for each in manifest["datasets"])
    except OSError as error:
        raise _no_output(folder, f"'{Path(str(error.filename)).name}' cannot be read") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_output(folder, "the manifest or the findings are not ours") from error
    faults = [
        _fault(folder, path, problem)
        for path, digest in listed.items()
        if (problem := _problem(folder, path, digest))
    ]
    there = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}
    for path in sorted(there - listed.keys() - {*_OWN}):
        faults.append(_fault(folder, path, "the manifest does not name this file"))
    if faults:
        raise DataError(faults)
    return Outputs(folder, manifest, tuple(findings), datasets)


def _problem(folder: Path, name: str, digest: str) -> str:
    """Return what is wrong with a file that the manifest names, or ''."""
    pure = PurePosixPath(name)
    path = folder / pure
    if pure.is_absolute() or ".." in pure.parts or path.is_symlink():
        return "the manifest names a file outside its folder"
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return "the file is not there"
    return "" if found == digest else "the file is not the one that the manifest names"


def _fault(folder: Path, path: str, problem: str) -> Diagnostic:
    return Diagnostic("E5091", Place(str(folder / path)), problem, "convert the study again")


def _no_output(folder: Path, problem: str) -> DataError:
    remedy = "name a folder that `trialport convert` wrote"
    return DataError([Diagnostic("E5090", Place(str(folder)), problem, remedy)])
