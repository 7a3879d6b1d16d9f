"""Which columns of a record, or which constants, an element of its resource is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from trialport.diagnostics import DataError, Diagnostic, Place, did_you_mean
from trialport.fhir.filled import Writing, fill
from trialport.fhir.schema import Definitions
from trialport.fhir.template import Template
from trialport.plan.model import ResourceStep
from trialport.spec.coded import CodedBy
from trialport.spec.nodes import Content, Each, Element, Leaf, Repeated

_PART = re.compile(r"(_?[A-Za-z][A-Za-z0-9]*)(?:\[([0-9]+)\])?")

Part = tuple[str, int | None]
"""The name of an element, and which of several it is, from 0."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands at a path: the column that fills it, or a constant and where it is written."""

    path: str
    place: Place
    column: str = ""
    constant: str = ""


def parts_of(path: str) -> list[Part]:
    """Return the parts of a path; E3289 for what is none.

    >>> parts_of("component[1].valueQuantity.value")
    [('component', 1), ('valueQuantity', None), ('value', None)]
    """
    found = [_PART.fullmatch(each) for each in path.split(".")]
    if not all(found):
        raise refused(f"'{path}' is no path of elements", "write e.g. component[0].valueInteger")
    return [(each[1], int(each[2]) if each[2] else None) for each in found if each is not None]


def written_at(resource: Any, parts: Sequence[Part]) -> Any:  # noqa: ANN401
    """Return what a resource has at a path, or None where it has nothing."""
    value = resource
    for name, number in parts:
        value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, list):
            at = number or 0
            value = value[at] if at < len(value) else None
    return value


def pieces_at(
    step: ResourceStep,
    parts: Sequence[Part],
    record: pa.RecordBatch,
    definitions: Definitions,
    writing: Writing,
) -> list[Piece]:
    """Return what an element of the resource of a record is made of, in the order written.

    Args:
        step: the plan of the resource.
        parts: the path of the element; of one that is repeated, which of those that are written.
        record: the record, one row of the step's table.
        definitions: the types of the FHIR version that the content is written for.
        writing: how values are written.

    Raises:
        DataError: E3289, the content has no such element, or it is not said which of several.
    """
    walk = _Walk(record, definitions, writing)
    return list(walk.pieces(step.content, step.type, "", list(parts)))


@dataclass(frozen=True, slots=True)
class _Walk:
    record: pa.RecordBatch
    definitions: Definitions
    writing: Writing

    def pieces(
        self, content: Content, kind: str, path: str, parts: Sequence[Part]
    ) -> Iterator[Piece]:
        """Yield what stands at the parts of a path that begins in content of a type."""
        content = content.content if isinstance(content, Each) else content
        if not parts:
            yield from _below(content, path)
        elif isinstance(content, Element):
            yield from self._child(content, kind, path, parts)
        else:
            raise refused(f"'{path}' has no elements", "")

    def _child(
        self, element: Element, kind: str, path: str, parts: Sequence[Part]
    ) -> Iterator[Piece]:
        (name, number), *rest = parts
        where = f"{path}.{name}" if path else name
        child = element.children.get(name)
        if child is None:
            if not isinstance(element.coded, CodedBy):
                problem = f"the content writes no '{where}'"
                raise refused(problem, did_you_mean(name, element.children))
            yield from _codes(element, path)
            return
        own = self.definitions.element_type(kind, name)
        if isinstance(child, Repeated | Each):
            items = child.items if isinstance(child, Repeated) else (child,)
            at, item = self._chosen(items, kind, where, name, number)
            yield from self.pieces(item, own, f"{where}[{at}]", rest)
        else:
            yield from self.pieces(child, own, where, rest)

    def _chosen(
        self, items: Sequence[Content], kind: str, where: str, name: str, number: int | None
    ) -> tuple[int, Content]:
        """Return which of the elements that are written is meant, and what is written for it."""
        counts = [self._count(each, kind, name) for each in items]
        if not any(counts):  # why none is written is told by what they are made of
            counts = [1] * len(items)
        total = sum(counts)
        if number is None and total > 1:
            raise refused(f"'{where}' is there {total} times", f"name one: {where}[0]")
        wanted, before = number or 0, 0
        for item, count in zip(items, counts, strict=True):
            if wanted < before + count:
                return wanted, item
            before += count
        raise refused(f"'{where}' is there {total} times", f"the last is {where}[{total - 1}]")

    def _count(self, item: Content, kind: str, name: str) -> int:
        """Return how many elements are written of the record for an item of a list."""
        template = Template(item, kind, name, name, self.definitions, self.writing.version)
        made = fill(template, 1, self.record.column, self.writing, lambda *_: None).content(0)
        return len(made) if isinstance(item, Each) and made else int(made is not None)


def _below(content: Content, path: str) -> Iterator[Piece]:
    if isinstance(content, Leaf):
        if content.value is not None:
            yield Piece(path, content.place, str(content.constant))
        else:
            yield Piece(path, content.place, constant=_constant(content.constant))
    elif isinstance(content, Repeated):
        for place, each in enumerate(content.items):
            yield from _below(each, f"{path}[{place}]")
    elif isinstance(content, Each):
        yield from _below(content.content, path)
    else:
        yield from _codes(content, path)
        for name, each in content.children.items():
            yield from _below(each, f"{path}.{name}" if path else name)


def _codes(element: Element, path: str) -> Iterator[Piece]:
    coded = element.coded
    if not isinstance(coded, CodedBy):
        return
    if coded.concept is not None:
        yield Piece(path, element.place, constant=f"concept {coded.concept.text}".strip())
    for column in (coded.column, coded.display):
        if column:
            yield Piece(path, element.place, column)


def _constant(value: object) -> str:
    kind = "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{{{kind}: {shown}}}"


def refused(problem: str, remedy: str) -> DataError:
    """Return E3289."""
    return DataError([Diagnostic("E3289", Place(), problem, remedy)])
