"""The check of every resource that is written: structure, codes, references, invariants."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from trialport.diagnostics import Severity
from trialport.fhir.codes import code_fault
from trialport.fhir.column_check import Check, column_check
from trialport.fhir.fhirpath_invariants import broken_invariants
from trialport.fhir.findings import Findings
from trialport.fhir.invariants import component_repeats_code, ends_before_start
from trialport.fhir.models import has_model, model_faults
from trialport.fhir.resource import Built
from trialport.fhir.schema import Definitions
from trialport.fhir.schema_faults import schema_faults
from trialport.fhir.survey import Survey, survey

# What depends on more than the shape is computed for every resource or every kind of them.
_COMPUTED = frozenset({"obs-7", "per-1", "rng-2"})

_ABSOLUTE = ("http:", "https:", "urn:", "#")


class Checker:
    """Checks the resources of one run, one after the other, and at the end what they refer to.

    Codes: E4210, E4220, E4222, E4225 and E4228 from the schema; E4224 and E4228 from invariants;
    E4223, E4226 and E4227 codes, told at the first resource that has them; E4230 from the models
    of fhir.resources and E4228 from the FHIRPath of the definitions, which see each shape once;
    E4221 references, once each; E4229 a type that
    there is no definition of, once.
    """

    def __init__(
        self, definitions: Definitions, findings: Findings, *, with_models: bool = True
    ) -> None:
        self._definitions = definitions
        self._findings = findings
        self._with_models = with_models
        self._shapes: set[Hashable] = set()
        self._kinds: dict[str, set[Hashable]] = {}
        self._faulty: set[Hashable] = set()
        self._columns: dict[str, list[Check | None] | None] = {}
        self._codes: set[tuple[str, str]] = set()
        self._unchecked: set[str] = set()
        self._pending: dict[str, tuple[str, str]] = {}
        self._displays: dict[str, dict[str, str]] = {}

    def check(self, resource: Mapping[str, Any], identity: str = "") -> None:
        """Check one resource from anywhere.

        Args:
            resource: the resource; it is not changed.
            identity: what its record is known by, for messages where the id does not tell.
        """
        found = survey(resource)
        self._check_structure(resource, identity)
        self._check_kind(resource, found, identity)
        name = _name(resource, identity)
        for path, start, end in found.periods:
            self._check_period(name, path, start, end)
        self._check_ranges(name, found)
        for path, reference in found.references:
            self._pending.setdefault(reference, (name, path))

    def check_built(self, built: Built) -> None:
        """Check resources made from records: each by the schema, each kind by the rest.

        Where the values of all columns satisfy the schemas of their elements, the schema of the
        resource is asked once for each kind (`column_check`); else for every resource.
        """
        kinds = self._kinds.setdefault(built.name, set())
        are_told = self._are_columns_valid(built)
        is_valid = self._definitions.validator(built.type).is_valid
        for place, (resource, kind) in enumerate(zip(built.resources, built.kinds, strict=True)):
            is_new = kind not in kinds
            if (is_new or not are_told or kind in self._faulty) and not is_valid(resource):
                self._faulty.add(kind)
                self._check_structure(resource, built.identities[place])
            if is_new:
                kinds.add(kind)
                found = survey(resource)
                self._check_kind(resource, found, built.identities[place])
                name = _name(resource, built.identities[place])
                self._check_ranges(name, found)
                for path, reference in found.references:
                    self._pending.setdefault(reference, (name, path))
            elif built.has_ranges:
                name = _name(resource, built.identities[place])
                self._check_ranges(name, survey(resource))
        self._check_columns(built)

    def _are_columns_valid(self, built: Built) -> bool:
        """Return whether each value that differs between resources of a kind is right by itself."""
        if built.name not in self._columns:
            checks = [
                None if each.items is not None else column_check(each, self._definitions)
                for each in built.slots
            ]
            is_whole = not built.is_changed and all(each.items is None for each in built.slots)
            self._columns[built.name] = checks if is_whole else None
        checks = self._columns[built.name]
        return checks is not None and all(
            check is None or check(values)
            for check, values in zip(checks, built.columns, strict=True)
        )

    def codes_of(self, prefix: str) -> dict[str, dict[str, str]]:
        """Return the codes with their displays, of the systems whose URL begins with `prefix`."""
        return {url: each for url, each in self._displays.items() if url.startswith(prefix)}

    def seen(self, resource_type: str, id_: str) -> None:
        """Take note of a resource that is written: references to it resolve."""
        self._pending.pop(f"{resource_type}/{id_}", None)

    def waits_for(self, resource_type: str) -> bool:
        """Return whether a reference to a resource of the type is still to resolve."""
        start = f"{resource_type}/"
        return any(each.startswith(start) for each in self._pending)

    def finish(self) -> None:
        """Report E4221 for each reference that names no resource that is written."""
        for reference, (name, path) in self._pending.items():
            if not reference.startswith(_ABSOLUTE):
                problem = f"'{reference}' names no resource that is written"
                remedy = "write the resource too, or correct the identity in reference(...)"
                self._findings.add("E4221", name, path, problem, remedy)

    def _check_structure(self, resource: Mapping[str, Any], identity: str) -> None:
        """Report what the definition of the type does not allow, one element after the other."""
        name = _name(resource, identity)
        resource_type = str(resource.get("resourceType", ""))
        for fault in schema_faults(resource, resource_type, self._definitions):
            self._findings.add(fault.code, name, fault.element, fault.problem, fault.remedy)

    def _check_kind(self, resource: Mapping[str, Any], found: Survey, identity: str) -> None:
        """Check what resources of the same elements and codes have in common."""
        name = _name(resource, identity)
        resource_type = str(resource.get("resourceType", ""))
        if not self._definitions.defines(resource_type):
            self._report_unchecked(resource_type)
        for path, system, code in found.codes:
            self._check_code(name, path, system, code)
        for system, code, display in found.displays:
            known = self._displays.setdefault(system, {})
            known[code] = known.get(code) or display
        if resource_type == "Observation" and component_repeats_code(resource):
            problem = "it has the code of the observation itself, which has a value (obs-7)"
            self._findings.add("E4228", name, "component", problem)
        if found.shape not in self._shapes:
            self._shapes.add(found.shape)
            self._check_shape(resource, name)

    def _report_unchecked(self, resource_type: str) -> None:
        if resource_type not in self._unchecked:
            self._unchecked.add(resource_type)
            problem = f"there is no definition of '{resource_type}'; only fhir.resources checks it"
            self._findings.add("E4229", resource_type, "", problem, severity=Severity.WARNING)

    def _check_columns(self, built: Built) -> None:
        for path, starts, ends in built.periods:
            for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
                # Texts in order are periods in order, but for times of unlike offsets.
                if start is not None and (str(start) > str(end) or "T" in str(start)):
                    name = _name(built.resources[place], built.identities[place])
                    self._check_period(name, path, start, end)
        for path, references in built.references:
            known = self._pending
            for place, reference in enumerate(references):
                if reference is not None and reference not in known:
                    name = _name(built.resources[place], built.identities[place])
                    known[str(reference)] = (name, path)

    def _check_ranges(self, name: str, found: Survey) -> None:
        for path, low, high in found.ranges:
            if low > high:
                problem = f"its low value is above its high one, {low} and {high} (rng-2)"
                self._findings.add("E4228", name, path, problem, "correct the record")

    def _check_period(self, name: str, path: str, start: object, end: object) -> None:
        if ends_before_start(start, end):
            problem = f"the period ends before it starts, {start} to {end} (per-1)"
            self._findings.add("E4224", name, path, problem, "correct the record")

    def _check_code(self, name: str, path: str, system: str, code: str) -> None:
        if (system, code) in self._codes:
            return
        self._codes.add((system, code))
        fault = code_fault(system, code, self._definitions.systems)
        if fault is not None:
            where = f"{path}.code"
            weight = fault.severity
            self._findings.add(
                fault.code, name, where, fault.problem, fault.remedy, severity=weight
            )

    def _check_shape(self, resource: Mapping[str, Any], name: str) -> None:
        """Report E4230 and E4228 for a shape that the schema takes: the models, the invariants."""
        resource_type = str(resource.get("resourceType", ""))
        version = self._definitions.version
        if not self._definitions.validator(resource_type).is_valid(resource):
            return
        if self._with_models and has_model(resource_type, version):
            for element, problem in model_faults(resource, version):
                self._findings.add("E4230", name, element, f"fhir.resources refuses it: {problem}")
        for each in broken_invariants(resource, self._definitions):
            if each.key in _COMPUTED:
                continue
            if each.reason:
                problem = f"the invariant {each.key} cannot be decided: {each.reason}"
                self._findings.add("E4228", name, each.element, problem, severity=Severity.WARNING)
            else:
                problem = f"the invariant {each.key} does not hold"
                self._findings.add("E4228", name, each.element, problem)


def _name(resource: Mapping[str, Any], identity: str) -> str:
    """Return `Type/id`, and the identity where the id does not show it."""
    id_ = resource.get("id", "")
    shown = f"{resource.get('resourceType', '')}/{id_}"
    return shown if not identity or identity.replace("|", "-") == id_ else f"{shown} ({identity})"
