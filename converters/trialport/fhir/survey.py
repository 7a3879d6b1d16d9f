"""One walk over a resource that gathers its shape, references, codes and periods."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Number = int | float | Decimal

# Their values decide what an element may hold: they belong to the shape, codes only of HL7's own.
_TELLING = frozenset({"status", "use", "type", "system"})
_HL7 = ("http://hl7.org/fhir/", "http://terminology.hl7.org/")


@dataclass(slots=True)
class Survey:
    """What a resource holds, with the paths of references and periods.

    `displays` has system, code and display of each coding.

    The shape is the tree of its keys with the types of their values, and the values of status,
    use, type, system and of HL7's codes; array items of one shape count once. `ranges` have the low
    and high values of elements that have both.
    """

    shape: Hashable = None
    references: list[tuple[str, str]] = field(default_factory=list)
    codes: list[tuple[str, str, str]] = field(default_factory=list)
    displays: list[tuple[str, str, str]] = field(default_factory=list)
    periods: list[tuple[str, object, object]] = field(default_factory=list)
    ranges: list[tuple[str, Number, Number]] = field(default_factory=list)


def survey(resource: Mapping[str, Any]) -> Survey:
    """Return what a resource holds; it need not satisfy anything."""
    found = Survey()
    found.shape = (resource.get("resourceType"), _walk(resource, "", found))
    return found


def _walk(node: Mapping[str, Any], path: str, found: Survey) -> Hashable:
    shape: list[Hashable] = []
    for key, value in node.items():
        if isinstance(value, dict):
            shape.append((key, _walk(value, _below(path, key), found)))
        elif isinstance(value, list):
            shape.append((key, _walk_items(value, _below(path, key), found)))
        else:
            is_telling = key in _TELLING or (key == "code" and _is_hl7(node))
            shape.append((key, value if is_telling and isinstance(value, str) else _kind(value)))
    _gather(node, path, found)
    return tuple(shape)


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _walk_items(items: list[Any], path: str, found: Survey) -> Hashable:
    shapes = (
        _walk(each, f"{path}[{place}]", found) if isinstance(each, dict) else _kind(each)
        for place, each in enumerate(items)
    )
    return tuple(dict.fromkeys(shapes))


def _value(quantity: object) -> Number | None:
    value = quantity.get("value") if isinstance(quantity, dict) else None
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return value if is_number else None


def _kind(value: object) -> type:
    """Return the type of JSON that a value has; all numbers are of one."""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return float if is_number else type(value)


def _is_hl7(node: Mapping[str, Any]) -> bool:
    return str(node.get("system", "")).startswith(_HL7)


def _gather(node: Mapping[str, Any], path: str, found: Survey) -> None:
    system, code, reference = node.get("system"), node.get("code"), node.get("reference")
    if isinstance(system, str) and isinstance(code, str):
        found.codes.append((path, system, code))
        display = node.get("display")
        found.displays.append((system, code, display if isinstance(display, str) else ""))
    if isinstance(reference, str):
        found.references.append((path, reference))
    if "low" in node and "high" in node:
        low, high = _value(node["low"]), _value(node["high"])
        if low is not None and high is not None:
            found.ranges.append((path, low, high))
    if "start" in node and "end" in node:
        found.periods.append((path, node["start"], node["end"]))
