"""YAML as editors read it: scalars resolved by the core schema of YAML 1.2."""

from __future__ import annotations

import re
from typing import Any

import yaml
from trialport.spec.yaml_text import compose

_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def value_of(text: str) -> Any:  # noqa: ANN401 - any value
    """Return the value of a YAML text that `compose` can read."""
    root, found = compose(text, "text")
    assert found == []
    return None if root is None else _value(root)


def _value(node: yaml.Node) -> Any:  # noqa: ANN401 - any value
    if isinstance(node, yaml.MappingNode):
        return {name.value: _value(value) for name, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(each) for each in node.value]
    assert isinstance(node, yaml.ScalarNode)
    text: str = node.value
    if node.style:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false") and text in (text.lower(), text.upper(), text.title()):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
