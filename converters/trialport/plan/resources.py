"""FHIR resources: the leaves of their content are filled like variables, from the same blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trialport.diagnostics import Place
from trialport.plan.catalogue import Catalogue
from trialport.plan.collect import Collector
from trialport.plan.datasets import plan_dataset
from trialport.plan.fill import LEAF
from trialport.plan.members import MEMBER, Member, set_of
from trialport.plan.metadata import Guides
from trialport.plan.model import ResourceStep, Source, Step
from trialport.spec.coded import Code, CodedBy, Codes, coded_by_concept, coded_by_value
from trialport.spec.concept_check import unknown_codelist, unknown_concept
from trialport.spec.concept_nodes import Concepts
from trialport.spec.nodes import (
    Coded,
    Content,
    Dataset,
    Each,
    Element,
    Expression,
    Leaf,
    Lookup,
    Repeated,
    Resource,
    Text,
    Variable,
)

IDENTITY = f"{LEAF}id."

UNITS = "ucum"
"""The codelist that every study has: the units of the datasets with their codes of UCUM."""

UCUM = "http://unitsofmeasure.org"


def plan_resource(
    node: Resource,
    catalogue: Catalogue,
    guides: Guides,
    collector: Collector,
    concepts: Concepts | None = None,
) -> ResourceStep | None:
    """Return the step of a resource, or None where its faults leave nothing to plan."""
    variables: dict[str, Variable] = dict(node.variables)
    lookups = dict(node.lookups)
    identity: list[str] = []
    for place, expression in enumerate(node.identity):
        name = f"{IDENTITY}{place}"
        identity.append(name)
        variables[name] = Variable(place=expression.place, value=expression)
    content = _Numbering(variables, node.lookups, lookups, collector, concepts).of(node.content)
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
        _renamed(step, _name(node)),
        node.resource.text,
        node.versions,
        content,
        tuple(identity),
        leaves,
    )


def _renamed(step: Step, name: str) -> Step:
    """Return a step under another name, by which its variables are known among its sources."""

    def own(sources: tuple[Source, ...]) -> tuple[Source, ...]:
        return tuple(
            replace(each, relation=name) if each.relation == step.name else each for each in sources
        )

    lineage = {variable: own(sources) for variable, sources in step.lineage.items()}
    return replace(step, name=name, lineage=lineage, row_sources=own(step.row_sources))


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
    concepts: Concepts | None = None
    within: tuple[str, str] | None = None

    def of(self, content: Content) -> Content:
        """Return the content with each expression replaced by the name of its leaf."""
        if isinstance(content, Leaf):
            return self._leaf(content)
        if isinstance(content, Element):
            children = {name: self.of(each) for name, each in content.children.items()}
            return replace(content, children=children, coded=self._coded(content))
        if isinstance(content, Repeated):
            return replace(content, items=tuple(map(self.of, content.items)))
        return self._repeated(content)

    def _leaf(self, leaf: Leaf) -> Leaf:
        if leaf.value is None:
            return leaf
        return replace(leaf, constant=self._named(leaf.value, leaf.place))

    def _named(self, value: Expression, place: Place) -> str:
        """Return the name of the variable that an expression becomes."""
        number = len(self.variables)
        if self.within is None:
            name = f"{LEAF}{number}"
            self.variables[name] = Variable(place=place, value=value)
        else:
            name = f"{MEMBER}{number}"
            of_set, lookup = self.within
            self.variables[name] = Member(place=place, value=value, set=of_set, lookup=lookup)
        return name

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

    def _coded(self, element: Element) -> CodedBy | None:
        """Return what codes an element; None where nothing does, or a name is unknown."""
        coded = element.coded
        if not isinstance(coded, Coded):
            return coded
        if "coding" in element.children:
            problem = "an element has 'coding' beside its concept"
            remedy = "write the codes as a list under 'coding', each with its concept"
            self.collector.fault("E1286", element.place, problem, remedy)
        known = self.concepts or Concepts(place=element.place)
        studyid = self.collector.vocabulary.studyid
        if coded.concept is not None:
            if coded.concept.text in known.concepts:
                return coded_by_concept(coded.concept.text, known, studyid)
            self.collector.found.append(unknown_concept(coded.concept, known))
            return None
        assert coded.concept_of is not None
        if coded.codelist is None:
            problem = "'concept_of' names no codelist"
            self.collector.fault("E1286", coded.place, problem, "add 'codelist' of concepts.yaml")
            return None
        column = self._named(coded.concept_of, coded.concept_of.place)
        if coded.codelist.text == UNITS:
            return CodedBy(column=column, codelist=UNITS, values=self._units())
        if coded.codelist.text not in known.codelists:
            self.collector.found.append(unknown_codelist(coded.codelist, known))
            return None
        display = "" if coded.display is None else self._named(coded.display, coded.display.place)
        return coded_by_value(column, display, coded.codelist.text, known, studyid)

    def _units(self) -> dict[str, Codes]:
        """Return the UCUM code of each unit that the table of units has one for."""
        units = self.collector.vocabulary.units
        known = {} if units is None else units.units
        return {
            name: Codes(name, (Code(UCUM, each.ucum, name),))
            for name, each in known.items()
            if each.ucum
        }
