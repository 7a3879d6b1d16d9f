"""YAML lists and mappings to tuples and mappings of whatever their entries are."""

from __future__ import annotations

from typing import Any

import yaml

from trialport.spec import load_faults as faults
from trialport.spec.forms import Form
from trialport.spec.nodes import Text
from trialport.spec.reading import FAULT, Reader, Reading, Spot, wrong_shape
from trialport.spec.yaml_text import is_absent


def list_reader(entry: Reader, *, one_is_enough: bool) -> Reader:
    """Return the reader of a list; with `one_is_enough` a scalar alone is a list of one."""

    def read(node: yaml.Node, spot: Spot, reading: Reading) -> Any:  # noqa: ANN401
        if one_is_enough and isinstance(node, yaml.ScalarNode):
            value = entry(node, spot, reading)
            return FAULT if value is FAULT else (value,)
        if not isinstance(node, yaml.SequenceNode):
            return wrong_shape(node, spot, reading, "a list")
        values = [
            _present(entry, each, Spot(_nth(index, spot), reading.place(each)), reading)
            for index, each in enumerate(node.value, 1)
        ]
        return FAULT if _any_fault(values) else tuple(values)

    return read


def mapping_reader(entry: Reader, form: Form | None, *, listed: bool, blank: bool) -> Reader:
    """Return the reader of a mapping by name; for `listed` and `blank` see `nodes.key`."""

    def read(node: yaml.Node, spot: Spot, reading: Reading) -> Any:  # noqa: ANN401
        if listed and not isinstance(node, yaml.MappingNode):
            return _names(node, form, spot, reading)
        if not isinstance(node, yaml.MappingNode):
            return wrong_shape(node, spot, reading, "a mapping")
        note_names(node, form, spot, reading)
        values = {
            name.value: _present(
                entry,
                value,
                Spot(f"'{name.value}'", reading.place(name)),
                reading,
                cut=_is_cut(node, name.value, form),
            )
            for name, value in node.value
            if not (blank and is_absent(value))
        }
        return FAULT if _any_fault(values.values()) else values

    return read


def note_names(mapping: yaml.MappingNode, form: Form | None, spot: Spot, reading: Reading) -> None:
    """Note the names of a mapping that have another form or differ in case alone."""
    if form is None:
        return
    seen: dict[str, str] = {}
    for key, _ in mapping.value:
        _note_name(key, form, seen, spot, reading)


def _note_name(
    node: yaml.ScalarNode, form: Form, seen: dict[str, str], spot: Spot, reading: Reading
) -> None:
    name = node.value
    other = seen.setdefault(name.casefold(), name)
    if not form.fits(name):
        reading.fault(faults.other_form(reading.place(node), name, spot.what, form))
    elif form.folds and other != name:
        reading.fault(faults.same_but_for_case(reading.place(node), name, other, spot.what))


def _names(node: yaml.Node, form: Form | None, spot: Spot, reading: Reading) -> Any:  # noqa: ANN401
    """Read a list of names as a mapping of each name to itself."""
    entries = node.value if isinstance(node, yaml.SequenceNode) else [node]
    before = len(reading.found)
    values: dict[str, Text] = {}
    seen: dict[str, str] = {}
    for index, each in enumerate(entries, 1):
        here = Spot(_nth(index, spot), reading.place(each))
        if not isinstance(each, yaml.ScalarNode):
            wrong_shape(each, here, reading, "text")
        elif is_absent(each):
            reading.fault(faults.left_empty(here.place, here.what, cut=False))
        elif each.value in values:
            reading.fault(faults.named_twice(here.place, each.value, spot.what))
        else:
            if form is not None:
                _note_name(each, form, seen, spot, reading)
            values[each.value] = Text(each.value, here.place)
    return values if len(reading.found) == before else FAULT


def _present(
    entry: Reader, node: yaml.Node, spot: Spot, reading: Reading, *, cut: bool = False
) -> Any:  # noqa: ANN401
    """Read an entry, which must not be empty."""
    if is_absent(node):
        return reading.fault(faults.left_empty(spot.place, spot.what, cut=cut))
    return entry(node, spot, reading)


def _is_cut(mapping: yaml.MappingNode, name: str, form: Form | None) -> bool:
    """Say whether a name looks like the rest of a text that a comma cut: `{A: left(B, 1)}`."""
    return bool(mapping.flow_style) and form is not None and not form.fits(name)


def _nth(index: int, spot: Spot) -> str:
    return f"entry {index} of {spot.what}"


def _any_fault(values: Any) -> bool:  # noqa: ANN401
    return any(each is FAULT for each in values)
