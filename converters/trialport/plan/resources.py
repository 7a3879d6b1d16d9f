"""FHIR resources: the leaves of their content are filled like variables, from the same blocks."""

from __future__ import annotations

from dataclasses import replace

from trialport.plan.catalogue import Catalogue
from trialport.plan.collect import Collector
from trialport.plan.datasets import plan_dataset
from trialport.plan.fill import LEAF
from trialport.plan.metadata import Guides
from trialport.plan.model import ResourceStep
from trialport.spec.nodes import (
    Content,
    Dataset,
    Each,
    Element,
    Leaf,
    Repeated,
    Resource,
    Text,
    Variable,
)

IDENTITY = f"{LEAF}id."


def plan_resource(
    node: Resource, catalogue: Catalogue, guides: Guides, collector: Collector
) -> ResourceStep | None:
    """Return the step of a resource, or None where its faults leave nothing to plan."""
    variables: dict[str, Variable] = dict(node.variables)
    identity: list[str] = []
    for place, expression in enumerate(node.identity):
        name = f"{IDENTITY}{place}"
        identity.append(name)
        variables[name] = Variable(place=expression.place, value=expression)
    content = _numbered(node.content, variables, collector)
    dataset = Dataset(
        place=node.place,
        dataset=Text(node.resource.text, node.resource.place),
        keys=tuple(Text(each, node.place) for each in identity),
        records=(node.each,),
        lookups=node.lookups,
        variables=variables,
    )
    step = plan_dataset(dataset, "fhir", catalogue, guides, collector)
    if step is None:
        return None
    leaves = {each: each for each in variables if each.startswith(LEAF)}
    return ResourceStep(
        replace(step, name=_name(node)),
        node.resource.text,
        node.versions,
        content,
        tuple(identity),
        leaves,
    )


def _name(node: Resource) -> str:
    """Return a name for the step that two resources of one type do not share."""
    return f"fhir.{node.place.file.rsplit('/', 1)[-1].removesuffix('.yaml')}"


def _numbered(content: Content, variables: dict[str, Variable], collector: Collector) -> Content:
    """Return the content with each expression replaced by the name of its leaf."""
    if isinstance(content, Leaf):
        if content.value is None:
            return content
        name = f"{LEAF}{len(variables)}"
        variables[name] = Variable(place=content.place, value=content.value)
        return replace(content, constant=name)
    if isinstance(content, Element):
        children = {
            name: _numbered(each, variables, collector) for name, each in content.children.items()
        }
        return replace(content, children=children)
    if isinstance(content, Repeated):
        return replace(
            content, items=tuple(_numbered(each, variables, collector) for each in content.items)
        )
    assert isinstance(content, Each)
    collector.fault(
        "E1218",
        content.place,
        "repeating content over a set is not part of the language yet",
        "write a list",
    )
    return content
