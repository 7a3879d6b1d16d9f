"""Resources from records: the content of a mapping, compiled once, filled for each record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from trialport.fhir.findings import Findings
from trialport.fhir.identity import identity_key, resource_id
from trialport.fhir.schema import Definitions
from trialport.fhir.values import Value, is_finite, json_values
from trialport.plan.model import ResourceStep
from trialport.spec.nodes import Content, Element, Leaf, Repeated

Row = Sequence[Value]
Make = Callable[[Row], Any]

# A constant of the study is filled like an expression, but says nothing about the record.
_STUDY_CONSTANT = re.compile(r"\s*study\.\w+\s*")


@dataclass(frozen=True, slots=True)
class Built:
    """A resource and the identity that its id is made of."""

    identity: str
    resource: dict[str, Any]


def build(
    step: ResourceStep,
    batches: Iterable[pa.RecordBatch],
    definitions: Definitions,
    findings: Findings,
    *,
    studyid: str,
    offset: str = "",
) -> Iterator[Built]:
    """Yield one resource a record, in the order of the records.

    `resourceType`, `id` and `identifier` come first, then the elements as written. Null values
    are left out, and with them every element that holds expressions of which none has a value;
    constants and `study.NAME` do not keep it. An element that the type requires is not looked
    for here: the check of the whole resource reports it (E4210).

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
    template = _Template(step, definitions)
    identifier = (
        None if "identifier" in template.elements else _identifier(step, definitions, studyid)
    )
    for batch in batches:
        columns = template.columns(batch, offset)
        names = [json_values(batch.column(each)) for each in step.identity]
        for number, row in enumerate(zip(*columns, strict=True) if columns else [()] * len(batch)):
            parts = [column[number] for column in names]
            if any(each is None for each in parts):
                _report_nameless(step, parts, findings)
                continue
            identity = [str(each) for each in parts]
            resource: dict[str, Any] = {
                "resourceType": step.type,
                "id": resource_id(step.type, identity),
            }
            if identifier is not None:
                resource["identifier"] = identifier(identity_key(identity))
            resource.update(template.fill(_finite(row, template, resource, findings)))
            yield Built(identity_key(identity), resource)


class _Template:
    """The content of one step: which columns it reads, and how a row becomes elements."""

    def __init__(self, step: ResourceStep, definitions: Definitions) -> None:
        assert isinstance(step.content, Element)
        self.definitions = definitions
        self.leaves: list[tuple[str, str, str]] = []
        self.elements = tuple(step.content.children)
        made = {
            name: self._compile(each, step.type, name)[0]
            for name, each in step.content.children.items()
        }
        self.fill = _object(made)

    def columns(self, batch: pa.RecordBatch, offset: str) -> list[list[Value]]:
        """Return the values of the leaves, one list each."""
        return [json_values(batch.column(name), kind, offset) for name, kind, _ in self.leaves]

    def _compile(
        self, content: Content, parent: str, name: str, path: str = ""
    ) -> tuple[Make, bool]:
        """Return what makes the content of a row, and whether it says anything about the record."""
        path = f"{path}.{name}" if path else f"{parent}.{name}"
        if isinstance(content, Leaf):
            return self._leaf(content, self.definitions.element_type(parent, name), path)
        if isinstance(content, Repeated):
            items = [
                self._compile(each, parent, name, path.rpartition(".")[0]) for each in content.items
            ]
            return _array([make for make, _ in items]), any(live for _, live in items)
        assert isinstance(content, Element)
        own = self.definitions.element_type(parent, name)
        made = {key: self._compile(each, own, key, path) for key, each in content.children.items()}
        makes = {key: make for key, (make, _) in made.items()}
        live = [key for key, (_, is_live) in made.items() if is_live]
        return (_object_if(makes, live) if live else _object_or_none(makes)), bool(live)

    def _leaf(self, leaf: Leaf, kind: str, path: str) -> tuple[Make, bool]:
        constant = leaf.constant
        if leaf.value is None:
            return (lambda _: constant), False
        place = len(self.leaves)
        self.leaves.append((str(constant), kind, path))
        is_live = not _STUDY_CONSTANT.fullmatch(leaf.value.text)
        return (lambda row: row[place]), is_live


def _object(makes: Mapping[str, Make]) -> Make:
    pairs = tuple(makes.items())
    return lambda row: {key: made for key, make in pairs if (made := make(row)) is not None}


def _object_or_none(makes: Mapping[str, Make]) -> Make:
    whole = _object(makes)
    return lambda row: whole(row) or None


def _object_if(makes: Mapping[str, Make], live: Iterable[str]) -> Make:
    whole = _object(makes)
    wanted = tuple(live)

    def make(row: Row) -> dict[str, Any] | None:
        made = whole(row)
        return made if any(key in made for key in wanted) else None

    return make


def _array(makes: Sequence[Make]) -> Make:
    return lambda row: [made for make in makes if (made := make(row)) is not None] or None


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


def _finite(row: Row, template: _Template, resource: Mapping[str, str], findings: Findings) -> Row:
    if all(map(is_finite, row)):
        return row
    for value, (_, _, path) in zip(row, template.leaves, strict=True):
        if not is_finite(value):
            where = f"{resource['resourceType']}/{resource['id']}"
            problem = f"{value} is a number that JSON cannot write; the element is left out"
            findings.add("E4211", where, path, problem, "correct the record or the expression")
    return [value if is_finite(value) else None for value in row]


def _report_nameless(step: ResourceStep, parts: Iterable[Value], findings: Findings) -> None:
    known = identity_key(["" if each is None else str(each) for each in parts])
    problem = f"a part of the identity '{known}' is missing; the resource is not written"
    remedy = "complete the record, or leave such records out with 'where'"
    findings.add("E4203", step.type, "id", problem, remedy)
