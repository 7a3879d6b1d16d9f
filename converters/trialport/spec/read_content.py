"""The content of a FHIR resource: expressions, constants, elements, lists, repeated content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from trialport.diagnostics import Place
from trialport.spec import forms
from trialport.spec.nodes import Coded, Each, Element, Expression, Leaf, Repeated
from trialport.spec.read_collection import list_reader, mapping_reader
from trialport.spec.read_scalar import scalar_reader
from trialport.spec.reading import FAULT, Reader, Reading, Spot


def content_reader(node_reader: Callable[[type], Reader]) -> Reader:
    """Return the reader of content.

    A scalar is an expression, a list a repeated element. A mapping is a constant where its one key
    is `text`, `number` or `boolean` and holds a scalar; repeated content where it has `each`; else
    an element, coded where it has `concept_of` or a `concept` that is a name. Absent content is for
    the caller to refuse.
    """

    def read(node: yaml.Node, spot: Spot, reading: Reading) -> Any:  # noqa: ANN401
        place = reading.place(node)
        if isinstance(node, yaml.ScalarNode):
            return Leaf(place, Expression(node.value, place))
        if isinstance(node, yaml.SequenceNode):
            items = items_of(node, spot, reading)
            return FAULT if items is FAULT else Repeated(place, items)
        names = [key.value for key, _ in node.value]
        if _is_constant(node, names):
            return _constant(names[0], node.value[0][1], reading)
        if "each" in names:
            return node_reader(Each)(node, Spot(spot.what, place), reading)
        if _is_coded(node):
            return coded(node, spot, reading)
        children = children_of(node, spot, reading)
        if children is FAULT:
            return FAULT
        return Element(place, children, places=_places(node, reading))

    def coded(node: yaml.Node, spot: Spot, reading: Reading) -> Any:  # noqa: ANN401
        """Read the codes of an element by its own keys, and its children by the others."""
        codes = node_reader(Coded)(_part(node, of=_CODED), spot, reading)
        children = children_of(_part(node, of=_CODED, without=True), spot, reading)
        if FAULT in (codes, children):
            return FAULT
        return Element(reading.place(node), children, codes, _places(node, reading))

    items_of = list_reader(read, one_is_enough=False)
    children_of = mapping_reader(read, forms.ELEMENT, listed=False, blank=False)
    return read


def _places(mapping: yaml.Node, reading: Reading) -> dict[str, Place]:
    return {key.value: reading.place(key) for key, _ in mapping.value}


_CODED = ("concept", "concept_of", "codelist", "display")


def _is_coded(mapping: yaml.Node) -> bool:
    """Say whether an element has codes; `{concept: {...}}` is an element of FHIR."""
    return any(
        key.value == "concept_of" or (key.value == "concept" and isinstance(it, yaml.ScalarNode))
        for key, it in mapping.value
    )


def _part(mapping: yaml.Node, of: tuple[str, ...], *, without: bool = False) -> yaml.MappingNode:
    kept = [(key, it) for key, it in mapping.value if (key.value in of) is not without]
    return yaml.MappingNode(
        mapping.tag,
        kept,
        mapping.start_mark,
        mapping.end_mark,
        getattr(mapping, "flow_style", None),
    )


_CONSTANTS = {
    "text": scalar_reader(str, None),
    "number": scalar_reader(str, forms.NUMBER),
    "boolean": scalar_reader(bool, None),
}


def _is_constant(mapping: yaml.Node, names: list[str]) -> bool:
    """Say whether a mapping is a constant; `{text: {...}}` is an element that is called text."""
    return (
        len(names) == 1
        and names[0] in _CONSTANTS
        and isinstance(mapping.value[0][1], yaml.ScalarNode)
    )


def _constant(kind: str, node: yaml.Node, reading: Reading) -> Any:  # noqa: ANN401
    place = reading.place(node)
    value = _CONSTANTS[kind](node, Spot(f"'{kind}'", place), reading)
    if value is FAULT:
        return FAULT
    return Leaf(place, None, _number(value) if kind == "number" else value)


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
