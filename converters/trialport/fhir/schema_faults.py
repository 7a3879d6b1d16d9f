"""Faults of structure in the words of FHIR: what the schema found, as findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema_rs import ValidationError

from trialport.diagnostics import did_you_mean
from trialport.fhir.schema import Definitions


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """A fault of structure at an element, e.g. `component[1].valueQuantity`."""

    code: str
    element: str
    problem: str
    remedy: str = ""


def schema_faults(
    resource: Mapping[str, Any], resource_type: str, definitions: Definitions
) -> Iterator[SchemaFault]:
    """Yield what the definition of its type does not allow in a resource.

    Codes: E4210 a required element without a value; E4222 a date that is not on the calendar;
    E4225 a reference to a type that the element does not take; E4228 an invariant, by its name;
    E4220 everything else.
    """
    for error in definitions.errors(resource_type, resource):
        yield from _faults(error, definitions)


_NO_VALUE = "the type requires the element, and it has no value"


def _faults(error: ValidationError, definitions: Definitions) -> Iterator[SchemaFault]:
    element = element_path(error.instance_path[1:])
    kind, rule = error.kind.name, _rule(error.schema_path)
    title = _title(error.schema_path, definitions)
    if "-" in title:
        yield SchemaFault("E4228", element, f"the invariant {title} does not hold")
    elif title == "target":
        problem = f"{_value(error)} is of a type that the element does not take"
        yield SchemaFault("E4225", element, problem, _targets(error))
    elif kind == "required" and title != "binding":
        name = str(error.kind.as_dict()["property"])
        yield SchemaFault("E4210", _child(element, name), _NO_VALUE)
    elif kind == "additionalProperties":
        yield from _unknown_elements(error, element, definitions)
    elif title.endswith("[x]"):
        yield _wrong_choice(error, _child(element, title), title)
    elif rule in {"date", "dateTime", "instant"} and kind == "anyOf":
        problem = f"{_value(error)} is not on the calendar"
        yield SchemaFault("E4222", element, problem, "correct the record")
    else:
        yield SchemaFault("E4220", element, _words(error, rule, title))


def _unknown_elements(
    error: ValidationError, element: str, definitions: Definitions
) -> Iterator[SchemaFault]:
    known = definitions.types[_rule(error.schema_path)]["properties"]
    for name in error.kind.as_dict()["unexpected"]:
        problem = "the type has no such element"
        yield SchemaFault("E4220", _child(element, name), problem, did_you_mean(name, known))


def _wrong_choice(error: ValidationError, element: str, title: str) -> SchemaFault:
    """Return the fault of an element of several types: none is written, or more than one."""
    instance: Any = error.instance
    stem = title.removesuffix("[x]")
    if any(key.removeprefix("_").startswith(stem) for key in instance):
        return SchemaFault("E4220", element, "more than one type of it is written")
    return SchemaFault("E4210", element, _NO_VALUE)


def element_path(parts: Sequence[str | int]) -> str:
    """Return a place in a resource as FHIR writes it.

    >>> element_path(["component", 1, "valueQuantity"])
    'component[1].valueQuantity'
    """
    shown = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in parts)
    return shown.removeprefix(".")


def _child(element: str, name: str) -> str:
    return f"{element}.{name}" if element else name


def _rule(path: Sequence[str | int]) -> str:
    return str(path[1]) if len(path) > 1 else ""


def _title(path: Sequence[str | int], definitions: Definitions) -> str:
    """Return the name of the rule that failed: an invariant, `value[x]`, `binding`, `target`."""
    node: Any = definitions.types
    title = ""
    for each in path[1:]:
        node = node[each]
        named = node.get("title") if isinstance(node, dict) else None
        title = named if isinstance(named, str) else title  # an element may be called title, too
        if each == "properties" and title not in {"target", "binding"} and "-" not in title:
            title = ""
    return title


def _targets(error: ValidationError) -> str:
    pattern = str(error.kind.as_dict().get("pattern", ""))
    names = pattern.partition("https?:|(")[2].removesuffix(")/)")
    return f"it takes {names.replace('|', ', ')}" if names else ""


def _value(error: ValidationError) -> str:
    text = repr(error.instance)
    return text if len(text) <= 60 else text[:57] + "..."


_TYPES = {
    "object": "an element with children",
    "array": "an array",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


def _words(error: ValidationError, rule: str, title: str) -> str:
    details = error.kind.as_dict()
    name = error.kind.name
    if title == "binding" or rule.startswith("Coding:"):
        return "no coding is of the value set that the element is bound to"
    if name == "type":
        wanted = " or ".join(_TYPES.get(str(each), str(each)) for each in details["types"])
        given = "it" if isinstance(error.instance, dict | list) else _value(error)
        return f"{given} is not {wanted}"
    if name == "enum":
        return (
            f"{_value(error)} is not in {rule.removeprefix('code:')}, the value set it is bound to"
        )
    if name in {"pattern", "minLength"}:
        return f"{_value(error)} is not written as a {rule}"
    if name in {"minItems", "minProperties"}:
        return "it is empty"
    if name == "maxItems":
        return f"it may be there {details['limit']} times, and is there more often"
    if name in {"minimum", "maximum"}:
        return f"{_value(error)} is outside the {name} of {rule}, {details['limit']}"
    if name == "constant":
        return f"{_value(error)} is not {details['expected_value']!r}"
    return f"the rule '{name}' of {rule} does not hold"
