"""The good and the bad record of a rule, from the short form in which they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialport.rules.expression import prefixed, variables_named
from trialport.rules.rule import ADAM, ALL, SDTM, Records, Rule

SUBJECT = "S-001"
"""The value of a key that the example records do not state."""

_OTHER = "S-000"
_DATASETS = {SDTM: "AE", ADAM: "ADLB", ALL: "AE"}


def example_dataset(applies_to: Sequence[str]) -> str:
    """Return the dataset of the example records of a rule.

    >>> example_dataset(["DM"]), example_dataset(["SDTM"])
    ('DM', 'AE')
    """
    return _DATASETS.get(applies_to[0], applies_to[0])


def example_records(rule: Rule, written: Mapping[str, str], other: Mapping[str, str]) -> Records:
    """Return example records by dataset; `other` is written for the other example of the rule.

    Names such as `dm.RFSTDTC` are values of the record that lookup `dm` finds; without any, it
    finds none. Keys that are not written belong to one subject; every other variable that the
    rule or the other example names is null.
    """
    dataset = example_dataset(rule.applies_to)
    prefix = dataset[:2]
    values = {prefixed(name, prefix): value for name, value in written.items()}
    named = variables_named(rule, prefix)
    records: dict[str, list[dict[str, str]]] = {}
    own = {name: value for name, value in values.items() if "." not in name}
    keys = ["USUBJID", *(mine for each in rule.lookups.values() for mine, _ in each.by)]
    beside = [alias for alias, each in rule.lookups.items() if each.dataset == dataset]
    blank = {name: "" for alias, name in named if alias in {"", *beside}}
    blank |= {prefixed(name, prefix): "" for name in other if "." not in name}
    own = {**blank, **dict.fromkeys(keys, SUBJECT), **own}
    records[dataset] = [own]
    for alias, lookup in rule.lookups.items():
        theirs = _of(alias, values)
        others = records.setdefault(lookup.dataset, [])
        blank = {name: "" for of, name in named if of == alias}
        if theirs:
            others.append({**blank, **{name: own[mine] for mine, name in lookup.by}, **theirs})
        elif not others:  # another subject's, so that the dataset has its variables
            others.append({**blank, **{name: _OTHER for _, name in lookup.by}})
    return {name: tuple(each) for name, each in records.items()}


def _of(alias: str, values: Mapping[str, str]) -> dict[str, str]:
    start = f"{alias}."
    return {
        name.removeprefix(start): value for name, value in values.items() if name.startswith(start)
    }
