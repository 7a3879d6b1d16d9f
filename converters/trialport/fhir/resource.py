"""Resources from records: the content of a mapping, filled for each record of its table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from trialport.fhir.findings import Findings
from trialport.fhir.identity import identity_key, resource_id
from trialport.fhir.schema import Definitions
from trialport.fhir.template import Fill, Slot, Template
from trialport.fhir.values import Value, finite, json_values
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
    template = Template(step, definitions)
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
        is_missing |= _nulls(batch.column(name))
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
    columns = [finite(batch.column(each.column)) for each in template.slots]
    for slot, column in zip(template.slots, columns, strict=True):
        _report_infinite(batch.column(slot.column), column, slot, step.type, ids, findings)
    values = [
        json_values(column, slot.type, offset)
        for slot, column in zip(template.slots, columns, strict=True)
    ]
    patterns, fills = _patterns(columns, batch.num_rows, template)
    rows = zip(*values, strict=True) if values else iter([()] * len(ids))
    resources: list[dict[str, Any]] = []
    for key, id_, pattern, row in zip(keys, ids, patterns, rows, strict=True):
        resource: dict[str, Any] = {"resourceType": step.type, "id": id_}
        if identifier is not None:
            resource["identifier"] = identifier(key)
        resource.update(fills[pattern](row))
        resources.append(resource)
    slots = list(zip(template.slots, values, strict=True))
    coded = [column for slot, column in slots if slot.key in {"code", "system"}]
    return Built(
        type=step.type,
        resources=resources,
        identities=keys,
        kinds=list(zip([step.step.name] * len(ids), patterns, *coded, strict=True)),
        references=[(slot.path, column) for slot, column in slots if slot.key == "reference"],
        periods=[(path, values[start], values[end]) for path, start, end in template.periods],
    )


def _patterns(
    columns: Sequence[pa.Array], length: int, template: Template
) -> tuple[list[bytes], dict[bytes, Fill]]:
    """Return for each row its pattern of nulls, and for each pattern what fills the content."""
    nulls = np.zeros((length, max(1, len(columns))), dtype=bool)
    for number, column in enumerate(columns):
        nulls[:, number] = _nulls(column)
    packed = np.packbits(nulls, axis=1)
    width = packed.shape[1]
    joined = packed.tobytes()
    patterns = [joined[at : at + width] for at in range(0, width * length, width)]
    first = {pattern: row for row, pattern in reversed(list(enumerate(patterns)))}
    return patterns, {
        pattern: template.fill(np.flatnonzero(nulls[row]).tolist())
        for pattern, row in first.items()
    }


def _nulls(column: pa.Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if not column.null_count:
        return np.zeros(len(column), dtype=bool)
    return column.is_null().to_numpy(zero_copy_only=False)


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


def _report_infinite(
    given: pa.Array,
    kept: pa.Array,
    slot: Slot,
    resource_type: str,
    ids: Sequence[str],
    findings: Findings,
) -> None:
    if given.null_count == kept.null_count:
        return
    for number in np.flatnonzero(_nulls(kept) & ~_nulls(given)).tolist():
        value = given[number].as_py()
        problem = f"{value} is a number that JSON cannot write; the element is left out"
        remedy = "correct the record or the expression"
        findings.add("E4211", f"{resource_type}/{ids[number]}", slot.path, problem, remedy)
