"""What a CORE rule is: its scope, the records it is asked of, and the condition that breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Leaf:
    """One check: an operator, the name it is about, and what the name is compared with.

    `options` are the operator's own: prefix, suffix, within, ordering, regex, type_insensitive,
    value_is_literal, value_is_reference, negative.
    """

    name: str
    operator: str
    value: Any = None
    options: Mapping[str, Any] = field(default_factory=_nothing)

    def option(self, name: str) -> object:
        """Return an option, None where the rule does not state it."""
        return self.options.get(name)


@dataclass(frozen=True, slots=True)
class Group:
    """Checks joined by `all`, `any` or `not`; `not` has one member."""

    how: str
    members: tuple[Check, ...]


Check = Leaf | Group


@dataclass(frozen=True, slots=True)
class Operation:
    """A value worked out before the check, which names it by `id` (`$...`)."""

    id: str
    operator: str
    name: str = ""
    domain: str = ""
    group: tuple[str, ...] = ()
    filter: Mapping[str, str] = field(default_factory=_nothing)
    options: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Match:
    """Another dataset whose records are joined to those in question.

    `is_child` says that the records in question refer to those of the other dataset by RDOMAIN,
    IDVAR and IDVARVAL; `wildcard` stands for the other domain's prefix in `RELREC.**TERM`.
    """

    dataset: str
    keys: tuple[str, ...] = ()
    is_child: bool = False
    wildcard: str = "**"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which names are in and which are out; `ALL` is every name."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    include_split: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreRule:
    """One published rule.

    `sensitivity` is Record (a finding for each record) or Dataset (one a dataset); `outputs` are
    the variables a finding shows, those of the check where the rule names none; `cited` are the
    ids of the rule in the standards' own lists, e.g. CG0176, by standard and version.
    """

    id: str
    type: str
    sensitivity: str
    description: str
    message: str
    check: Check
    classes: Scope = field(default_factory=Scope)
    domains: Scope = field(default_factory=Scope)
    outputs: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()
    matches: tuple[Match, ...] = ()
    executability: str = ""
    cited: tuple[tuple[str, str, str], ...] = ()

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Return all checks, in the order in which they are written."""
        return tuple(_leaves(self.check))

    def applies_to(self, standard: str, version: str) -> bool:
        """Return whether the rule is one of a guide, e.g. SDTMIG 3.4."""
        return any((name, number) == (standard, version) for name, number, _ in self.cited)


def _leaves(check: Check) -> list[Leaf]:
    if isinstance(check, Leaf):
        return [check]
    return [leaf for member in check.members for leaf in _leaves(member)]
