"""The types of one FHIR version: which elements they have, and what a resource must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Literal

import orjson

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

Version = Literal["R4", "R5"]

_DEFINED = "#/$defs/"
_ANY_RESOURCE = "ResourceList"


@dataclass(frozen=True, slots=True)
class Definitions:
    """The types of one version by name, as JSON Schema, and the codes of its code systems.

    `invariants` are in FHIRPath by key, by the type or element that they are about.
    """

    version: Version
    types: Mapping[str, Mapping[str, Any]]
    systems: Mapping[str, frozenset[str]]
    invariants: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _validators: dict[str, Draft202012Validator] = field(default_factory=dict)
    _alone: dict[str, Draft202012Validator] = field(default_factory=dict)
    _leaves: dict[str, Draft202012Validator] = field(default_factory=dict)

    def is_valid(self, resource_type: str, resource: Mapping[str, Any]) -> bool:
        """Return whether a resource satisfies the definition of its type."""
        # Most resources hold no other one, and without all types a validator is soon made.
        alone = self._validator_alone(resource_type)
        return alone.is_valid(resource) or self.validator(resource_type).is_valid(resource)

    def validator(self, resource_type: str) -> Draft202012Validator:
        """Return the validator of a resource type; without a definition, that there is the type."""
        from jsonschema_rs import Draft202012Validator

        if resource_type not in self._validators:
            name = resource_type if self.defines(resource_type) else _ANY_RESOURCE
            schema = {"$ref": f"{_DEFINED}{name}", "$defs": self.types}
            made = Draft202012Validator(schema, validate_formats=True)
            self._validators[resource_type] = made
        return self._validators[resource_type]

    def _validator_alone(self, resource_type: str) -> Draft202012Validator:
        """Return the validator of a resource type that refuses resources in it, right or not."""
        if resource_type not in self._alone:
            name = resource_type if self.defines(resource_type) else _ANY_RESOURCE
            made = self._made({"$ref": f"{_DEFINED}{name}"}, {_ANY_RESOURCE: False})
            self._alone[resource_type] = made
        return self._alone[resource_type]

    def leaf_validator(self, parent: str, name: str) -> Draft202012Validator:
        """Return the validator of a list of values, each of them of an element of a type."""
        key = f"{parent}.{name}"
        if key not in self._leaves:
            found = self.types.get(parent, {}).get("properties", {}).get(name, True)
            found = found.get("items", found) if isinstance(found, dict) else found
            self._leaves[key] = self._made({"items": found}, {})
        return self._leaves[key]

    def _made(self, schema: dict[str, Any], instead: Mapping[str, Any]) -> Draft202012Validator:
        """Return the validator of a schema with the types that it names, some of them replaced."""
        from jsonschema_rs import Draft202012Validator

        named: dict[str, Any] = {}
        left = [schema]
        while left:
            for name in _references(left.pop()):
                if name not in named:
                    named[name] = instead.get(name, self.types.get(name))
                    left.append(named[name])
        return Draft202012Validator({**schema, "$defs": named}, validate_formats=True)

    @property
    def resource_types(self) -> tuple[str, ...]:
        """Every type of resource of the version, those too that cannot be checked."""
        return tuple(self.types[_ANY_RESOURCE]["properties"]["resourceType"]["enum"])

    def defines(self, resource_type: str) -> bool:
        """Return whether resources of a type can be checked."""
        return "resourceType" in self.types.get(resource_type, {}).get("properties", {})

    def element_type(self, parent: str, name: str) -> str:
        """Return the type of an element of a type, e.g. `dateTime`, or '' where it has none.

        Children of an element that has no type of its own are under its path:
        `Observation.component`.
        """
        found = self.types.get(parent, {}).get("properties", {}).get(name, {})
        found = found.get("items", found)
        reference = found.get("$ref") or found.get("allOf", [{}])[0].get("$ref", "")
        return reference.removeprefix(_DEFINED)

    def is_repeated(self, parent: str, name: str) -> bool:
        """Return whether an element is written as an array."""
        properties = self.types.get(parent, {}).get("properties", {})
        return properties.get(name, {}).get("type") == "array"


def load_types(folder: Traversable, version: Version) -> Definitions:
    """Return the types of one version, without its code systems and invariants."""
    return Definitions(
        version, orjson.loads((folder / version.lower() / "schema.json").read_bytes()), {}
    )


def _references(schema: Any) -> Iterator[str]:  # noqa: ANN401 - a value of JSON
    """Yield the name of each type that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix(_DEFINED)
        for each in schema.values():
            yield from _references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _references(each)


def load_definitions(folder: Traversable, version: Version) -> Definitions:
    """Return the types of one version from `<folder>/r4` or `<folder>/r5`."""
    where = folder / version.lower()
    types = load_types(folder, version).types
    systems = orjson.loads((where / "codesystems.json").read_bytes())
    codes = {url: frozenset(listed) for url, listed in systems.items()}
    invariants = orjson.loads((where / "invariants.json").read_bytes())
    return Definitions(version, types, codes, invariants)
