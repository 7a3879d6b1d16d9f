"""The page of a rule, as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialport.rules.crosswalk import crosswalk, told
from trialport.rules.rule import ADAM, ALL, SDTM, Records, Rule

_MANY = {SDTM: "every SDTM dataset", ADAM: "every ADaM dataset", ALL: "every dataset"}


def rule_page(rule: Rule) -> str:
    """Return what a rule says, when it fails, what to do, where it comes from, and its examples."""
    lines = [f"{rule.code}  {rule.severity}", rule.title, ""]
    lines += [f"{name:<13}{text}" for name, text in _entries(rule)]
    return "\n".join(lines) + "\n"


def _entries(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "applies to", ", ".join(_MANY.get(each, each) for each in rule.applies_to)
    if rule.each:
        yield "asked for", f"each variable named {' or '.join(rule.each)}, called value"
    if rule.fails_when:
        yield "fails when", " ".join(rule.fails_when.split())
    if rule.check is not None:
        yield "fails when", (rule.check.__doc__ or "").strip().partition("\n")[0]
    for alias, each in rule.lookups.items():
        key = ", ".join(
            mine if mine == theirs else f"{mine} = {theirs}" for mine, theirs in each.by
        )
        where = f", where {each.where}" if each.where else ""
        yield "looks up", f"{alias}: the record of {each.dataset} with the same {key}{where}"
    yield "remedy", rule.remedy
    yield "source", rule.source
    if ids := crosswalk().of(rule.code):
        yield "elsewhere", told(ids)
    yield from _examples("good", rule.good)
    yield from _examples("bad", rule.bad)
    if rule.place.file:
        yield "written in", str(rule.place)


def _examples(word: str, records: Records) -> Iterator[tuple[str, str]]:
    for dataset, each in records.items():
        for record in each:
            yield f"{word} record", f"{dataset} {_cells(record)}"
        if not each:
            yield f"{word} record", f"{dataset} without records"


def _cells(record: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value or 'null'}" for name, value in record.items())
