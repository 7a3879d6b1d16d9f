"""FHIR resources: the leaves of their content are filled like variables, from the same blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trialport.plan.catalogue import Catalogue
from trialport.plan.collect import Collector
from trialport.plan.datasets import plan_dataset
from trialport.plan.fill import LEAF
from trialport.plan.members import MEMBER, Member, set_of
from trialport.plan.metadata import Guides
from trialport.plan.model import ResourceStep
from trialport.spec.nodes import (
    Content,
    Dataset,
    Each,
    Element,
    Leaf,
    Lookup,
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
    lookups = dict(node.lookups)
    identity: list[str] = []
    for place, expression in enumerate(node.identity):
        name = f"{IDENTITY}{place}"
        identity.append(name)
        variables[name] = Variable(place=expression.place, value=expression)
    content = _Numbering(variables, node.lookups, lookups, collector).of(node.content)
    dataset = Dataset(
        place=node.place,
        dataset=Text(node.resource.text, node.resource.place),
        keys=tuple(Text(each, node.place) for each in identity),
        records=(node.each,),
        lookups=lookups,
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


@dataclass(slots=True)
class _Numbering:
    """Names the expressions of content: each becomes a variable, those of a set with a lookup.

    `written` are the lookups of the resource; repeated content adds its own to `lookups`.
    """

    variables: dict[str, Variable]
    written: Mapping[str, Lookup]
    lookups: dict[str, Lookup]
    collector: Collector
    within: tuple[str, str] | None = None

    def of(self, content: Content) -> Content:
        """Return the content with each expression replaced by the name of its leaf."""
        if isinstance(content, Leaf):
            return self._leaf(content)
        if isinstance(content, Element):
            children = {name: self.of(each) for name, each in content.children.items()}
            return replace(content, children=children)
        if isinstance(content, Repeated):
            return replace(content, items=tuple(map(self.of, content.items)))
        return self._repeated(content)

    def _leaf(self, leaf: Leaf) -> Leaf:
        if leaf.value is None:
            return leaf
        number = len(self.variables)
        if self.within is None:
            name = f"{LEAF}{number}"
            self.variables[name] = Variable(place=leaf.place, value=leaf.value)
        else:
            name = f"{MEMBER}{number}"
            of_set, lookup = self.within
            self.variables[name] = Member(
                place=leaf.place, value=leaf.value, set=of_set, lookup=lookup
            )
        return replace(leaf, constant=name)

    def _repeated(self, node: Each) -> Content:
        if self.within is not None:
            problem = f"content repeated for '{node.each.text}' stands inside repeated content"
            self.collector.fault("E1218", node.each.place, problem, "repeat it outside")
            return node
        lookup = set_of(node, self.written, self.collector)
        if lookup is None:
            return node
        name = f"{node.each.text}.{len(self.lookups)}"
        before = len(self.variables)
        inner = replace(self, within=(node.each.text, name)).of(node.content)
        made = list(self.variables.values())[before:]
        named = {qualifier for each in made for qualifier, _ in self.collector.names(each.value)}
        if node.each.text not in named:
            problem = f"nothing in the content is of '{node.each.text}'"
            remedy = f"use {node.each.text}.NAME, or do not repeat it"
            self.collector.fault("E1218", node.each.place, problem, remedy)
        self.lookups[name] = lookup
        return replace(node, content=inner)
