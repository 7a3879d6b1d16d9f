"""The check of every resource that is written: structure, codes, references, invariants."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from trialport.fhir.codes import code_fault
from trialport.fhir.findings import Findings
from trialport.fhir.invariants import breaches
from trialport.fhir.models import has_model, model_faults
from trialport.fhir.schema import Definitions
from trialport.fhir.schema_faults import schema_faults
from trialport.fhir.survey import Survey, survey

_ABSOLUTE = ("http:", "https:", "urn:", "#")


class Checker:
    """Checks the resources of one run, one after the other, and at the end what they refer to.

    Every resource goes through the schema and the invariants; every code, and every shape through
    the models, once. References are complete when all resources have been seen.
    """

    def __init__(
        self, definitions: Definitions, findings: Findings, *, with_models: bool = True
    ) -> None:
        self._definitions = definitions
        self._findings = findings
        self._with_models = with_models
        self._shapes: set[Hashable] = set()
        self._codes: set[tuple[str, str]] = set()
        self._pending: dict[str, str] = {}

    def check(self, resource: Mapping[str, Any], identity: str = "") -> None:
        """Check one resource.

        Codes: E4210, E4220, E4222, E4225 and E4228 from the schema; E4224 and E4228 invariants;
        E4223, E4226 and E4227 codes, told at the first resource that has them; E4230 models.

        Args:
            resource: the resource; it is not changed.
            identity: what its record is known by, for messages where the id does not tell.
        """
        resource_type = str(resource.get("resourceType", ""))
        name = _name(resource_type, str(resource.get("id", "")), identity)
        is_valid = self._definitions.validator(resource_type).is_valid(resource)
        if not is_valid:
            for fault in schema_faults(resource, resource_type, self._definitions):
                self._findings.add(fault.code, name, fault.element, fault.problem, fault.remedy)
        found = survey(resource)
        for breach in breaches(resource, found):
            self._findings.add(breach.code, name, breach.element, breach.problem)
        self._check_codes(found, name)
        for reference in found.references:
            self._pending.setdefault(reference, name)
        if is_valid and self._with_models:
            self._check_model(resource, found, name)

    def seen(self, resource_type: str, id_: str) -> None:
        """Take note of a resource that is written: references to it resolve."""
        self._pending.pop(f"{resource_type}/{id_}", None)

    def finish(self) -> None:
        """Report E4221, once for each reference that names no resource that is written."""
        for reference, holder in self._pending.items():
            if not reference.startswith(_ABSOLUTE):
                problem = f"'{reference}' names no resource that is written"
                remedy = "write the resource too, or correct the identity in reference(...)"
                self._findings.add("E4221", holder, "reference", problem, remedy)

    def _check_codes(self, found: Survey, name: str) -> None:
        for system, code in found.codes:
            if (system, code) in self._codes:
                continue
            self._codes.add((system, code))
            fault = code_fault(system, code, self._definitions.systems)
            if fault is not None:
                self._findings.add(
                    fault.code, name, "code", fault.problem, fault.remedy, severity=fault.severity
                )

    def _check_model(self, resource: Mapping[str, Any], found: Survey, name: str) -> None:
        """Report E4230 for a shape that the schema takes and the model refuses."""
        version = self._definitions.version
        if found.shape in self._shapes or not has_model(str(resource["resourceType"]), version):
            return
        self._shapes.add(found.shape)
        for element, problem in model_faults(resource, version):
            self._findings.add("E4230", name, element, f"fhir.resources refuses it: {problem}")


def _name(resource_type: str, id_: str, identity: str) -> str:
    shown = f"{resource_type}/{id_}"
    return shown if not identity or identity.replace("|", "-") == id_ else f"{shown} ({identity})"
