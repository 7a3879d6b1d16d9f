"""`trialport rule`: what a validation rule says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from trialport.cli.completion import complete_rules
from trialport.cli.options import example, json_option

if TYPE_CHECKING:
    from trialport.rules.rule import Rule


@click.command("rule", epilog=example("trialport rule TP0201"))
@click.argument("code", shell_complete=complete_rules)
@json_option
def command(code: str, *, as_json: bool) -> None:
    """Explain the validation rule CODE.

    What it applies to, when it fails, what to do, where it comes from, and a record that keeps it
    beside one that breaks it.
    """
    from trialport.cli.show import emit, json_text
    from trialport.diagnostics import Diagnostic, Place, SpecError, did_you_mean
    from trialport.rules.core.page import core_page, core_rule_json
    from trialport.rules.core.shipped import core_rules
    from trialport.rules.crosswalk import crosswalk, told
    from trialport.rules.page import rule_page
    from trialport.rules.shipped import shipped_rules

    code = code.upper()
    core = {each.id: each for each in core_rules()} if code.startswith("CORE") else {}
    if code in core:
        rule = core[code]
        ids = crosswalk().of(code)
        beside = f"elsewhere    {told(ids)}" if ids else ""
        page = f"{core_page(rule)}{beside}".rstrip("\n")
        emit(json_text(core_rule_json(rule) | {"elsewhere": ids}) if as_json else page)
        return
    rules = {each.code: each for each in shipped_rules()}
    if code not in rules:
        remedy = did_you_mean(code, core or rules)
        raise SpecError([Diagnostic("E2030", Place(), f"there is no rule '{code}'", remedy)])
    chosen = rules[code]
    if not as_json:
        emit(rule_page(chosen).rstrip("\n"))
        return
    emit(json_text(_rule_json(chosen) | {"elsewhere": crosswalk().of(code)}))


def _rule_json(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "title": rule.title,
        "severity": rule.severity.value,
        "applies_to": list(rule.applies_to),
        "fails_when": rule.fails_when or (rule.check.__doc__ if rule.check else ""),
        "remedy": rule.remedy,
        "source": rule.source,
        "good": rule.good,
        "bad": rule.bad,
    }
