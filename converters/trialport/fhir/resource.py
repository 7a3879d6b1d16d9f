"""Resources from records: the content of a mapping, filled for each record of its table."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialport.fhir.filled import Writing, fill, missing
from trialport.fhir.findings import Findings
from trialport.fhir.identity import PLAIN, Naming, identity_key
from trialport.fhir.schema import Definitions, Version
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
    the path of the element; `columns` those of each slot. With `has_ranges` there are elements with
    a low and a high value; with `is_changed` the resources are of another version than the slots.
    """

    type: str
    resources: list[dict[str, Any]]
    identities: list[str]
    kinds: list[Hashable]
    references: list[tuple[str, Sequence[Value]]]
    periods: list[tuple[str, Sequence[Value], Sequence[Value]]]
    has_ranges: bool = False
    is_changed: bool = False
    slots: Sequence[Slot] = ()
    columns: Sequence[Sequence[Any]] = ()
    name: str = ""


def build(
    step: ResourceStep,
    batches: Iterable[pa.RecordBatch],
    definitions: Definitions,
    findings: Findings,
    *,
    studyid: str = "",
    offset: str = "",
    naming: Naming = PLAIN,
    version: Version = "R4",
) -> Iterator[Built]:
    """Yield one resource a record, in the order of the records, a batch at a time.

    `resourceType`, `id` and `identifier` come first, then the elements as written. An element that
    the type requires is not looked for here: the check of the whole resource reports it (E4210).
    With a key in `naming`, identifiers that are made here, those of persons and `meta.source` are
    hidden like the ids.

    Args:
        step: the plan of the resource.
        batches: the records of the step's table.
        definitions: the types of the FHIR version that the content is written for.
        findings: takes E4203, a record without identity, which gives no resource; E4211, a
            number that JSON cannot write, and E4231, a value without a code, which are left out.
        studyid: part of the system of the identifier, which is added where the mapping writes
            none; without it there is no identifier.
        offset: the study's offset from UTC, for times that have none.
        naming: how resources are named.
        version: the FHIR version that codes are spelled for.
    """
    template = Template(step.content, step.type, "", "", definitions, version)
    is_written = "identifier" in template.elements
    identifier = None if is_written else _identifier(step, definitions, studyid, naming)
    hide = _hidden(step, studyid, naming) if naming.key else None
    writing = Writing(offset, naming, version)
    for batch in batches:
        named = _with_identity(step, batch, findings)
        for start in range(0, named.num_rows, _AT_ONCE):
            part = named.slice(start, _AT_ONCE)
            built = _built(step, part, template, identifier, findings, writing)
            if hide is not None:
                for each in built.resources:
                    hide(each)
            yield built


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
    writing: Writing,
) -> Built:
    keys = _keys([batch.column(name) for name in step.identity])
    ids = writing.naming.ids(step.type, keys)

    def report(slot: Slot, row: int, value: object) -> None:
        _report(slot, f"{step.type}/{ids[row]}", value, findings)

    filled = fill(template, batch.num_rows, batch.column, writing, report)
    type_ = step.type
    if identifier is None:
        resources = [
            {"resourceType": type_, "id": id_, **content}
            for id_, content in zip(ids, filled.contents, strict=True)
        ]
    else:
        resources = [
            {"resourceType": type_, "id": id_, "identifier": identifier(key), **content}
            for key, id_, content in zip(keys, ids, filled.contents, strict=True)
        ]
    return Built(
        type=step.type,
        resources=resources,
        identities=keys,
        kinds=filled.kinds,
        references=filled.references,
        periods=filled.periods,
        has_ranges=template.has_ranges,
        slots=template.slots,
        columns=filled.columns,
        name=step.step.name,
    )


def _keys(columns: Sequence[pa.Array]) -> list[str]:
    """Return the identity of each record as one text."""
    if all(pa.types.is_string(each.type) for each in columns):
        return pc.binary_join_element_wise(*columns, "|").to_pylist()
    parts = [map(str, json_values(each)) for each in columns]
    return [identity_key(each) for each in zip(*parts, strict=True)]


def _report(slot: Slot, name: str, value: object, findings: Findings) -> None:
    """Report a value that is left out."""
    if slot.coded is not None:
        problem = f"'{value}' has no code in codelist '{slot.coded.codelist}'; it is left out"
        remedy = "give it a concept there, or give the codelist a system of its own"
        findings.add("E4231", name, slot.path, problem, remedy)
    else:
        problem = f"{value} is a number that JSON cannot write; the element is left out"
        findings.add("E4211", name, slot.path, problem, "correct the record or the expression")


def _identifier(
    step: ResourceStep, definitions: Definitions, studyid: str, naming: Naming
) -> Callable[[str], Any] | None:
    """Return what makes the identifier of an identity; None where the type takes none."""
    if not studyid or not definitions.element_type(step.type, "identifier"):
        return None
    system = f"urn:trialport:{quote(studyid, safe='')}:{step.type}"
    if definitions.is_repeated(step.type, "identifier"):
        return lambda key: [{"system": system, "value": naming.hidden(key)}]
    return lambda key: {"system": system, "value": naming.hidden(key)}


_PERSONS = frozenset({"Patient", "ResearchSubject"})


def _hidden(step: ResourceStep, studyid: str, naming: Naming) -> Callable[[dict[str, Any]], None]:
    """Return what hides the numbers of persons in a resource: identifiers and the source."""
    start = f"urn:trialport:{quote(studyid, safe='')}:"

    def hide(resource: dict[str, Any]) -> None:
        if step.type in _PERSONS:
            resource["identifier"] = [
                {**each, "value": naming.hidden(f"{each.get('system', '')}|{each['value']}")}
                for each in resource.get("identifier", [])
                if "value" in each
            ]
        source = resource.get("meta", {}).get("source")
        if source:
            resource["meta"] = {**resource["meta"], "source": start + naming.hidden(source)}

    return hide
