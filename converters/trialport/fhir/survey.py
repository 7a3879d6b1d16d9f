"""One walk over a resource that gathers what the checks of a whole run need."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Survey:
    """What a resource holds: its shape, references, codes, and elements with a begin and an end.

    The shape is the tree of its keys with the types of their values; array items of one shape
    count once.
    """

    shape: Hashable = None
    references: list[str] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)
    periods: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    ranges: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)


def survey(resource: Mapping[str, Any]) -> Survey:
    """Return what a resource holds; it need not satisfy anything."""
    found = Survey()
    found.shape = (resource.get("resourceType"), _walk(resource, "", found))
    return found


def _walk(node: Mapping[str, Any], name: str, found: Survey) -> Hashable:
    shape: list[Hashable] = []
    for key, value in node.items():
        if isinstance(value, dict):
            shape.append((key, _walk(value, key, found)))
        elif isinstance(value, list):
            shape.append((key, _walk_items(value, key, found)))
        else:
            shape.append((key, type(value)))
    _gather(node, name, found)
    return tuple(shape)


def _walk_items(items: list[Any], name: str, found: Survey) -> Hashable:
    shapes = (_walk(each, name, found) if isinstance(each, dict) else type(each) for each in items)
    return tuple(dict.fromkeys(shapes))


def _gather(node: Mapping[str, Any], name: str, found: Survey) -> None:
    if "code" in node and "system" in node:
        system, code = node["system"], node["code"]
        if isinstance(system, str) and isinstance(code, str):
            found.codes.append((system, code))
    elif "reference" in node and isinstance(node["reference"], str):
        found.references.append(node["reference"])
    elif "start" in node and "end" in node:
        found.periods.append((name, node))
    elif "low" in node and "high" in node:
        found.ranges.append((name, node))
