"""A rule's expression over one dataset and its lookups, compiled to the records that break it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.catalogue import Relation
from trialport.plan.scopes import RelationScope
from trialport.rules.rule import ADAM, ALL, SDTM, Lookup, Rule
from trialport.rules.target import (
    NUMBER,
    RECORD,
    Failing,
    Joined,
    NotRun,
    Outcome,
    Target,
    Undecided,
)
from trialport.spec import sql
from trialport.spec.expressions import Reference, Resolved, Scope, compile_expression, names
from trialport.spec.parse import ExpressionError
from trialport.spec.vocabulary import Vocabulary

VALUE = "value"
"""The name, in an expression, of the variable that a rule with `each` is asked for."""

_PREFIX = re.compile("--(?=[A-Z])")
_ANY_PREFIX = "PREFIX__"
_WORDS = Vocabulary("")


def expression_outcomes(rule: Rule, target: Target) -> Iterator[Outcome]:
    """Yield the records of a dataset that break a rule, or why it cannot be asked."""
    text = prefixed(rule.fails_when, target.prefix)
    lookups = {alias: _prefixed(each, target.prefix) for alias, each in rule.lookups.items()}
    missing = _missing(rule, text, lookups, target)
    if missing is not None:
        yield missing
        return
    try:
        for name in _asked(rule, target):
            yield from _outcomes(rule, text, lookups, target, name)
    except ExpressionError as error:
        yield NotRun(error.problem)


def prefixed(text: str, prefix: str) -> str:
    """Return a text with `--` before a name replaced by the domain prefix.

    >>> prefixed("before(--ENDTC, --STDTC)", "AE")
    'before(AEENDTC, AESTDTC)'
    """
    return _PREFIX.sub(prefix, text)


def variables_named(rule: Rule, prefix: str) -> list[tuple[str, str]]:
    """Return (alias, variable) of every variable that the expressions of a rule name, once each."""
    found = _named(rule.fails_when, prefix)
    for alias, each in rule.lookups.items():
        found += [("", mine) for mine, _ in each.by]
        found += [(alias, theirs) for _, theirs in each.by]
        if each.where:
            found += [(alias, name) for _, name in _named(each.where, prefix)]
    return [pair for pair in dict.fromkeys(found) if pair != ("", VALUE) or not rule.each]


def _named(text: str, prefix: str) -> list[tuple[str, str]]:
    """Return (qualifier, name) of every column of a text, which is parsed once for all prefixes."""
    named = names(prefixed(text, _ANY_PREFIX))
    return [(alias, name.replace(_ANY_PREFIX, prefix)) for alias, name in named]


def _prefixed(lookup: Lookup, prefix: str) -> Lookup:
    return Lookup(lookup.dataset, lookup.by, prefixed(lookup.where, prefix))


def _missing(rule: Rule, text: str, lookups: Mapping[str, Lookup], target: Target) -> NotRun | None:
    """Return why the data do not have what the rule names, or None where they do."""
    named = variables_named(rule, target.prefix)
    lacking = [name for alias, name in named if not alias and not target.has(name)]
    if lacking:
        is_about_all = bool({SDTM, ADAM, ALL} & set(rule.applies_to))
        return NotRun(f"{target.name} has no {', '.join(lacking)}", applies=not is_about_all)
    if rule.each and not _asked(rule, target):
        return NotRun(f"{target.name} has no {' or '.join(rule.each)}", applies=False)
    for alias, lookup in lookups.items():
        relation = target.database.relation(lookup.dataset)
        if relation is None:
            return NotRun(f"there is no dataset {lookup.dataset}")
        lacking = [name for of, name in named if of == alias and name not in relation.columns]
        if lacking:
            return NotRun(f"{lookup.dataset} has no {', '.join(lacking)}")
    return None


def _asked(rule: Rule, target: Target) -> list[str]:
    """Return the variables that the rule is asked for, in the order of the dataset; or one ''."""
    if not rule.each:
        return [""]
    patterns = [_pattern(prefixed(each, target.prefix)) for each in rule.each]
    return [
        name
        for name in target.relation.columns
        if any(pattern.fullmatch(name) for pattern in patterns)
    ]


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name).replace(r"\*", "[A-Z0-9_]*"))


def _outcomes(
    rule: Rule, text: str, lookups: Mapping[str, Lookup], target: Target, name: str
) -> Iterator[Outcome]:
    scope = _RuleScope(target.relation, _relations(lookups, target), name)
    compiled = compile_expression(text, scope, _WORDS)
    if compiled.type not in {Type.BOOLEAN, Type.NULL}:
        yield NotRun(f"the expression is {compiled.type}, a condition is needed")
        return
    joins = tuple(
        _join(alias, lookup, scope, compiled.uses, target) for alias, lookup in lookups.items()
    )
    several: list[exp.Expr] = [
        exp.GT(this=_count(alias), expression=exp.Literal.number(1)) for alias in lookups
    ]
    alone = [exp.Not(this=sql.call("coalesce", each, exp.false())) for each in several]
    condition = sql.every([compiled.sql, *alone]) or compiled.sql
    yield Failing(condition, name or _shown(rule, text, target), joins=joins)
    for lookup, joined, number in zip(lookups.values(), joins, several, strict=True):
        yield _undecided(lookup, joined, number)


def _relations(lookups: Mapping[str, Lookup], target: Target) -> dict[str, Relation]:
    found = {alias: target.database.relation(each.dataset) for alias, each in lookups.items()}
    return {alias: relation for alias, relation in found.items() if relation is not None}


def _shown(rule: Rule, text: str, target: Target) -> str:
    """Return the variable whose value is shown: the one stated, else the first named."""
    if rule.variable:
        return prefixed(rule.variable, target.prefix)
    return next((name for alias, name in names(text) if not alias), "")


def _join(
    alias: str, lookup: Lookup, scope: _RuleScope, uses: Iterable[Reference], target: Target
) -> Joined:
    """Return what to join: one row a key, its record's values and the number of records."""
    relation = scope.lookups[alias]
    for mine, theirs in lookup.by:
        _same_type(mine, target.relation, theirs, relation)
    where = None
    if lookup.where:
        where = compile_expression(lookup.where, RelationScope(relation, RECORD, alias), _WORDS).sql
    wanted = tuple(sorted({each.name for each in uses if each.via == alias}))
    return Joined(relation.name, tuple(lookup.by), wanted, _table(alias), where)


def _same_type(mine: str, relation: Relation, theirs: str, other: Relation) -> None:
    kinds = relation.type_of(mine), other.type_of(theirs)
    if kinds[0] is not kinds[1]:
        problem = f"{relation.name} {mine} is {kinds[0]}, {other.name} {theirs} is {kinds[1]}"
        raise ExpressionError("E1401", problem)


def _table(alias: str) -> str:
    return f"with {alias}"


def _count(alias: str) -> exp.Expr:
    return sql.column(NUMBER, _table(alias))


def _undecided(lookup: Lookup, joined: Joined, several: exp.Expr) -> Undecided:
    """Return the records that a lookup leaves undecided because it gives several."""
    key = ", ".join(theirs for _, theirs in lookup.by)
    where = f" where {lookup.where}" if lookup.where else ""
    reason = f"{{records}} left out: {lookup.dataset} has several of one {key}{where}"
    return Undecided(several, (replace(joined, wanted=()),), reason)


@dataclass(frozen=True, slots=True)
class _RuleScope:
    """Bare names are the variables of the record, `alias.X` those of a looked-up record."""

    relation: Relation
    lookups: Mapping[str, Relation]
    each: str

    def resolve(self, qualifier: str, name: str) -> Resolved:
        if qualifier in self.lookups:
            relation = self.lookups[qualifier]
            kind = relation.type_of(name)
            tree = sql.column(name, _table(qualifier))
            return Resolved(tree, kind, Reference(relation.name, name, qualifier))
        if self.each and not qualifier and name == VALUE:
            name = self.each
        return RelationScope(self.relation, RECORD, "").resolve(qualifier, name)

    def set_scope(self, qualifier: str) -> Scope | None:
        return None
