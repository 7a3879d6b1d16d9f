"""Content of resources held against the definitions of FHIR, before any record is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from trialport.diagnostics import Diagnostic, Place
from trialport.fhir import content_faults as faults
from trialport.fhir.coding import QUANTITIES, coded_element
from trialport.fhir.content_extensions import cross_version_faults, is_cross_version
from trialport.fhir.content_rules import Rules, required_elements, rules_of
from trialport.fhir.content_texts import referred_types, texts_of
from trialport.fhir.local_time import text_of_time
from trialport.fhir.schema import Definitions, Version, load_types
from trialport.spec.coded import coded_by_concept
from trialport.spec.nodes import (
    Coded,
    Content,
    Each,
    Element,
    Leaf,
    Repeated,
    Resource,
    Specification,
)
from trialport.templates import shipped

_CODED = frozenset({"CodeableReference", "CodeableConcept", "Coding", *QUANTITIES})
_OWN = frozenset({"resourceType", "id", "identifier"})
"""Elements of a resource that are made where the content does not write them."""
_OF_SYSTEMS = frozenset({"CodeSystem", "ValueSet"})
"""Types of resources that a study makes of its local code systems."""


def content_faults(specification: Specification) -> list[Diagnostic]:
    """Return what FHIR does not know in the content of resources.

    Codes: E1250 a type of resource that there is not; E1251 an element that its type does not have;
    E1252 content of another shape than its element; E1253 a constant that the element does not
    take; E1254 an element that its type requires and nothing fills; E1255 a reference to a type
    that the element does not take; E1256, a warning, one to a type that the study does not make.

    Content for R4 and R5 is written as R4 has it, and is held against R4. Resource types without a
    shipped definition are not looked into.
    """
    found: list[Diagnostic] = []
    for node in specification.resources:
        walk = _Walk(specification, node, _types("R4" if "R4" in node.versions else "R5"))
        walk.resource()
        found += walk.found
    return found


@cache
def _types(version: Version) -> Definitions:
    return load_types(shipped() / "fhir", version)


@dataclass(slots=True)
class _Walk:
    """Goes through the content of one resource, each element with its type."""

    specification: Specification
    node: Resource
    definitions: Definitions
    found: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def resource(self) -> None:
        """Note every fault of the resource."""
        type_, content = self.node.resource, self.node.content
        types = self.definitions.resource_types
        if type_.text not in types:
            self.found.append(faults.unknown_type(type_.text, type_.place, types))
        elif not isinstance(content, Element):
            self.found.append(faults.no_children(type_.text, "resource", content.place))
        elif self.definitions.defines(type_.text):
            self._children(content, type_.text, type_.place, given=_OWN)
        else:
            self._undefined(content)

    def _undefined(self, content: Content) -> None:
        """Note concepts in a type without a definition: how elements hold codes is not known."""
        if isinstance(content, Element):
            if content.coded is not None:
                kind = self.node.resource.text
                self.found.append(faults.undefined_code(kind, content.place))
            for each in content.children.values():
                self._undefined(each)
        elif isinstance(content, Repeated):
            for each in content.items:
                self._undefined(each)
        elif isinstance(content, Each):
            self._undefined(content.content)

    def _children(
        self,
        content: Element,
        kind: str,
        place: Place,
        given: frozenset[str] = frozenset(),
        targets: Sequence[str] = (),
    ) -> None:
        """Go through the elements of a type, `place` being where it is told what is missing."""
        properties: Mapping[str, Any] = self.definitions.types[kind]["properties"]
        for name, child in content.children.items():
            where = content.places.get(name, child.place)
            if name in properties:
                self._element(child, kind, name, where, targets)
            else:
                self.found.append(faults.unknown_element(name, kind, where, properties))
        for choice in required_elements(self.definitions.types[kind]):
            if not given.union(content.children).intersection(choice):
                self.found.append(faults.missing_element(choice, kind, place))

    def _element(
        self, content: Content, parent: str, name: str, place: Place, targets: Sequence[str]
    ) -> None:
        """Look at an element: whether it is repeated, and then each of its items."""
        is_repeated = self.definitions.is_repeated(parent, name)
        if is_repeated is not isinstance(content, Repeated | Each):
            self.found.append(faults.repetition(name, place, is_repeated=is_repeated))
        rules = rules_of(self.definitions, parent, name)
        if rules is None:
            return
        if name == "reference" and not rules.targets:
            rules = rules.aimed(targets)
        for item in content.items if isinstance(content, Repeated) else (content,):
            is_alone = item is content
            self._item(item, rules, name, place if is_alone else item.place)

    def _item(self, content: Content, rules: Rules, name: str, place: Place) -> None:
        """Look at an item; content that is repeated as a list is refused by the plan."""
        if isinstance(content, Each):
            content = content.content
            place = content.place
        if isinstance(content, Leaf):
            self._leaf(content, rules, name, place)
        elif isinstance(content, Element):
            self._object(content, rules, name, place)

    def _leaf(self, leaf: Leaf, rules: Rules, name: str, place: Place) -> None:
        if rules.has_children:
            self.found.append(faults.no_children(rules.type, name, place))
        elif leaf.value is None:
            self._value(leaf.constant, rules, name, leaf.place)
        else:
            offset = self.specification.study.timezone
            for text in texts_of(leaf.value) if rules.is_text else ():
                self._value(text_of_time(text, offset), rules, name, leaf.value.place)
            if name == "reference":
                self._references(leaf, rules)

    def _value(self, value: object, rules: Rules, name: str, place: Place) -> None:
        fault = rules.fault(value)
        if fault is not None:
            self.found.append(faults.other_value(name, fault, place, value))

    def _references(self, leaf: Leaf, rules: Rules) -> None:
        assert leaf.value is not None
        types = self.definitions.resource_types
        for each in referred_types(leaf.value, self.node.variables):
            if each not in types:
                known = rules.targets or types
                self.found.append(faults.unknown_type(each, leaf.value.place, known))
            elif rules.targets and each not in rules.targets:
                self.found.append(faults.other_target(each, rules.targets, leaf.value.place))
            else:
                self._is_made(each, leaf.value.place)

    def _is_made(self, name: str, place: Place) -> None:
        """Note a type of which the study makes no resource in a version of this one."""
        of_type = [each for each in self.specification.resources if each.resource.text == name]
        for version in self.node.versions:
            if name not in _OF_SYSTEMS and not any(version in each.versions for each in of_type):
                self.found.append(faults.not_made(name, place, version if of_type else ""))
                return

    def _object(self, element: Element, rules: Rules, name: str, place: Place) -> None:
        is_coded = element.coded is not None
        if not rules.has_children:
            if not is_coded or element.children:
                self.found.append(faults.no_value(rules.type, name, place))
        elif rules.type == "ResourceList":
            self._contained(element)
        elif is_coded and rules.type not in _CODED:
            self.found.append(faults.not_coded(rules.type, name, place))
        else:
            given = frozenset(self.definitions.types[rules.type]["properties"])
            self._children(
                element, rules.type, place, given if is_coded else frozenset(), rules.targets
            )
        if rules.type == "Extension" and is_cross_version(element):
            self.found += cross_version_faults(element, _types("R5"))
        if isinstance(element.coded, Coded):
            self._codes(element.coded, rules, name)

    def _contained(self, element: Element) -> None:
        of_type = element.children.get("resourceType")
        if isinstance(of_type, Leaf) and self.definitions.defines(str(of_type.constant)):
            self._children(element, str(of_type.constant), element.place)

    def _codes(self, coded: Coded, rules: Rules, name: str) -> None:
        """Hold the code of a concept against the codes that the element is bound to."""
        known = self.specification.concepts
        is_code = not rules.has_children and rules.is_text
        if is_code and coded.concept and known and coded.concept.text in known.concepts:
            studyid = self.specification.study.study.text
            codes = coded_by_concept(coded.concept.text, known, studyid).concept
            assert codes is not None
            value = coded_element(codes, rules.type, self.definitions.version)
            if value is not None:
                self._value(value, rules, name, coded.concept.place)
