"""The files of templates and of the study merged into one tree a file, each node with its origin.

Mappings are merged by key as deep as names stand: variables, lookups, events, tables and their
columns, codelists and their entries. What stands under such a name (one variable, one lookup) is
one thing: whoever names it last says all of it. Lists and texts are replaced.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import yaml

from trialport.diagnostics import Diagnostic
from trialport.spec import load_faults as faults
from trialport.spec.layers import Layer, texts_under
from trialport.spec.nodes import Text
from trialport.spec.yaml_text import compose, is_absent

_LEVELS = {"codelists": 3, "tables": 3, "terms": 2}
"""How many mappings within one another are merged under a key of a file; 1 unless stated."""


@dataclass(slots=True)
class MergedFile:
    """One file: its tree, or None where nobody wrote anything, and the faults found so far."""

    file: str
    root: yaml.Node | None = None
    found: list[Diagnostic] = field(default_factory=list[Diagnostic])


def merge_layers(layers: Sequence[Layer]) -> dict[str, MergedFile]:
    """Return each file of a specification by its path, in the order of the paths.

    Args:
        layers: the deepest template first, the study last.

    The faults are those of `compose`, and E1063 where nothing of a name can be dropped.
    """
    merged: dict[str, MergedFile] = {}
    for layer in layers:
        files = {path: layer.shown + path for path in layer.own}
        trees = {path: compose(layer.files[path], file) for path, file in files.items()}
        dropped = _drop_files(trees.get("study.yaml", (None, []))[0], merged)
        for path, (root, found) in trees.items():
            beneath = merged.get(path, MergedFile(files[path]))
            merged[path] = MergedFile(files[path], beneath.root, [*beneath.found, *found])
            _put_over(merged[path], root, dropped if path == "study.yaml" else ())
    return dict(sorted(merged.items()))


def _drop_files(study: yaml.Node | None, merged: dict[str, MergedFile]) -> list[str]:
    """Leave out the files of templates that a study.yaml drops; return their paths."""
    names = [each.text for each in _drops(study)]
    return [each for each in names if each != "study.yaml" and merged.pop(each, None)]


def _put_over(file: MergedFile, own: yaml.Node | None, dropped: Collection[str]) -> None:
    """Put what a layer wrote over what the templates beneath it say."""
    kept = file.root if isinstance(file.root, yaml.MappingNode) else None
    for name in _drops(own):
        left = None if kept is None else _without(kept, name.text)
        if left is not None:
            kept = left
        elif name.text not in dropped:
            known = [] if kept is None else list(_names(kept))
            file.found.append(faults.nothing_to_drop(name.place, name.text, known))
    if kept is not None and isinstance(own, yaml.MappingNode):
        file.root = _merged(kept, own)
    elif own is not None:
        file.root = own


def _drops(root: yaml.Node | None) -> list[Text]:
    return texts_under("drop", root)


def _without(mapping: yaml.MappingNode, name: str) -> yaml.MappingNode | None:
    """Return a mapping without what a name such as `variables.AESER` means, or None."""
    for at, (key, value) in enumerate(mapping.value):
        before, after = mapping.value[:at], mapping.value[at + 1 :]
        if key.value == name:
            return _with_entries(mapping, [*before, *after])
        if name.startswith(f"{key.value}.") and isinstance(value, yaml.MappingNode):
            left = _without(value, name[len(key.value) + 1 :])
            if left is not None:
                return _with_entries(mapping, [*before, (key, left), *after])
    return None


def _names(mapping: yaml.MappingNode, head: str = "") -> Iterator[str]:
    """Yield the names of everything that can be dropped from a mapping."""
    for key, value in mapping.value:
        yield head + key.value
        if isinstance(value, yaml.MappingNode):
            yield from _names(value, f"{head}{key.value}.")


def _merged(base: yaml.MappingNode, own: yaml.MappingNode) -> yaml.MappingNode:
    """Return the keys of a file over those of the templates."""
    return _by_key(base, own, {key.value: _LEVELS.get(key.value, 1) for key, _ in own.value})


def _by_key(
    base: yaml.MappingNode, own: yaml.MappingNode, levels: dict[str, int]
) -> yaml.MappingNode:
    """Return two mappings as one: a new key comes after the key that is written before it.

    A key left empty stays as it is beneath; where it is not beneath, its reader refuses it.
    """
    entries = {key.value: (key, value) for key, value in base.value}
    after: dict[str, list[str]] = {}
    anchor = ""
    for key, value in own.value:
        below = entries.get(key.value)
        if below is None:
            after.setdefault(anchor, []).append(key.value)
            entries[key.value] = (key, value)
            continue
        anchor = key.value
        if not is_absent(value):
            entries[key.value] = (key, _value(below[1], value, levels[key.value]))
    names = [each for key, _ in base.value for each in (key.value, *after.get(key.value, ()))]
    return _with_entries(own, [entries[each] for each in (*names, *after.get("", ()))])


def _value(base: yaml.Node, own: yaml.Node, levels: int) -> yaml.Node:
    if not (levels and isinstance(base, yaml.MappingNode) and isinstance(own, yaml.MappingNode)):
        return own
    return _by_key(base, own, {key.value: levels - 1 for key, _ in own.value})


def _with_entries(
    mapping: yaml.MappingNode, entries: list[tuple[yaml.Node, yaml.Node]]
) -> yaml.MappingNode:
    return yaml.MappingNode(
        mapping.tag, entries, mapping.start_mark, mapping.end_mark, mapping.flow_style
    )
