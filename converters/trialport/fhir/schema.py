"""The types of one FHIR version: which elements they have, and what a resource must satisfy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Literal

import orjson

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

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
    _whole: list[Draft202012Validator] = field(default_factory=list)
    _leaves: dict[str, Draft202012Validator] = field(default_factory=dict)

    def is_valid(self, resource_type: str, resource: Mapping[str, Any]) -> bool:
        """Return whether a resource satisfies the definition of its type.

        One without a definition satisfies that there is such a type.
        """
        return self._validator().is_valid(self._named(resource_type, resource))

    def errors(self, resource_type: str, resource: Mapping[str, Any]) -> Iterator[ValidationError]:
        """Yield what the definition of its type refuses in a resource.

        The path of an instance begins with the definition.
        """
        return self._validator().iter_errors(self._named(resource_type, resource))

    def _named(self, resource_type: str, resource: Mapping[str, Any]) -> dict[str, Any]:
        """Return a resource under its definition: an empty name would be missing in a path."""
        return {resource_type if self.defines(resource_type) else _ANY_RESOURCE: resource}

    def _validator(self) -> Draft202012Validator:
        """Return the validator of an object that holds a resource under its definition."""
        if not self._whole:
            from jsonschema_rs import Draft202012Validator

            # Types have most data types in common: made for all of them it takes no longer than for
            # each of a few alone.
            named = (*filter(self.defines, self.types), _ANY_RESOURCE)
            schema = {
                "properties": {each: {"$ref": f"{_DEFINED}{each}"} for each in named},
                "$defs": self.types,
            }
            self._whole.append(Draft202012Validator(schema, validate_formats=True))
        return self._whole[0]

    def leaf_validator(self, parent: str, name: str) -> Draft202012Validator:
        """Return the validator of a list of values, each of them of an element of a type."""
        key = f"{parent}.{name}"
        if key not in self._leaves:
            found = self.types.get(parent, {}).get("properties", {}).get(name, True)
            found = found.get("items", found) if isinstance(found, dict) else found
            self._leaves[key] = self._made({"items": found})
        return self._leaves[key]

    def _made(self, schema: dict[str, Any]) -> Draft202012Validator:
        """Return the validator of a schema with the types that it names."""
        from jsonschema_rs import Draft202012Validator

        named: dict[str, Any] = {}
        left = [schema]
        while left:
            for name in _references(left.pop()):
                if name not in named:
                    named[name] = self.types.get(name)
                    left.append(named[name])
        return Draft202012Validator({**schema, "$defs": named}, validate_formats=True)

    def without_invariants(self, keys: Collection[str]) -> Definitions:
        """Return the same definitions without the invariants of these keys."""
        kept = {
            base: {key: rule for key, rule in rules.items() if key not in keys}
            for base, rules in self.invariants.items()
        }
        return replace(self, invariants=kept)

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
