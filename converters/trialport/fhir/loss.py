"""Where each variable of the datasets goes in FHIR, read off the plan: an element, or nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trialport.fhir.schema import Definitions, load_definitions
from trialport.plan.model import ResourceStep, Step
from trialport.spec.coded import CodedBy
from trialport.spec.nodes import Content, Each, Element, Leaf, Repeated
from trialport.templates import shipped


@dataclass(frozen=True, slots=True)
class Destination:
    """A variable of a dataset and the elements that are made of it.

    `kind` is `element`, `extension` where only extensions hold it, `id` where it only identifies
    the resource, or `nowhere`. `elements` are paths with the type of the resource, repeated
    elements without their number.
    """

    dataset: str
    variable: str
    kind: str
    elements: tuple[str, ...]


def destinations(
    steps: Iterable[Step], resources: Iterable[ResourceStep]
) -> tuple[Destination, ...]:
    """Return where each variable of each dataset goes, in the order of datasets and variables.

    What a variable only decides (a condition of a record, a key of a link) does not count: its
    value cannot be read from the resource.
    """
    definitions = load_definitions(shipped() / "fhir", "R4")
    found: dict[tuple[str, str], set[str]] = {}
    for resource in resources:
        for source, path in _values(resource, definitions):
            found.setdefault(source, set()).add(path)
    return tuple(
        _destination(step.name, each.name, found.get((step.name, each.name), set()))
        for step in steps
        for each in step.variables
    )


def _destination(dataset: str, variable: str, paths: set[str]) -> Destination:
    elements = {each for each in paths if not each.endswith(".id") or each.count(".") > 1}
    if not elements:
        return Destination(dataset, variable, "id" if paths else "nowhere", tuple(sorted(paths)))
    own = any("extension" not in each.lower() for each in elements)
    kind = "element" if own else "extension"
    return Destination(dataset, variable, kind, tuple(sorted(elements)))


def _values(
    resource: ResourceStep, definitions: Definitions
) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield each variable that a leaf is made of, with the path of the leaf."""
    assert isinstance(resource.content, Element)
    leaves = [
        leaf
        for name, each in resource.content.children.items()
        for leaf in _leaves(each, resource.type, name, f"{resource.type}.{name}", definitions)
    ]
    leaves += [(name, f"{resource.type}.id") for name in resource.identity]
    for name, path in leaves:
        for source in _sources(resource, name, frozenset()):
            yield source, path


def _leaves(
    content: Content, parent: str, name: str, path: str, definitions: Definitions
) -> Iterator[tuple[str, str]]:
    if isinstance(content, Leaf):
        if content.value is not None:
            yield str(content.constant), path
    elif isinstance(content, Repeated):
        for each in content.items:
            yield from _leaves(each, parent, name, path, definitions)
    elif isinstance(content, Each):
        yield from _leaves(content.content, parent, name, path, definitions)
    else:
        kind = definitions.element_type(parent, name)
        if isinstance(content.coded, CodedBy) and content.coded.column:
            place = f"{path}.coding" if kind == "CodeableConcept" else path
            yield content.coded.column, place if kind[:1].islower() else f"{place}.code"
            if content.coded.display:
                yield content.coded.display, f"{place}.display"
        for key, each in content.children.items():
            yield from _leaves(each, kind, key, f"{path}.{key}", definitions)


def _sources(resource: ResourceStep, name: str, seen: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield dataset and variable of what a leaf is made of, through named values."""
    lineage = resource.step.lineage
    for each in lineage.get(name, ()):
        if each.role != "value":
            continue
        if each.relation == resource.type and each.column in lineage and each.column not in seen:
            yield from _sources(resource, each.column, seen | {name})
        else:
            yield each.relation, each.column
