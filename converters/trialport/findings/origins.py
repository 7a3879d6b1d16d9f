"""Where values at fault come from, as plain values and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from trialport.diagnostics import Diagnostic, Origin, Place
from trialport.findings.baseline import finding_of
from trialport.findings.fingerprint import fingerprint


def origin_json(origin: Origin) -> dict[str, Any]:
    """Return an origin as plain values: `specification` and `cells`, each with file and line."""
    line = {"specification": _json(origin.line)} if origin.line else {}
    return line | {"cells": [_json(each) for each in origin.cells]}


def with_known_origins(found: Iterable[Diagnostic], folder: Path) -> list[Diagnostic]:
    """Return findings with the origins that the conversion into a folder noted for them.

    What `findings.json` does not tell stays as it is.
    """
    known = _known(folder / "findings.json")
    return [
        replace(each, origin=known[mark])
        if known and not each.origin and (mark := fingerprint(each)) in known
        else each
        for each in found
    ]


def _known(file: Path) -> dict[str, Origin]:
    try:
        entries: Any = json.loads(file.read_bytes())
        return {
            fingerprint(finding_of(each)): _origin(each["origin"])
            for each in entries
            if "origin" in each
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # a folder that no conversion wrote


def _json(place: Place) -> dict[str, Any]:
    values = {"file": place.file, "line": place.line, "column": place.column}
    return {key: value for key, value in values.items() if value}


def _origin(entry: Mapping[str, Any]) -> Origin:
    line = entry.get("specification")
    return Origin(_place(line) if line else None, tuple(map(_place, entry["cells"])))


def _place(entry: Mapping[str, Any]) -> Place:
    return Place(str(entry["file"]), entry.get("line"), str(entry.get("column", "")))
