"""YAML nodes to specification nodes, by what the node classes declare.

For each annotation there is one reader, made once. A reader returns the value, or `FAULT` after it
has noted what is wrong; all faults are noted and none is raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin

import yaml

from trialport.diagnostics import Diagnostic
from trialport.spec import load_faults as faults
from trialport.spec.forms import Form
from trialport.spec.nodes import Content
from trialport.spec.read_collection import list_reader, mapping_reader
from trialport.spec.read_content import content_reader
from trialport.spec.read_scalar import is_scalar, scalar_reader
from trialport.spec.reading import FAULT, Reader, Reading, Spot, wrong_shape
from trialport.spec.schema import Key, class_words, keys
from trialport.spec.yaml_text import is_absent

T = TypeVar("T")


def read_node(node_class: type[T], yaml_node: yaml.Node) -> tuple[T | None, list[Diagnostic]]:
    """Return the node that the YAML says, or None with every fault (E1101-E1117).

    Args:
        node_class: a class of `spec/nodes.py` whose fields are made by `key`.
        yaml_node: a tree of `yaml_text.compose`, or several of them merged; its marks name the
            file and line of each place.
    """
    reading = Reading()
    spot = Spot(class_words(node_class), reading.place(yaml_node))
    value = _node_reader(node_class)(yaml_node, spot, reading)
    return (None if reading.found else cast(T, value)), reading.found


@cache
def _node_reader(node_class: type) -> Reader:
    """Return the reader of a node class: its shorthand, or a mapping with its keys."""
    shorthand: str = getattr(node_class, "SHORTHAND", "")
    by_name = {key.name: key for key in keys(node_class)}
    readers: dict[str, Reader] = {}

    def read(node: yaml.Node, spot: Spot, reading: Reading) -> Any:  # noqa: ANN401
        if not readers:  # at first use, for content holds content
            readers.update((key.name, _key_reader(key)) for key in by_name.values())
        values: dict[str, Any]
        if shorthand and isinstance(node, yaml.ScalarNode):
            values = {shorthand: readers[shorthand](node, spot, reading)}
        elif isinstance(node, yaml.MappingNode):
            _note_unknown_keys(node, node_class, reading)
            values = _values(node, readers, reading)
            reading.found += _choice_faults(node_class, spot, values)
        else:
            return wrong_shape(node, spot, reading, "a mapping")
        fields = {by_name[name].field: value for name, value in values.items()}
        if reading.found:  # the whole file is refused then
            return FAULT
        return node_class(place=spot.place, **fields)

    return read


def _values(
    mapping: yaml.MappingNode, readers: Mapping[str, Reader], reading: Reading
) -> dict[str, Any]:
    """Return the value of each known key that is not left empty."""
    return {
        name.value: readers[name.value](node, Spot(f"'{name.value}'", reading.place(node)), reading)
        for name, node in mapping.value
        if name.value in readers and not is_absent(node)
    }


def _note_unknown_keys(mapping: yaml.MappingNode, node_class: type, reading: Reading) -> None:
    known = _known(node_class)
    for name, node in mapping.value:
        if name.value not in known:
            cut = bool(mapping.flow_style) and is_absent(node)
            place, of = reading.place(name), class_words(node_class)
            reading.fault(faults.unknown_key(place, name.value, of, known, cut=cut))


@cache
def _known(node_class: type) -> list[str]:
    return [key.name for key in keys(node_class)]


@cache
def _required(node_class: type) -> tuple[Key, ...]:
    return tuple(key for key in keys(node_class) if key.required)


def _choice_faults(
    node_class: type, spot: Spot, written: Mapping[str, object]
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the choice of keys that a mapping has."""
    words = class_words(node_class)
    for key in _required(node_class):
        if key.name not in written and not set(key.unless.split(" or ")) & set(written):
            yield faults.missing_key(spot.place, key.name, words, key.doc)
    one_of: tuple[str, ...] = getattr(node_class, "ONE_OF", ())
    choice: tuple[str, ...] = one_of or getattr(node_class, "AT_MOST_ONE_OF", ())
    chosen = [name for name in written if name in choice]
    if len(chosen) > 1:
        yield faults.more_than_one_of(spot.place, words, chosen, choice)
    if one_of and not chosen:
        yield faults.none_of(spot.place, words, one_of)


def _key_reader(key: Key) -> Reader:
    return _reader(key.annotation, key.form, listed=key.listed, blank=key.blank)


@cache
def _reader(annotation: Any, form: Form | None, *, listed: bool, blank: bool) -> Reader:  # noqa: ANN401
    """Return the reader of a type; `form` is that of the names of a mapping, else of the text."""
    if annotation == Content:
        return content_reader(_node_reader)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        entry = _reader(inner[0], form, listed=listed, blank=blank)
        return list_reader(entry, one_is_enough=is_scalar(inner[0]))
    if origin is Mapping:
        entry = _reader(inner[1], None, listed=False, blank=False)
        return mapping_reader(entry, form, listed=listed, blank=blank)
    if is_scalar(annotation):
        return scalar_reader(annotation, form)
    return _node_reader(annotation)
