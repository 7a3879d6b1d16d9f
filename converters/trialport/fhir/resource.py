"""Resources from records: the content of a mapping, filled for each record of its table."""

# pyarrow makes its compute functions when it is imported, out of sight of a type checker.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trialport.fhir.filled import Filled, Writing, fill, missing
from trialport.fhir.findings import Findings
from trialport.fhir.identity import PLAIN, Naming, identity_key
from trialport.fhir.record_texts import RecordTexts, Whole
from trialport.fhir.schema import Definitions, Version
from trialport.fhir.slot_values import Places, SlotValues
from trialport.fhir.template import Slot, Template
from trialport.fhir.values import json_values
from trialport.plan.model import ResourceStep

Change = Callable[[dict[str, Any]], dict[str, Any]]
Identifier = Callable[[str], Any]

_AT_ONCE = 16_384
"""Resources that are made together: many for work on columns, few for the memory they take."""

_MOST_BYTES = 16 * 1024 * 1024
"""Size of the records of which resources are made together; those with many items are large."""


@dataclass(frozen=True, slots=True)
class Built:
    """Resources of one type, and what the checks need of each without looking into it.

    `name` is that of the step that they are made by. `identities` are what the `ids` are made of;
    `filled` what their content is. With `has_ranges` there are elements with a low and a high
    value; with `is_changed` the resources are of another version than what is filled.
    """

    type: str
    name: str
    ids: pa.Array
    identities: pa.Array
    filled: Filled
    has_ranges: bool
    is_changed: bool
    _whole: Whole
    _texts: RecordTexts

    def __len__(self) -> int:
        """Return the number of resources."""
        return self.filled.length

    def resource(self, record: int) -> dict[str, Any]:
        """Return the resource of a record."""
        named = self.ids[record].as_py(), self.identities[record].as_py()
        return self._whole(self.filled.content(record), named)

    def texts(self) -> Iterator[tuple[Places, pa.Array]]:
        """Yield numbers of records and the lines of NDJSON that their resources are."""
        every = np.arange(len(self))
        named = (SlotValues(each.to_pylist(), every) for each in (self.ids, self.identities))
        yield from self._texts.of(self.filled, tuple(named))


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
    change: Change | None = None,
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
        change: makes resources of another version of those that are made here.
    """
    template = Template(step.content, step.type, "", "", definitions, version)
    is_written = "identifier" in template.elements
    identifier = None if is_written else _identifier(step, definitions, studyid, naming)
    hide = _hidden(step, studyid, naming) if naming.key else None
    whole = _whole(step.type, identifier, hide, change)
    writing, texts = Writing(offset, naming, version), RecordTexts(whole, b"\n")
    for batch in batches:
        named = _with_identity(step, batch, findings)
        most = max(1, min(_AT_ONCE, _MOST_BYTES * named.num_rows // max(1, named.nbytes)))
        for start in range(0, named.num_rows, most):
            part = named.slice(start, most)
            identities = record_keys([part.column(name) for name in step.identity])
            ids = naming.ids(step.type, identities)
            filled = _filled(template, part, ids, step.type, writing, findings)
            yield Built(
                step.type,
                step.step.name,
                ids,
                identities,
                filled,
                template.has_ranges,
                change is not None,
                whole,
                texts,
            )


def _whole(
    resource_type: str, identifier: Identifier | None, hide: Change | None, change: Change | None
) -> Whole:
    """Return what makes resources of their content, their ids and their identities."""

    def whole(content: Any, named: Sequence[Any]) -> dict[str, Any]:  # noqa: ANN401
        made = {"resourceType": resource_type, "id": named[0]}
        if identifier is not None:
            made["identifier"] = identifier(named[1])
        made |= content
        if hide is not None:
            made = hide(made)
        return made if change is None else change(made)

    return whole


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


def _filled(
    template: Template,
    batch: pa.RecordBatch,
    ids: pa.Array,
    resource_type: str,
    writing: Writing,
    findings: Findings,
) -> Filled:
    def report(slot: Slot, record: int, value: object) -> None:
        _report(slot, f"{resource_type}/{ids[record]}", value, findings)

    return fill(template, batch.num_rows, batch.column, writing, report)


def record_keys(columns: Sequence[pa.Array]) -> pa.Array:
    """Return the identity of each record as one text."""
    if all(pa.types.is_string(each.type) for each in columns):
        return pc.binary_join_element_wise(*columns, "|")
    parts = [map(str, json_values(each)) for each in columns]
    return pa.array([identity_key(each) for each in zip(*parts, strict=True)], pa.string())


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
) -> Identifier | None:
    """Return what makes the identifier of an identity; None where the type takes none."""
    if not studyid or not definitions.element_type(step.type, "identifier"):
        return None
    system = f"urn:trialport:{quote(studyid, safe='')}:{step.type}"
    if definitions.is_repeated(step.type, "identifier"):
        return lambda key: [{"system": system, "value": naming.hidden(key)}]
    return lambda key: {"system": system, "value": naming.hidden(key)}


_PERSONS = frozenset({"Patient", "ResearchSubject"})


def _hidden(step: ResourceStep, studyid: str, naming: Naming) -> Change:
    """Return what hides the numbers of persons in a resource: identifiers and the source."""
    start = f"urn:trialport:{quote(studyid, safe='')}:"

    def hide(resource: dict[str, Any]) -> dict[str, Any]:
        if step.type in _PERSONS:
            resource["identifier"] = [
                {**each, "value": naming.hidden(f"{each.get('system', '')}|{each['value']}")}
                for each in resource.get("identifier", [])
                if "value" in each
            ]
        source = resource.get("meta", {}).get("source")
        if source:
            resource["meta"] = {**resource["meta"], "source": start + naming.hidden(source)}
        return resource

    return hide
