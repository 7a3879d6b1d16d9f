"""The check of every resource that is written: structure, codes, references, invariants."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import numpy as np

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
from trialport.fhir.slot_values import Mask, SlotValues, numbered
from trialport.fhir.survey import Survey, survey

# What depends on more than the shape is computed for every resource or every kind of them, and not
# asked in FHIRPath.
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
        self._asked = definitions.without_invariants(_COMPUTED)
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

        A resource whose values satisfy the schemas of their elements is as right as the first one
        of its kind, which the schema of the resource is asked about (`column_check`).
        """
        kinds = self._kinds.setdefault(built.name, set())
        filled = built.filled
        is_valid = partial(self._definitions.is_valid, built.type)
        new: dict[int, dict[str, Any]] = {}
        for kind, record in SlotValues(filled.kinds, filled.kind_of).firsts():
            if kind not in kinds:
                kinds.add(kind)
                new[record] = built.resource(record)
                if not is_valid(new[record]):
                    self._faulty.add(kind)
        is_faulty = np.array([each in self._faulty for each in filled.kinds], dtype=bool)
        doubtful = self._are_doubtful(built) | is_faulty[filled.kind_of]
        doubtful |= built.has_ranges
        doubtful[list(new)] = True
        for record in np.flatnonzero(doubtful).tolist():
            resource = new.get(record) or built.resource(record)
            identity = built.identities[record].as_py()
            if not is_valid(resource):
                self._check_structure(resource, identity)
            if record in new:
                found = survey(resource)
                self._check_kind(resource, found, identity)
                name = _name(resource, identity)
                self._check_ranges(name, found)
                for path, reference in found.references:
                    self._pending.setdefault(reference, (name, path))
            elif built.has_ranges:
                self._check_ranges(_name(resource, identity), survey(resource))
        self._check_columns(built)

    def _are_doubtful(self, built: Built) -> Mask:
        """Return which resources have a value that may be wrong although their kind is right."""
        filled = built.filled
        if built.name not in self._columns:
            is_whole = not built.is_changed and not filled.items
            checks = [column_check(each, self._definitions) for each in filled.slots if is_whole]
            self._columns[built.name] = checks if is_whole else None
        checks = self._columns[built.name]
        if checks is None:
            return np.ones(len(built), dtype=bool)
        doubtful = np.zeros(len(built), dtype=bool)
        for check, values in zip(checks, filled.columns, strict=True):
            if check is not None:
                doubtful |= np.append(~check(values.distinct), False)[values.places]
        return doubtful

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
        for path, starts, ends in built.filled.periods:
            numbers, first = numbered([starts, ends])
            wrong = [ends_before_start(starts[each], ends[each]) for each in first.tolist()]
            for record in np.flatnonzero(np.array(wrong, dtype=bool)[numbers]).tolist():
                name = self._name_of(built, record)
                self._report_period(name, path, starts[record], ends[record])
        for path, references in built.filled.references:
            for reference, record in references.firsts():
                if reference not in self._pending:
                    self._pending[str(reference)] = self._name_of(built, record), path

    def _name_of(self, built: Built, record: int) -> str:
        return _shown(built.type, built.ids[record].as_py(), built.identities[record].as_py())

    def _check_ranges(self, name: str, found: Survey) -> None:
        for path, low, high in found.ranges:
            if low > high:
                problem = f"its low value is above its high one, {low} and {high} (rng-2)"
                self._findings.add("E4228", name, path, problem, "correct the record")

    def _check_period(self, name: str, path: str, start: object, end: object) -> None:
        if ends_before_start(start, end):
            self._report_period(name, path, start, end)

    def _report_period(self, name: str, path: str, start: object, end: object) -> None:
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
        if not self._definitions.is_valid(resource_type, resource):
            return
        if self._with_models and has_model(resource_type, version):
            for element, problem in model_faults(resource, version):
                self._findings.add("E4230", name, element, f"fhir.resources refuses it: {problem}")
        for each in broken_invariants(resource, self._asked):
            if each.reason:
                problem = f"the invariant {each.key} cannot be decided: {each.reason}"
                self._findings.add("E4228", name, each.element, problem, severity=Severity.WARNING)
            else:
                problem = f"the invariant {each.key} does not hold"
                self._findings.add("E4228", name, each.element, problem)


def _name(resource: Mapping[str, Any], identity: str) -> str:
    return _shown(resource.get("resourceType", ""), resource.get("id", ""), identity)


def _shown(resource_type: object, id_: object, identity: str) -> str:
    """Return `Type/id`, and the identity where the id does not show it."""
    shown = f"{resource_type}/{id_}"
    return shown if not identity or identity.replace("|", "-") == id_ else f"{shown} ({identity})"
