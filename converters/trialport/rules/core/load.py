"""Read CORE rules from lines of JSON, one rule a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from trialport.rules.core.model import Check, CoreRule, Group, Leaf, Match, Operation, Scope

_LEAF = {"name", "operator", "value"}
_OPERATION = {"id", "operator", "name", "domain", "group", "filter"}


def parse_rules(lines: Iterable[bytes]) -> tuple[CoreRule, ...]:
    """Return the rules of a file of JSON lines, in the order of their ids."""
    rules = [_rule(orjson.loads(line)) for line in lines if line.strip()]
    return tuple(sorted(rules, key=lambda each: each.id))


def _rule(stored: Mapping[str, Any]) -> CoreRule:
    outcome: Mapping[str, Any] = stored["outcome"]
    scope: Mapping[str, Any] = stored["scope"] or {}
    return CoreRule(
        id=stored["core_id"],
        type=stored["rule_type"],
        sensitivity=stored["sensitivity"],
        description=stored["description"],
        message=outcome["Message"],
        check=_check(stored["check"]),
        classes=_scope(scope.get("Classes")),
        domains=_scope(scope.get("Domains")),
        outputs=tuple(outcome.get("Output Variables") or ()),
        operations=tuple(_operation(each) for each in stored["operations"] or ()),
        matches=tuple(_match(each) for each in stored["match_datasets"] or ()),
        executability=stored["executability"] or "",
        cited=tuple(
            (each["standard"], each["version"], each["rule_id"]) for each in stored["authorities"]
        ),
    )


def _check(stored: Mapping[str, Any]) -> Check:
    for how in ("all", "any"):
        if how in stored:
            return Group(how, tuple(_check(each) for each in stored[how]))
    if "not" in stored:
        return Group("not", (_check(stored["not"]),))
    options = {key: value for key, value in stored.items() if key not in _LEAF}
    operator, value = stored["operator"], stored.get("value")
    return Leaf(stored.get("name", ""), operator, value, MappingProxyType(options))


def _scope(stored: Mapping[str, Any] | None) -> Scope:
    known = stored or {}
    return Scope(
        tuple(known.get("Include") or ()),
        tuple(known.get("Exclude") or ()),
        known.get("include_split_datasets"),
    )


def _operation(stored: Mapping[str, Any]) -> Operation:
    options = {key: value for key, value in stored.items() if key not in _OPERATION}
    return Operation(
        stored["id"],
        stored["operator"],
        stored.get("name") or "",
        stored.get("domain") or "",
        tuple(stored.get("group") or ()),
        MappingProxyType(dict(stored.get("filter") or {})),
        MappingProxyType(options),
    )


def _match(stored: Mapping[str, Any]) -> Match:
    return Match(
        stored["Name"],
        tuple(stored.get("Keys") or ()),
        bool(stored.get("Child")),
        stored.get("Wildcard", "**"),
    )
