"""Rules written as YAML records, read with every fault."""

# ruff: noqa: RUF009 - `key` is `dataclasses.field` with metadata, not a shared default.

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import yaml
from sqlglot import exp

from trialport.diagnostics import Diagnostic, Place, Severity, did_you_mean
from trialport.rules.examples import example_dataset, example_records
from trialport.rules.expression import prefixed
from trialport.rules.rule import Lookup, Rule
from trialport.spec import forms
from trialport.spec import load_faults as faults
from trialport.spec.forms import Form
from trialport.spec.nodes import Expression, Text, key
from trialport.spec.parse import ExpressionError, parse
from trialport.spec.read_node import read_node
from trialport.spec.yaml_text import compose, line


def _is_code(text: str) -> bool:
    return re.fullmatch("(?!E[0-9])[A-Z]{2,6}[0-9]{3,4}", text) is not None


_CODE = Form("E1118", "a rule code", "two to six capitals and three or four digits", _is_code)


def _is_source(text: str) -> bool:
    return re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}|raw\.[a-z][a-z0-9_]*", text) is not None


_SOURCE = Form("E1110", "a dataset or a raw table", "such as DM or raw.labs", _is_source)


def _is_column(text: str) -> bool:
    return re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", text) is not None


_COLUMN = Form("E1110", "a variable or a raw column", "letters, digits and _", _is_column)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLookup:
    """At most one record of a dataset that belongs to the record in question."""

    place: Place
    source: Text = key("dataset to look into", name="from", form=_SOURCE)
    by: Mapping[str, Text] = key(
        "key: a list of variables, or this record's variable: theirs",
        form=_COLUMN,
        listed=True,
    )
    where: Expression | None = key("records that count", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRecord:
    """One rule as it is written."""

    place: Place
    code: Text = key("two to six capitals and digits, once and for all", form=_CODE)
    title: str = key("what holds where the rule is kept, as a claim")
    applies_to: tuple[str, ...] = key("datasets by name, SDTM, ADaM or *; raw tables as raw.labs")
    severity: Severity = key("error, warning or note")
    fails_when: Expression = key("condition of a record that breaks the rule")
    lookups: Mapping[str, RuleLookup] = key(
        "records of other datasets, by a name for the expression",
        name="with",
        form=forms.ALIAS,
        default_factory=dict,
    )
    each: tuple[str, ...] = key(
        "ask for each variable with such a name; * is any letters", default=()
    )
    variable: str = key("variable whose value is shown, if not the first named", default="")
    remedy: str = key("what to do about it")
    source: str = key("standard, version and section, or the reason")
    good: Mapping[str, str] = key(
        "a record that keeps the rule; name.X is a looked-up one", blank=True
    )
    bad: Mapping[str, str] = key("a record that breaks the rule", blank=True)


def load_rules(files: Mapping[str, str]) -> tuple[tuple[Rule, ...], list[Diagnostic]]:
    """Return the rules of some files without faults, and every fault.

    Args:
        files: YAML text by file, each a list of rules, under the key `rules` or without one.

    Returns:
        The rules in the order of files and lines. Faults: E10, E11, E1201, E13.
    """
    found: list[Diagnostic] = []
    rules: dict[str, Rule] = {}
    for file, text in sorted(files.items()):
        for node in _records(text, file, found):
            rule = _rule(node)
            first = rules.setdefault(rule.code, rule)
            if first is not rule:
                found.append(_repeated(rule, first))
    return tuple(rules.values()), found


def _records(text: str, file: str, found: list[Diagnostic]) -> Iterator[RuleRecord]:
    """Yield the records of a file that can be used, and note the faults of the others."""
    root, text_faults = compose(text, file)
    found += text_faults
    if root is None:
        if not text_faults:
            found.append(faults.empty_file(Place(file), "list of rules"))
        return
    root = _listed(root)
    if not isinstance(root, yaml.SequenceNode):
        shape = "a mapping" if isinstance(root, yaml.MappingNode) else "text"
        place = Place(file, line(root))
        found.append(faults.wrong_shape(place, "a file of rules", shape, "a list"))
        return
    for entry in root.value:
        node, node_faults = read_node(RuleRecord, entry)
        own = [*node_faults, *(_expression_faults(node) if node is not None else ())]
        found += sorted(own, key=lambda each: each.place.line or 0)
        if node is not None and not own:
            yield node


def _listed(root: yaml.Node) -> yaml.Node:
    """Return the list of a file, which may stand under the key `rules` alone."""
    if isinstance(root, yaml.MappingNode) and [key.value for key, _ in root.value] == ["rules"]:
        return root.value[0][1]
    return root


def _expression_faults(node: RuleRecord) -> Iterator[Diagnostic]:
    """Yield what is wrong with the expressions and the example records of a rule."""
    prefix = example_dataset(node.applies_to)[:2]
    expressions = [node.fails_when, *(each.where for each in node.lookups.values() if each.where)]
    wrong = [fault for each in expressions for fault in _parse_faults(each, prefix)]
    yield from wrong
    if wrong:
        return
    tree = parse(prefixed(node.fails_when.text, prefix))
    used = {each.table for each in tree.find_all(exp.Column) if each.table}
    used |= {name.partition(".")[0] for name in [*node.good, *node.bad] if "." in name}
    for name in sorted(used - set(node.lookups)):
        remedy = did_you_mean(name, node.lookups) or f"add it to 'with': {{{name}: {{from: ...}}}}"
        yield Diagnostic("E1201", node.fails_when.place, f"unknown name '{name}'", remedy)


def _parse_faults(expression: Expression, prefix: str) -> Iterator[Diagnostic]:
    try:
        parse(prefixed(expression.text, prefix))
    except ExpressionError as error:
        yield Diagnostic(error.code, expression.place, error.problem, error.remedy)


def _rule(node: RuleRecord) -> Rule:
    lookups = {
        alias: Lookup(
            each.source.text,
            tuple((mine, theirs.text) for mine, theirs in each.by.items()),
            each.where.text if each.where else "",
        )
        for alias, each in node.lookups.items()
    }
    rule = Rule(
        code=node.code.text,
        title=node.title,
        applies_to=node.applies_to,
        severity=node.severity,
        remedy=node.remedy,
        source=node.source,
        good={},
        bad={},
        place=node.place,
        fails_when=node.fails_when.text.strip(),
        each=node.each,
        variable=node.variable,
        lookups=lookups,
    )
    good = example_records(rule, node.good, node.bad)
    return replace(rule, good=good, bad=example_records(rule, node.bad, node.good))


def _repeated(rule: Rule, first: Rule) -> Diagnostic:
    problem = f"rule '{rule.code}' is written twice; first in {first.place}"
    return Diagnostic("E1119", rule.place, problem, "give one of them another code")
