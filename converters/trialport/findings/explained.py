"""What the codes of findings mean, for forms that hold an explanation of each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from trialport.rules.core.model import CoreRule
from trialport.rules.core.page import core_page
from trialport.rules.core.shipped import core_rules
from trialport.rules.page import rule_page
from trialport.rules.shipped import shipped_rules


@dataclass(frozen=True, slots=True)
class Explanation:
    """The title of a rule and its page as plain text."""

    title: str
    page: str


def explanations(codes: Collection[str]) -> dict[str, Explanation]:
    """Return the explanations of those codes that are rules."""
    made: dict[str, tuple[str, Callable[[], str]]] = {}
    if any(each.startswith("TP") for each in codes):
        made |= {each.code: (each.title, partial(rule_page, each)) for each in shipped_rules()}
    if any(each.startswith("CORE") for each in codes):
        made |= {each.id: (_title(each), partial(core_page, each)) for each in core_rules()}
    return {
        code: Explanation(made[code][0], made[code][1]())
        for code in sorted(set(codes) & made.keys())
    }


def _title(rule: CoreRule) -> str:
    return " ".join(rule.description.split())
