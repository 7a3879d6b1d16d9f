"""Paths of raw columns held against the definitions of FHIR: elements that a type does not have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialport.diagnostics import Diagnostic, did_you_mean
from trialport.fhir.schema import Definitions, load_types
from trialport.fhir.version_change import is_choice_of
from trialport.spec.expression_error import ExpressionError
from trialport.spec.fhir_path import Binary, Call, Index, Member, Node, Variable, parse_path
from trialport.spec.nodes import RawTable, Sources, Text
from trialport.templates import shipped

_SAME = frozenset({"where", "first", "last", "distinct"})
"""Functions that give elements of the type that they are given."""


def element_faults(sources: Sources) -> list[Diagnostic]:
    """Return E3073 for each element that neither R4 nor R5 has where a path looks for it.

    Resource types without a shipped definition are not checked, nor what stands behind a
    resolve() until an ofType() says what was found.
    """
    tables = [each for each in sources.tables.values() if each.format == "fhir"]
    if not tables:
        return []
    versions = [load_types(shipped() / "fhir", each) for each in ("R4", "R5")]
    return [fault for each in tables for fault in _table_faults(each, versions)]


def _table_faults(contract: RawTable, versions: list[Definitions]) -> Iterator[Diagnostic]:
    resource = contract.resource.text if contract.resource else ""
    known = [each for each in versions if each.defines(resource)]
    on_resource = [each for each in (contract.where, contract.each) if each is not None]
    of_columns = [each.path for each in contract.columns.values() if each.path is not None]
    element = _parsed(contract.each) if contract.each is not None else None
    for path in on_resource + of_columns:
        begins_at = element if path in of_columns else None
        found = [_fault(path, _Types(each, resource, resource), begins_at) for each in known]
        if found and all(found):
            yield next(each for each in found if each is not None)


def _fault(path: Text, types: _Types, begins_at: Node | None) -> Diagnostic | None:
    """Return what a path looks for in vain; one that cannot be parsed is refused elsewhere."""
    node = _parsed(path)
    try:
        if begins_at is not None:
            types = _Types(types.version, types.resource, types.type_of(begins_at))
        types.type_of(node)
    except ExpressionError as error:
        return Diagnostic(error.code, path.place, error.problem, error.remedy)
    return None


def _parsed(path: Text) -> Node | None:
    try:
        return parse_path(path.text)
    except ExpressionError:
        return None


@dataclass(frozen=True, slots=True)
class _Types:
    """The types of what paths give, in one version; '' is a type that is not known."""

    version: Definitions
    resource: str
    focus: str

    def type_of(self, node: Node | None) -> str:
        """Return the type of the elements that a path gives."""
        match node:
            case None | Variable("$this"):
                return self.focus
            case Variable():
                return self.resource
            case Member(None, name) if name == self.resource:
                return self.resource
            case Member(of, name):
                return self._element(self.type_of(of), name)
            case Index(of, _):
                return self.type_of(of)
            case Binary(_, left, right):
                return self._either(self.type_of(left), self.type_of(right))
            case Call():
                return self._given(node)
            case _:
                return ""

    def _either(self, left: str, right: str) -> str:
        return left if left == right else ""

    def _element(self, parent: str, name: str) -> str:
        properties = self.version.types.get(parent, {}).get("properties")
        if not properties:
            return ""
        if name in properties:
            return self.version.element_type(parent, name)
        if any(is_choice_of(each, name) for each in properties):
            return ""
        problem = f"{parent} has no element '{name}'"
        raise ExpressionError("E3073", problem, did_you_mean(name, properties))

    def _given(self, node: Call) -> str:
        if node.name == "ofType" and isinstance(node.arguments[0], Member):
            return self._of_type(node, node.arguments[0].name)
        given = self.type_of(node.of)
        if node.name in ("where", "exists", "iif"):
            inside = _Types(self.version, self.resource, given)
            found = [inside.type_of(each) for each in node.arguments]
            if node.name == "iif":
                return self._either(found[1], found[-1])
        if node.name == "extension":
            return "Extension"
        return given if node.name in _SAME else ""

    def _of_type(self, node: Call, name: str) -> str:
        if isinstance(node.of, Member):
            parent = self.type_of(node.of.of)
            typed = node.of.name + name[0].upper() + name[1:]
            if typed in self.version.types.get(parent, {}).get("properties", {}):
                return self.version.element_type(parent, typed)
        self.type_of(node.of)
        return name if self.version.defines(name) else ""
