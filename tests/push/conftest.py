from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.push.fhir_server import FhirServer, serving

Resource = dict[str, Any]


def patient(number: int) -> Resource:
    return {"resourceType": "Patient", "id": f"p{number:04}", "gender": "female"}


def observation(number: int, of: str = "p0000") -> Resource:
    return {
        "resourceType": "Observation",
        "id": f"o{number:04}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
        "subject": {"reference": f"Patient/{of}"},
        "valueQuantity": {"value": 7},
    }


@pytest.fixture
def server() -> Generator[FhirServer]:
    """Yield a server that stores what it is sent."""
    with serving() as server:
        yield server


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes resources as a conversion does, with keyed ids."""

    def write(resources: Iterable[Resource], ids: str = "keyed") -> Path:
        folder = tmp_path / "out" / "fhir" / "R4"
        folder.mkdir(parents=True, exist_ok=True)
        lines: dict[str, list[bytes]] = {}
        for each in resources:
            lines.setdefault(each["resourceType"], []).append(json.dumps(each).encode() + b"\n")
        output: list[dict[str, Any]] = []
        for name, listed in lines.items():
            text = b"".join(listed)
            (folder / f"{name}.ndjson").write_bytes(text)
            digest = hashlib.sha256(text).hexdigest()
            output.append({"type": name, "url": f"{name}.ndjson", "extension": {"sha256": digest}})
        manifest = {"output": output, "extension": {"ids": ids}}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return tmp_path / "out"

    return write
