"""Every rule that comes with trialport."""

from __future__ import annotations

from functools import cache

from trialport.diagnostics import SpecError
from trialport.rules import relations, structure, time_to_event, traceability, values
from trialport.rules.load import load_rules
from trialport.rules.rule import Rule
from trialport.templates import shipped


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return the rules of `mappings/rules` and those written as functions, by their codes.

    Raises:
        SpecError: a file of rules has faults.
    """
    written, faults = load_rules(shipped_rule_files())
    if faults:
        raise SpecError(faults)
    found = (
        *structure.RULES,
        *relations.RULES,
        *values.RULES,
        *time_to_event.RULES,
        *traceability.RULES,
        *written,
    )
    return tuple(sorted(found, key=lambda each: each.code))


def shipped_rule_files() -> dict[str, str]:
    """Return the text of each shipped file of rules by its path, `mappings/rules/*.yaml`."""
    folder = shipped() / "rules"
    return {
        f"mappings/rules/{each.name}": each.read_text(encoding="utf-8")
        for each in folder.iterdir()
        if each.name.endswith(".yaml")
    }
