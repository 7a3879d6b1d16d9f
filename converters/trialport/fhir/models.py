"""A second opinion on structure: each distinct shape once through the models of fhir.resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trialport.fhir.schema import Version

# There is no model of plain R4; these two types differ in R4B, which would refuse valid ones.
_NOT_IN_R4B = frozenset({"Evidence", "EvidenceVariable"})


def has_model(resource_type: str, version: Version) -> bool:
    """Return whether there is a model that the resource type of the version fits."""
    return version == "R5" or resource_type not in _NOT_IN_R4B


def model_faults(resource: Mapping[str, Any], version: Version) -> Iterator[tuple[str, str]]:
    """Yield element and problem for what the model of the resource's type refuses.

    R4 resources are read by the models of R4B, which has the same elements for every type that
    `has_model` names. The models know no binding, no invariant and no target of a reference.
    """
    # The models take half a second to import and are wanted only where resources are written.
    from fhir_core.fhirabstractmodel import FHIRAbstractModel
    from pydantic import ValidationError

    # A module has models of elements that no resource holds: each is made when it is first asked.
    FHIRAbstractModel.model_config["defer_build"] = True
    if version == "R5":
        from fhir.resources import get_fhir_model_class
    else:
        from fhir.resources.R4B import get_fhir_model_class
    try:
        get_fhir_model_class(str(resource["resourceType"])).model_validate(dict(resource))
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            yield ".".join(str(part) for part in each["loc"]), each["msg"]
