"""Plans of resources and records for them, made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import pyarrow as pa
from sqlglot import exp
from trialport.diagnostics import Place
from trialport.fhir.resource import Built
from trialport.plan.model import ResourceStep, Step
from trialport.spec.nodes import Content, Element, Expression, Leaf, Repeated

HERE = Place("fhir/test.yaml", 1)

Written = str | Sequence["Written"] | Mapping[str, "Written"]


def column(name: str, text: str = "") -> Leaf:
    """Return a leaf that is filled from a column, as if written as `text`."""
    return Leaf(HERE, Expression(text or name, HERE), name)


def text(value: str | float | bool) -> Leaf:
    return Leaf(HERE, None, value)


def element(**children: Content) -> Element:
    return Element(HERE, children)


def repeated(*items: Content) -> Repeated:
    return Repeated(HERE, items)


def resource_step(
    type_: str,
    content: Element,
    identity: Sequence[str] = ("key",),
    versions: Sequence[Literal["R4", "R5"]] = ("R4",),
) -> ResourceStep:
    step = Step(
        name=f"fhir.{type_.lower()}",
        group="fhir",
        label="",
        class_="",
        structure="",
        keys=tuple(identity),
        variables=(),
        query=exp.select("1"),
        depends=(),
        blocks=(),
        place=HERE,
    )
    return ResourceStep(step, type_, tuple(versions), content, tuple(identity), {})


def batch(**columns: Sequence[object]) -> pa.RecordBatch:
    return cast(pa.RecordBatch, pa.RecordBatch.from_pydict(columns))


def resources(built: Built) -> list[dict[str, Any]]:
    """Return the resources, each made by itself."""
    return [built.resource(record) for record in range(len(built))]


def kinds(built: Built) -> list[object]:
    """Return the kind of each resource."""
    return [built.filled.kinds[each] for each in built.filled.kind_of]
