"""The page of the validation rules, from their records."""

from __future__ import annotations

from trialport.rules.page import rule_page
from trialport.rules.rule import Rule
from trialport.rules.shipped import shipped_rules

from .markdown import block, table

_HEAD = """# Rules of validation

This page is written by `make docs` from the records of the rules (`mappings/rules/*.yaml`) and from
those that are written as functions (`trialport.rules`); change them, not the page.

`trialport validate DIR` asks every rule of the datasets in DIR; `trialport rule TP0110` shows one.
A rule that cannot be asked, because a dataset or a variable is not there, is listed as not asked.
Each rule carries records that keep it and records that break it; the tests ask it of both.
"""


def rules_page() -> str:
    """Return the page."""
    rules = shipped_rules()
    listed = table(
        ["rule", "severity", "applies to", "what holds"], [_listed(each) for each in rules]
    )
    return "\n".join([_HEAD, listed, *(_section(each) for each in rules)])


def _listed(rule: Rule) -> tuple[str, str, str, str]:
    link = f"[{rule.code}](#{rule.code.lower()})"
    return link, str(rule.severity), ", ".join(rule.applies_to), rule.title


def _section(rule: Rule) -> str:
    """Return the section of a rule; the line in a file changes too often to be written down."""
    lines = rule_page(rule).rstrip("\n").splitlines()
    shown = [each for each in lines[3:] if not each.startswith("written in")]
    return f"## {rule.code}\n\n{rule.title} ({rule.severity}).\n\n" + block("\n".join(shown))
