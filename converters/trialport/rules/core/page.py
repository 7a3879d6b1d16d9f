"""The page of a CORE rule, as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trialport.rules.core.model import Check, CoreRule, Leaf, Scope


def core_page(rule: CoreRule) -> str:
    """Return what a rule says, whom it is asked of, when it fails, and where it is cited."""
    lines = [f"{rule.id}  {rule.sensitivity.lower()}", rule.description.strip(), ""]
    lines += [f"{name:<13}{text}".rstrip() for name, text in _entries(rule)]
    return "\n".join(lines) + "\n"


def core_rule_json(rule: CoreRule) -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        "code": rule.id,
        "title": rule.description.strip(),
        "sensitivity": rule.sensitivity,
        "executability": rule.executability,
        "classes": _scope(rule.classes),
        "domains": _scope(rule.domains),
        "fails_when": _written(rule.check),
        "message": rule.message,
        "cited": [
            dict(zip(("guide", "version", "rule"), each, strict=True)) for each in rule.cited
        ],
    }


def _entries(rule: CoreRule) -> Iterator[tuple[str, str]]:
    yield "asked of", f"classes {_scope(rule.classes)}; domains {_scope(rule.domains)}"
    for match in rule.matches:
        by = f" by {', '.join(match.keys)}" if match.keys else ""
        yield "joined with", f"{match.dataset}{by}"
    for each in rule.operations:
        of = " ".join(part for part in (each.domain, each.name) if part)
        group = f" by {', '.join(each.group)}" if each.group else ""
        yield "works out", f"{each.id}: {each.operator} {of}".rstrip() + group
    yield "fails when", _written(rule.check)
    yield "message", rule.message
    yield "shows", ", ".join(rule.outputs) or "the variables of the check"
    yield "executable", rule.executability
    for guide, version, code in rule.cited:
        yield "cited as", f"{guide} {version} {code}"
    yield "source", "CDISC CORE, published rules"


def _scope(scope: Scope) -> str:
    included = ", ".join(scope.include) or "all"
    return f"{included} but {', '.join(scope.exclude)}" if scope.exclude else included


def _written(check: Check) -> str:
    if isinstance(check, Leaf):
        value = "" if check.value is None else f" {check.value}"
        options = "".join(f", {key}: {value}" for key, value in check.options.items())
        return f"{check.name} {check.operator}{value}{options}".strip()
    if check.how == "not":
        return f"not ({_written(check.members[0])})"
    word = " and " if check.how == "all" else " or "
    parts = [_written(each) for each in check.members]
    is_leaf = [isinstance(each, Leaf) for each in check.members]
    return word.join(
        part if leaf else f"({part})" for part, leaf in zip(parts, is_leaf, strict=True)
    )
