"""A file of a specification as plain values: mappings, lists, texts, and None where left empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

import yaml

from trialport.spec.yaml_text import is_absent

Tree: TypeAlias = Union["dict[str, Tree]", "list[Tree]", str, None]


def tree_of(node: yaml.Node) -> Tree:
    """Return what a node of `yaml_text.compose` holds."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): tree_of(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [tree_of(each) for each in node.value]
    return None if is_absent(node) else str(node.value)


def is_plain_list(tree: Tree) -> bool:
    """Say whether a value is a list without mappings and lists in it."""
    return isinstance(tree, list) and not any(isinstance(each, dict | list) for each in tree)


Files = Mapping[str, "dict[str, Tree]"]
"""The trees of a study's files by their paths."""

Cells = Mapping[str, str]
"""The cells of one row by their headings; empty ones are left out."""

Rows = Sequence[Cells]
