"""Write the FHIR schemas and code systems from the official definition packages.

    python mappings/fhir/build.py r4 hl7.fhir.r4.core.tgz
    python mappings/fhir/build.py r5 hl7.fhir.r5.core-5.0.0.tgz

`schema.json` holds one JSON Schema definition a type: HL7's own JSON schema takes arrays for
objects, empty arrays, two values for one choice, and resources without required primitives;
this one does not. It also carries the invariants that a schema can state. `codesystems.json`
holds the codes of the complete code systems that the types are bound to. `invariants.json` holds
the FHIRPath of every invariant of severity error that can be decided without looking outside the
resource, by type or path of the element that it is about.
"""

from __future__ import annotations

import argparse
import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

RESOURCES: str = (
    "AdverseEvent AllergyIntolerance Bundle CodeSystem Condition DiagnosticReport Encounter "
    "Evidence EvidenceVariable Group Immunization Location Medication MedicationAdministration "
    "MedicationRequest Observation Organization Patient Practitioner Procedure Provenance "
    "ResearchStudy ResearchSubject Specimen ValueSet"
)

# Code systems of other owners (DICOM, ISO, ASTM) stay out: their codes are theirs to give away.
OWNERS = ("http://hl7.org/fhir/", "http://terminology.hl7.org/CodeSystem/")

# Security labels that no binding of the types above reaches, but a trial's resources carry.
MORE_SYSTEMS = (
    "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
)

STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
REGEX = f"{STRUCTURE}regex"

# A time needs seconds and an offset; the year 0000 is none (the regular expression of R4). R5's
# own lets an offset follow a bare date, which no reader of R4 takes.
_DAY = (
    "([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000){}(0[1-9]|1[0-2]){}"
    "(0[1-9]|[1-2][0-9]|3[0-1])"
)
_CLOCK = (
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?"
    r"(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
)
_PARTIAL = _DAY.format("(-", "(-") + "{})?)?"


def _on_the_calendar(pattern: str) -> dict[str, Any]:
    """Return a type of dates: the pattern, and where that is right, a day that there is."""
    real = [{"pattern": "^[0-9]{4}(-[0-9]{2})?$"}, {"format": "date"}, {"format": "date-time"}]
    return {"type": "string", "pattern": pattern, "anyOf": [*real, {"not": {"pattern": pattern}}]}


PRIMITIVES: dict[str, dict[str, Any]] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "integer64": {"type": "string", "pattern": "^(0|[-+]?[1-9][0-9]*)$"},
    "positiveInt": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    "decimal": {"type": "number"},
    "date": _on_the_calendar(f"^{_PARTIAL.format('')}$"),
    "dateTime": _on_the_calendar(f"^{_PARTIAL.format('(' + _CLOCK + ')?')}$"),
    "instant": _on_the_calendar(f"^{_DAY.format('-', '-')}{_CLOCK}$"),
}


def main() -> None:
    """Read one package and write its files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("version", choices=("r4", "r5"))
    parser.add_argument("package", type=Path, help="the definition package, a .tgz")
    arguments = parser.parse_args()
    package = Package(arguments.package)
    schema = Schema(package, arguments.version)
    folder = HERE / arguments.version
    folder.mkdir(exist_ok=True)
    _write(folder / "schema.json", schema.definitions())
    _write(folder / "codesystems.json", schema.code_systems())
    _write(folder / "invariants.json", schema.invariants())


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Write an object with one line a key, keys sorted, so that changes can be read."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(content[key], ensure_ascii=False, separators=(',', ':'))}"
        for key in sorted(content)
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


class Package:
    """The definitions of one version: structures by name, value sets and systems by URL."""

    def __init__(self, path: Path) -> None:
        self.structures: dict[str, dict[str, Any]] = {}
        self.value_sets: dict[str, dict[str, Any]] = {}
        self.systems: dict[str, dict[str, Any]] = {}
        for item in _items(path):
            kind = item.get("resourceType")
            if kind == "StructureDefinition" and item["url"] == STRUCTURE + item["id"]:
                self.structures[item["id"]] = item
            elif kind == "ValueSet":
                self.value_sets[item["url"]] = item
            elif kind == "CodeSystem":
                self.systems[item["url"]] = item

    def codes(self, url: str) -> dict[str, list[str]] | None:
        """Return the codes of a value set by system, or None where they cannot be listed."""
        found = self.value_sets.get(url.split("|")[0])
        if found is None or "compose" not in found:
            return None
        kept: dict[str, list[str]] = {}
        for part in found["compose"]["include"]:
            codes = self._included(part)
            if codes is None:
                return None
            for system, each in codes.items():
                kept.setdefault(system, []).extend(each)
        for part in found["compose"].get("exclude", []):
            codes = self._included(part)
            if codes is None:
                return None
            for system, each in codes.items():
                kept[system] = [code for code in kept.get(system, []) if code not in each]
        return {system: sorted(set(each)) for system, each in kept.items() if each}

    def system_codes(self, url: str) -> list[str] | None:
        """Return every code of a complete code system, or None."""
        found = self.systems.get(url)
        if found is None or found["content"] != "complete":
            return None
        return sorted({each["code"] for each in _concepts(found)})

    def _included(self, part: Mapping[str, Any]) -> dict[str, list[str]] | None:
        if "filter" in part or ("system" in part and "valueSet" in part):
            return None
        if "valueSet" in part:
            every = [self.codes(each) for each in part["valueSet"]]
            return every[0] if len(every) == 1 else None
        if "concept" in part:
            return {part["system"]: [each["code"] for each in part["concept"]]}
        codes = self.system_codes(part["system"])
        return None if codes is None else {part["system"]: codes}

    def systems_of(self, url: str) -> set[str]:
        """Return the code systems that a value set draws from."""
        found = self.value_sets.get(url.split("|")[0], {})
        systems: set[str] = set()
        for part in found.get("compose", {}).get("include", []):
            systems |= {part["system"]} if "system" in part else set()
            for each in part.get("valueSet", []):
                systems |= self.systems_of(each)
        return systems


def _items(path: Path) -> Iterator[dict[str, Any]]:
    wanted = ("package/StructureDefinition-", "package/ValueSet-", "package/CodeSystem-")
    with tarfile.open(path) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.startswith(wanted) else None
            if stream is not None:
                yield json.load(stream)


def _concepts(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for each in node.get("concept", []):
        yield each
        yield from _concepts(each)


class Schema:
    """Makes the definitions of the resources, and of every type that they reach."""

    def __init__(self, package: Package, version: str) -> None:
        self.package = package
        self.version = version
        self.made: dict[str, Any] = {}
        self.todo: list[str] = []
        self.bound: set[str] = set()

    def definitions(self) -> dict[str, Any]:
        """Return the definitions by name."""
        self.todo = [*RESOURCES.split()]
        self.made["ResourceList"] = {
            "type": "object",
            "required": ["resourceType"],
            "properties": {"resourceType": {"enum": self._every_resource()}},
            # Resources inside resources may be of any type; those with a definition are held to it.
            "allOf": [
                {
                    "if": {"properties": {"resourceType": {"const": each}}},
                    "then": {"$ref": f"#/$defs/{each}"},
                }
                for each in RESOURCES.split()
            ],
        }
        while self.todo:
            name = self.todo.pop()
            if name not in self.made:
                self._type(name)
        for name, rules in INVARIANTS[self.version].items():
            self.made[name].setdefault("allOf", []).extend(
                {"title": title, **rule} for title, rule in rules.items()
            )
        return self.made

    def code_systems(self) -> dict[str, list[str]]:
        """Return the codes of the complete code systems that the types are bound to."""
        urls = {system for bound in self.bound for system in self.package.systems_of(bound)}
        owned = {each for each in urls if each.startswith(OWNERS)} | set(MORE_SYSTEMS)
        listed = {each: self.package.system_codes(each) for each in owned}
        return {url: codes for url, codes in listed.items() if codes}

    def invariants(self) -> dict[str, dict[str, str]]:
        """Return the FHIRPath of each invariant by key, by the type or path it is about.

        Those that the schema states for every element (ele-1, ext-1), those about XHTML and those
        that follow references are left out.
        """
        found: dict[str, dict[str, str]] = {}
        for name in self.made:
            structure = self.package.structures.get(name)
            for element in structure["snapshot"]["element"] if structure else ():
                for rule in element.get("constraint", ()):
                    # R4 takes 'as' for collections, which FHIRPath has not; R5 writes 'ofType'.
                    expression = rule.get("expression", "").replace(
                        "descendants().as(", "descendants().ofType("
                    )
                    is_stated = rule["key"] in {"ele-1", "ext-1"} or rule["severity"] != "error"
                    is_outside = any(each in expression for each in ("resolve()", "htmlChecks"))
                    # An element repeats the invariants of its type.
                    is_inherited = rule.get("source", f"{STRUCTURE}{name}") != f"{STRUCTURE}{name}"
                    is_own = "." not in element["path"] or not is_inherited
                    if expression and is_own and not is_stated and not is_outside:
                        found.setdefault(element["path"], {})[rule["key"]] = expression
        return found

    def _every_resource(self) -> list[str]:
        structures = self.package.structures.values()
        return sorted(
            each["id"] for each in structures if each["kind"] == "resource" and not each["abstract"]
        )

    def _type(self, name: str) -> None:
        structure = self.package.structures[name]
        elements = structure["snapshot"]["element"]
        if structure["kind"] == "primitive-type":
            self.made[name] = PRIMITIVES.get(name) or _text_type(elements)
            return
        children: dict[str, list[dict[str, Any]]] = {}
        root = elements[0]["path"]
        for element in elements[1:]:
            parent, _, _ = element["path"].rpartition(".")
            if ":" not in element.get("id", ""):
                children.setdefault(parent, []).append(element)
        for path, each in children.items():
            own = name if path == root else path
            self.made[own] = self._object(
                own, each, structure["kind"] == "resource" and own == name
            )

    def _object(
        self, name: str, elements: Iterable[Mapping[str, Any]], is_resource: bool
    ) -> dict[str, Any]:
        properties: dict[str, Any] = {"resourceType": {"const": name}} if is_resource else {}
        required = ["resourceType"] if is_resource else []
        rules: list[dict[str, Any]] = []
        for element in elements:
            key = element["path"].rpartition(".")[2]
            if element["max"] == "0":
                continue
            written = self._properties(key, element, is_resource)
            properties.update(written)
            if key.endswith("[x]"):
                rules.append(_one_of(name, key, list(written), element["min"]))
            elif element["min"] and f"_{key}" in written:
                rules.append({"if": {"required": [f"_{key}"]}, "else": {"required": [key]}})
            elif element["min"]:
                required.append(key)
        made: dict[str, Any] = {"type": "object", "minProperties": 1, "properties": properties}
        made["additionalProperties"] = False
        if required:
            made["required"] = required
        if rules:
            made["allOf"] = rules
        return made

    def _properties(
        self, key: str, element: Mapping[str, Any], is_resource: bool
    ) -> dict[str, Any]:
        """Return the keys of an element: two for a primitive, some for each type of a choice."""
        if "contentReference" in element:
            target = element["contentReference"].rpartition("#")[2]
            return {key: _repeated({"$ref": f"#/$defs/{target}"}, element)}
        found: dict[str, Any] = {}
        for kind in element["type"]:
            code = kind["code"]
            if code.startswith("http://hl7.org/fhirpath/"):
                plain = "uri" if key == "url" else "id" if is_resource else "string"
                self.todo.append(plain)
                return {key: {"$ref": f"#/$defs/{plain}"}}
            name = key.removesuffix("[x]") + (code[0].upper() + code[1:] if "[x]" in key else "")
            found[name] = _repeated(self._typed(kind, element), element)
            if code[0].islower() and code != "xhtml":
                self.todo.append("Element")
                extra: dict[str, Any] = {"$ref": "#/$defs/Element"}
                many = element["max"] != "1"
                found[f"_{name}"] = _repeated(
                    {"anyOf": [extra, {"type": "null"}]} if many else extra, element
                )
        return found

    def _typed(self, kind: Mapping[str, Any], element: Mapping[str, Any]) -> dict[str, Any]:
        code = kind["code"]
        if code in {"BackboneElement", "Element"} and not element["path"].endswith("[x]"):
            return {"$ref": f"#/$defs/{element['path']}"}
        if code in {"Resource", "DomainResource"}:
            return {"$ref": "#/$defs/ResourceList"}
        self.todo.append(code)
        rules = [
            *self._binding(code, element),
            *_targets(code, kind.get("targetProfile", [])),
            *_simple(kind.get("profile", [])),
        ]
        plain = {"$ref": f"#/$defs/{code}"}
        return {"allOf": [plain, *rules]} if rules else plain

    def _binding(self, code: str, element: Mapping[str, Any]) -> list[dict[str, Any]]:
        binding = element.get("binding", {})
        url = binding.get("valueSet", "").split("|")[0]
        if code not in {"code", "Coding", "CodeableConcept"} or not url:
            return []
        self.bound.add(url)
        codes = self.package.codes(url) if binding["strength"] == "required" else None
        if not codes:
            return []
        name = f"{'code' if code == 'code' else 'Coding'}:{url.rpartition('/')[2]}"
        self.made[name] = (
            {"enum": sorted({each for listed in codes.values() for each in listed})}
            if code == "code"
            else {"anyOf": [_coding(system, listed) for system, listed in sorted(codes.items())]}
        )
        bound: dict[str, Any] = {"$ref": f"#/$defs/{name}"}
        if code == "CodeableConcept":
            coding = {"coding": {"contains": bound}}
            bound = {"title": "binding", "required": ["coding"], "properties": coding}
        return [bound]


def _text_type(elements: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a primitive that is text, with the regular expression of its definition."""
    value = next(each for each in elements if each["path"].endswith(".value"))
    extensions = value["type"][0].get("extension", [])
    regex = [each["valueString"] for each in extensions if each["url"] == REGEX]
    made: dict[str, Any] = {"type": "string", "minLength": 1}
    if regex and regex[0] != r"[ \r\n\t\S]+":
        made["pattern"] = f"^({regex[0].removeprefix('^').removesuffix('$')})$"
    return made


def _repeated(schema: dict[str, Any], element: Mapping[str, Any]) -> dict[str, Any]:
    # The maximum in the base definition decides whether JSON writes an array.
    largest = element.get("base", element)["max"]
    if largest in {"0", "1"}:
        return schema
    made: dict[str, Any] = {"type": "array", "minItems": max(1, element["min"]), "items": schema}
    if element["max"] != "*":
        made["maxItems"] = int(element["max"])
    return made


def _one_of(name: str, key: str, names: list[str], least: int) -> dict[str, Any]:
    """Return the rule that at most one type of a choice is written, or exactly one."""
    chosen: list[dict[str, Any]] = []
    for each in (each for each in names if not each.startswith("_")):
        either = [{"required": [each]}]
        either += [{"required": [f"_{each}"]}] if f"_{each}" in names else []
        chosen.append(either[0] if len(either) == 1 else {"anyOf": either})
    if name == "Extension":
        # ext-1: an extension has a value or further extensions, never both, never neither.
        return {"title": "ext-1", "oneOf": [*chosen, {"required": ["extension"]}]}
    none: list[dict[str, Any]] = [] if least else [{"not": {"anyOf": list(chosen)}}]
    return {"title": key, "oneOf": [*chosen, *none]}


def _targets(code: str, profiles: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rule for the types that a reference may name."""
    names = sorted(each.rpartition("/")[2] for each in profiles)
    if not names or "Resource" in names or code not in {"Reference", "CodeableReference"}:
        return []
    pattern = f"^(#|urn:|https?:|({'|'.join(names)})/)"
    rule: dict[str, Any] = {"title": "target", "properties": {"reference": {"pattern": pattern}}}
    if code == "CodeableReference":
        rule["properties"]["reference"] = {"properties": {"reference": {"pattern": pattern}}}
    return [rule]


def _simple(profiles: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rule of a SimpleQuantity: no comparator."""
    is_simple = any(each.endswith("/SimpleQuantity") for each in profiles)
    return [{"title": "sqty-1", "properties": {"comparator": False}}] if is_simple else []


def _coding(system: str, codes: list[str]) -> dict[str, Any]:
    return {
        "required": ["system", "code"],
        "properties": {"system": {"const": system}, "code": {"enum": codes}},
    }


def _any_required(*names: str) -> dict[str, Any]:
    return {"anyOf": [{"required": [each]} for each in names]}


def _has_coding(element: str, system: str, *codes: str) -> dict[str, Any]:
    held = {
        "coding": {"contains": _coding(f"http://terminology.hl7.org/CodeSystem/{system}", [*codes])}
    }
    return {
        "required": [element],
        "properties": {element: {"required": ["coding"], "properties": held}},
    }


_OBSERVED = (
    "Quantity CodeableConcept String Boolean Integer Range Ratio SampledData Time DateTime Period "
    "Attachment Reference"
)
_ABATED = _any_required(
    *(f"abatement{each}" for each in ("DateTime", "Age", "Period", "Range", "String"))
)
_ENTERED_IN_ERROR = _has_coding("verificationStatus", "condition-ver-status", "entered-in-error")
_OVER = _has_coding("clinicalStatus", "condition-clinical", "resolved", "remission", "inactive")
_BOTH: dict[str, dict[str, Any]] = {
    "Quantity": {"qty-3": {"dependentRequired": {"code": ["system"]}}},
    "Observation": {
        "obs-6": {
            "not": {
                "required": ["dataAbsentReason"],
                **_any_required(*(f"value{each}" for each in _OBSERVED.split())),
            }
        }
    },
    "Observation.referenceRange": {"obs-3": _any_required("low", "high", "text")},
    "Organization": {"org-1": _any_required("identifier", "name")},
    "Patient.contact": {"pat-1": _any_required("name", "telecom", "address", "organization")},
    "ContactPoint": {"cpt-2": {"dependentRequired": {"value": ["system"]}}},
    "Attachment": {"att-1": {"dependentRequired": {"data": ["contentType"]}}},
    "Ratio": {
        "rat-1": {
            "dependentRequired": {"numerator": ["denominator"], "denominator": ["numerator"]},
            **_any_required("numerator", "extension"),
        }
    },
}

# Invariants of the standard, by type and name, that a JSON schema can state. Those that compare
# two values are in `converters/trialport/fhir/invariants.py`.
INVARIANTS: dict[str, dict[str, dict[str, Any]]] = {
    "r4": {
        **_BOTH,
        "MedicationAdministration.dosage": {
            "mad-1": _any_required("dose", "rateRatio", "rateQuantity")
        },
        "Group": {
            "grp-1": {
                "if": {"required": ["member"]},
                "then": {"properties": {"actual": {"const": True}}},
            }
        },
        "Condition": {
            "con-4": {"if": _ABATED, "then": _OVER},
            "con-5": {"if": _ENTERED_IN_ERROR, "then": {"properties": {"clinicalStatus": False}}},
        },
        "Condition.stage": {"con-1": _any_required("summary", "assessment")},
        "Condition.evidence": {"con-2": _any_required("code", "detail")},
    },
    "r5": {
        **_BOTH,
        "MedicationAdministration.dosage": {
            "mad-1": _any_required("dose", "rateRatio", "rateQuantity", "text")
        },
        "Reference": {"ref-2": _any_required("reference", "identifier", "display", "extension")},
        "Condition": {"con-3": {"if": _ABATED, "then": _OVER}},
        "Condition.stage": {"con-1": _any_required("summary", "assessment")},
    },
}

if __name__ == "__main__":
    main()
