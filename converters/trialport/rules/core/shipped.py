"""The CORE rules that come with trialport."""

from __future__ import annotations

import gzip
from functools import cache

from trialport.rules.core.load import parse_rules
from trialport.rules.core.model import CoreRule
from trialport.templates import shipped


@cache
def core_rules() -> tuple[CoreRule, ...]:
    """Return all shipped CORE rules, in the order of their ids."""
    return _stored("rules.jsonl.gz")


@cache
def core_drafts() -> tuple[CoreRule, ...]:
    """Return CDISC's drafts of rules, in the order of their ids: hints that nobody has proven."""
    return _stored("drafts.jsonl.gz")


def core_drafts_of(standard: str, version: str) -> tuple[CoreRule, ...]:
    """Return the drafts of rules of a guide, e.g. SDTMIG 3.4."""
    return tuple(each for each in core_drafts() if each.applies_to(standard, version))


def core_rules_of(standard: str, version: str) -> tuple[CoreRule, ...]:
    """Return the CORE rules of a guide, e.g. SDTMIG 3.4; none of a guide that has none."""
    return tuple(each for each in core_rules() if each.applies_to(standard, version))


def _stored(name: str) -> tuple[CoreRule, ...]:
    stored = (shipped() / "rules" / "core" / name).read_bytes()
    return parse_rules(gzip.decompress(stored).splitlines())
