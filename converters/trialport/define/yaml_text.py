"""Plain values as the YAML of a specification: keys in their order, short mappings on one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import yaml

_WIDTH, _INDENT = 110, 12


class Flow:
    """A mapping or a list that is written on one line, where it fits on one."""

    def __init__(self, value: Mapping[str, Any] | Iterable[Any]) -> None:
        self.value = dict(value) if isinstance(value, Mapping) else list(value)


def yaml_text(content: Mapping[str, Any]) -> str:
    """Return a mapping as YAML.

    >>> print(yaml_text({"study": "1", "standards": Flow({"sdtmig": "3.4"})}), end="")
    study: '1'
    standards: {sdtmig: '3.4'}
    """
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


class _Dumper(yaml.SafeDumper):
    """A dumper without anchors, which the mapping language refuses."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _flow(dumper: yaml.SafeDumper, flow: Flow) -> yaml.Node:
    fits = len(_shown(flow.value)) < _WIDTH - _INDENT
    if isinstance(flow.value, dict):
        return dumper.represent_mapping("tag:yaml.org,2002:map", flow.value, flow_style=fits)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", flow.value, flow_style=fits)


def _shown(value: object) -> str:
    if isinstance(value, Flow):
        return _shown(value.value)
    if isinstance(value, dict):
        pairs = cast(dict[str, object], value).items()
        return "".join(f"{name}: {_shown(each)}, " for name, each in pairs)
    return str(value)


_Dumper.add_representer(Flow, _flow)
