"""Write the sample from the examples that HL7 publishes with FHIR R4.

    python samples/hl7_examples/build.py hl7.fhir.r4.examples-4.0.1.tgz

Kept are four patients and what is said of them: adverse events, medications, conditions,
procedures, vital signs and laboratory results. A resource is one line, without its narrative;
numbers stay as they are written.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

RAW = Path(__file__).parent / "raw"
PATIENTS = ("example", "f001", "f201", "pat1")
TYPES = [
    "Patient",
    "ResearchSubject",
    "ResearchStudy",
    "AdverseEvent",
    "MedicationStatement",
    "Condition",
    "Procedure",
    "Observation",
]
LABORATORIES = ("http://www.bmc.nl/zorgportal/identifiers/observations", "aumc.nl/labvalues")
OTHER = ("eye-color",)
"""An Observation that is neither a vital sign nor a laboratory result."""


def main() -> None:
    """Read the package and write one file a type."""
    RAW.mkdir(exist_ok=True)
    lines: dict[str, list[str]] = {each: [] for each in TYPES}
    with tarfile.open(sys.argv[1]) as package:
        for member in sorted(package.getmembers(), key=lambda each: each.name):
            type_ = Path(member.name).name.partition("-")[0]
            stream = package.extractfile(member) if type_ in TYPES else None
            if stream is not None:
                resource = _read(stream.read().decode("utf-8"))
                if _is_kept(resource):
                    lines[type_].append(_line(resource))
    for type_, found in lines.items():
        text = "".join(f"{each}\n" for each in found)
        (RAW / f"{type_}.ndjson").write_text(text, encoding="utf-8")


def _read(text: str) -> dict[str, Any]:
    return json.loads(text, parse_float=_marked, parse_int=_marked)


def _marked(number: str) -> str:
    return f"\0{number}\0"


def _is_kept(resource: dict[str, Any]) -> bool:
    if resource["resourceType"] == "Patient":
        return resource["id"] in PATIENTS
    if resource["resourceType"] == "ResearchStudy":
        return True
    subject = resource.get("subject") or resource.get("individual") or {}
    of_patient = subject.get("reference", "").removeprefix("Patient/") in PATIENTS
    return of_patient and (resource["resourceType"] != "Observation" or _is_result(resource))


def _is_result(observation: dict[str, Any]) -> bool:
    codes = [
        coding.get("code")
        for category in observation.get("category", ())
        for coding in category.get("coding", ())
    ]
    first = next(iter(observation.get("identifier", ())), {}).get("system", "")
    is_laboratory = "laboratory" in codes or first.endswith(LABORATORIES)
    return is_laboratory or "vital-signs" in codes or observation["id"] in OTHER


def _line(resource: dict[str, Any]) -> str:
    resource.pop("text", None)
    text = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    return re.sub(r'"\\u0000([^"\\]*)\\u0000"', r"\1", text)


if __name__ == "__main__":
    main()
