"""What the definition of an element says of what is written in it: type, codes, targets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trialport.diagnostics import did_you_mean
from trialport.fhir.schema import Definitions

_JSON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}
_WRITTEN = {"string": "text", "boolean": "boolean", "integer": "number", "number": "number"}


@dataclass(frozen=True, slots=True)
class Rules:
    """The type of an element and what its values must satisfy.

    `targets` are the types of resources that a reference in it may name; empty for any.
    """

    type: str
    has_children: bool
    schemas: tuple[Mapping[str, Any], ...]
    targets: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether its values are texts in JSON."""
        return any(each.get("type") == "string" for each in self.schemas)

    def aimed(self, targets: Sequence[str]) -> Rules:
        """Return the rules for references to some types alone."""
        return replace(self, targets=tuple(targets))

    def fault(self, value: object) -> tuple[str, str] | None:
        """Return what is wrong with a constant, and the remedy; None where nothing is."""
        return next((found for each in self.schemas if (found := _fault(value, each, self))), None)


def rules_of(definitions: Definitions, parent: str, name: str) -> Rules | None:
    """Return the rules of an element, or None where its type has no definition."""
    kind = definitions.element_type(parent, name)
    if kind not in definitions.types:
        return None
    written = definitions.types[parent]["properties"][name]
    parts = list(_parts(written.get("items", written), definitions))
    patterns = [_pattern(each) for each in parts if each.get("title") == "target"]
    targets = patterns[0].partition("https?:|(")[2].removesuffix(")/)") if patterns else ""
    return Rules(
        kind,
        "properties" in definitions.types[kind],
        tuple(parts),
        tuple(targets.split("|")) if targets else (),
    )


def _parts(schema: Mapping[str, Any], definitions: Definitions) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        yield definitions.types[schema["$ref"].removeprefix("#/$defs/")]
    elif "allOf" in schema:
        for each in schema["allOf"]:
            yield from _parts(each, definitions)
    else:
        yield schema


def _pattern(rule: Mapping[str, Any]) -> str:
    """Return the pattern of references, which a CodeableReference has an element deeper."""
    inner = rule["properties"]["reference"]
    return str(
        inner["pattern"] if "pattern" in inner else inner["properties"]["reference"]["pattern"]
    )


def _fault(value: object, schema: Mapping[str, Any], rules: Rules) -> tuple[str, str] | None:
    kind = schema.get("type", "")
    if kind in _JSON and (
        not isinstance(value, _JSON[kind]) or (isinstance(value, bool) and kind != "boolean")
    ):
        return f"is no {rules.type}", f"write {{{_WRITTEN[kind]}: ...}}"
    if "enum" in schema and value not in schema["enum"]:
        codes = list(map(str, schema["enum"]))
        nearest = did_you_mean(str(value), codes)
        return "is none of the codes that the element is bound to", nearest or _listed(codes)
    if isinstance(value, str) and (
        len(value) < schema.get("minLength", 0) or not re.search(schema.get("pattern", ""), value)
    ):
        return f"is no {rules.type}", ""
    if isinstance(value, int | float) and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        return f"is no {rules.type}", ""
    return None


def _listed(codes: Sequence[str]) -> str:
    return f"it takes {', '.join(codes)}" if len(codes) <= 8 else ""


def required_elements(schema: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield what a type requires: the elements of which one must be written."""
    for name in schema.get("required", ()):
        yield (name,)
    for rule in schema.get("allOf", ()):
        if str(rule.get("title", "")).endswith("[x]"):
            if not any("not" in each for each in rule["oneOf"]):
                stem = rule["title"].removesuffix("[x]")
                names = schema["properties"]
                yield tuple(
                    each
                    for each in names
                    if each.removeprefix("_").startswith(stem)
                    and each.removeprefix("_")[len(stem) : len(stem) + 1].isupper()
                )
        elif set(rule) == {"if", "else"} and "required" in rule["if"]:
            yield (*rule["else"]["required"], *rule["if"]["required"])
