"""The resources that references name: contained ones, entries of the Bundle, files beside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from trialport.read.fhir_files import Found, resources
from trialport.read.fhir_values import Evaluate, Focus, Items, PathError
from trialport.spec.fhir_path import Node


class References:
    """Looks up what a path has in the resource that a reference names.

    A file of a type is read when the first reference to the type is met, once for each path; what
    the path gives there is kept, and nothing else. `missing` collects references to nothing.
    """

    def __init__(self, path: Path, file: str) -> None:
        self._path, self._file = path, file
        self._is_bundle = PurePosixPath(file).suffix.lower() != ".ndjson"
        self._known: dict[tuple[Node, str], dict[str, Items | PathError]] = {}
        self.missing: list[str] = []

    def __call__(self, reference: Any, holder: Any, rest: Node, there: Evaluate) -> Items:  # noqa: ANN401 - JSON
        """Return what the rest of a path gives in the resource that is named."""
        text = reference.get("reference") if isinstance(reference, dict) else reference
        if not isinstance(text, str):
            return []
        if text.startswith("#"):
            return self._contained(text, holder, there)
        type_, name = _named(text)
        key = (rest, "" if self._is_bundle else type_)
        if key not in self._known:
            self._known[key] = dict(self._read(type_, there))
        found = self._known[key].get(text if self._is_bundle else name)
        if found is None:
            found = self._known[key].get(name)
        if isinstance(found, PathError):
            raise found
        if found is None:
            self.missing.append(text)
        return found or []

    def _contained(self, text: str, holder: Any, there: Evaluate) -> Items:  # noqa: ANN401 - JSON
        for each in holder.get("contained") or ():
            if isinstance(each, dict) and each.get("id") == text[1:]:
                return there(Focus([each], each))
        self.missing.append(text)
        return []

    def _read(self, type_: str, there: Evaluate) -> Iterator[tuple[str, Items | PathError]]:
        for found in self._resources(type_):
            items: Items | PathError
            try:
                items = there(Focus([found.resource], found.resource))
            except PathError as fault:
                items = fault
            yield f"{found.resource['resourceType']}/{found.resource.get('id')}", items
            if found.url:
                yield found.url, items

    def _resources(self, type_: str) -> Iterator[Found]:
        if self._is_bundle:
            yield from resources(self._path, self._file)
            return
        if not type_.isalpha():
            return
        folder = self._path.parent
        # Bulk exports of large systems number the files of a type: Patient.000.ndjson.
        for path in sorted([*folder.glob(f"{type_}.ndjson"), *folder.glob(f"{type_}.*.ndjson")]):
            if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
                yield from resources(path, str(PurePosixPath(self._file).with_name(path.name)))


def _named(reference: str) -> tuple[str, str]:
    """Return the type of a reference, and it as `Type/id` without server and version.

    >>> _named("https://x.org/fhir/Patient/1/_history/2"), _named("urn:uuid:1")
    (('Patient', 'Patient/1'), ('', 'urn:uuid:1'))
    """
    parts = reference.partition("/_history/")[0].split("/")
    if len(parts) < 2:
        return "", reference
    return parts[-2], "/".join(parts[-2:])
