"""The study's own code systems and value sets, which its resources refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from trialport.fhir.identity import PLAIN, Naming, identity_key


def local_prefix(studyid: str) -> str:
    """Return how the URLs of a study's own code systems begin."""
    return f"urn:trialport:{quote(studyid, safe='')}:"


def local_systems(
    codes: Mapping[str, Mapping[str, str]], studyid: str, naming: Naming = PLAIN
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a CodeSystem and the ValueSet of all its codes for each system, with their identities.

    Args:
        codes: display (or '') by code, by URL of the system.
        studyid: part of the ids; the rest is what tells the systems of a study apart.
        naming: how resources are named.
    """
    for url in sorted(codes):
        name = url.removeprefix(local_prefix(studyid))
        identity = studyid, name
        concepts = [
            {"code": code, "display": display} if display else {"code": code}
            for code, display in sorted(codes[url].items())
        ]
        value_set = f"{url}:all"
        system = {
            "url": url,
            "title": f"{studyid}: {name}",
            "status": "active",
            "caseSensitive": True,
            "valueSet": value_set,
            "content": "complete",
            "count": len(concepts),
            "concept": concepts,
        }
        chosen = {
            "url": value_set,
            "title": f"{studyid}: {name}",
            "status": "active",
            "compose": {"include": [{"system": url}]},
        }
        for resource_type, elements in (("CodeSystem", system), ("ValueSet", chosen)):
            id_ = naming.id(resource_type, identity_key(identity))
            yield identity_key(identity), {"resourceType": resource_type, "id": id_, **elements}
