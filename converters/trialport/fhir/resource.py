"""Resources from records: the content of a mapping, filled for each record of its table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from trialport.fhir.filled import fill, missing
from trialport.fhir.findings import Findings
from trialport.fhir.identity import identity_key, resource_id
from trialport.fhir.schema import Definitions
from trialport.fhir.template import Slot, Template
from trialport.fhir.values import Value, json_values
from trialport.plan.model import ResourceStep

# The garbage collector goes through all that is alive: the fewer resources, the faster.
_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Built:
    """Resources of one type, and what the checks need of each without looking into it.

    `identities` are what the ids are made of. Resources of one `kind` have the same elements and
    the same codes. `references` and `periods` hold the values of one element in each list, with
    the path of the element.
    """

    type: str
    resources: list[dict[str, Any]]
    identities: list[str]
    kinds: list[Hashable]
    references: list[tuple[str, Sequence[Value]]]
    periods: list[tuple[str, Sequence[Value], Sequence[Value]]]


def build(
    step: ResourceStep,
    batches: Iterable[pa.RecordBatch],
    definitions: Definitions,
    findings: Findings,
    *,
    studyid: str = "",
    offset: str = "",
) -> Iterator[Built]:
    """Yield one resource a record, in the order of the records, a batch at a time.

    `resourceType`, `id` and `identifier` come first, then the elements as written. An element that
    the type requires is not looked for here: the check of the whole resource reports it (E4210).

    Args:
        step: the plan of the resource.
        batches: the records of the step's table.
        definitions: the types of the FHIR version.
        findings: takes E4203, a record without identity, which gives no resource; E4211, a
            number that JSON cannot write, which is left out.
        studyid: part of the system of the identifier, which is added where the mapping writes
            none; without it there is no identifier.
        offset: the study's offset from UTC, for times that have none.
    """
    template = Template(step.content, step.type, "", "", definitions)
    is_written = "identifier" in template.elements
    identifier = None if is_written else _identifier(step, definitions, studyid)
    for batch in batches:
        named = _with_identity(step, batch, findings)
        for start in range(0, named.num_rows, _AT_ONCE):
            part = named.slice(start, _AT_ONCE)
            yield _built(step, part, template, identifier, findings, offset)


def _with_identity(step: ResourceStep, batch: pa.RecordBatch, findings: Findings) -> pa.RecordBatch:
    """Return the records whose identity is complete; report the others."""
    is_missing = np.zeros(batch.num_rows, dtype=bool)
    for name in step.identity:
        is_missing |= missing(batch.column(name))
    for number in np.flatnonzero(is_missing).tolist():
        values = (batch.column(name)[number].as_py() for name in step.identity)
        known = identity_key(["" if each is None else str(each) for each in values])
        problem = f"a part of the identity '{known}' is missing; the resource is not written"
        remedy = "complete the record, or leave such records out with 'where'"
        findings.add("E4203", step.type, "id", problem, remedy)
    return batch.filter(pa.array(~is_missing)) if is_missing.any() else batch


def _built(
    step: ResourceStep,
    batch: pa.RecordBatch,
    template: Template,
    identifier: Callable[[str], Any] | None,
    findings: Findings,
    offset: str,
) -> Built:
    parts = [map(str, json_values(batch.column(name))) for name in step.identity]
    identities = list(zip(*parts, strict=True))
    keys = [identity_key(each) for each in identities]
    ids = [resource_id(step.type, each) for each in identities]

    def report(slot: Slot, row: int, value: object) -> None:
        problem = f"{value} is a number that JSON cannot write; the element is left out"
        remedy = "correct the record or the expression"
        findings.add("E4211", f"{step.type}/{ids[row]}", slot.path, problem, remedy)

    filled = fill(template, batch.num_rows, batch.column, offset, report)
    resources: list[dict[str, Any]] = []
    for key, id_, content in zip(keys, ids, filled.contents, strict=True):
        resource: dict[str, Any] = {"resourceType": step.type, "id": id_}
        if identifier is not None:
            resource["identifier"] = identifier(key)
        resource.update(content)
        resources.append(resource)
    return Built(
        type=step.type,
        resources=resources,
        identities=keys,
        kinds=[(step.step.name, each) for each in filled.kinds],
        references=filled.references,
        periods=filled.periods,
    )


def _identifier(
    step: ResourceStep, definitions: Definitions, studyid: str
) -> Callable[[str], Any] | None:
    """Return what makes the identifier of an identity; None where the type takes none."""
    if not studyid or not definitions.element_type(step.type, "identifier"):
        return None
    system = f"urn:trialport:{quote(studyid, safe='')}:{step.type}"
    if definitions.is_repeated(step.type, "identifier"):
        return lambda key: [{"system": system, "value": key}]
    return lambda key: {"system": system, "value": key}
