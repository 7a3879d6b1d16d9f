"""Ask every rule of every dataset it applies to, and collect what breaks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from trialport.diagnostics import Diagnostic, Severity
from trialport.metadata import DatasetMetadata
from trialport.plan.catalogue import Relation
from trialport.rules.database import OTHER_TYPE, Database, Macros, OtherTypeError
from trialport.rules.expression import expression_outcomes, prefixed
from trialport.rules.record_names import plain, record_variables, shown
from trialport.rules.rule import ADAM, ALL, RAW, SDTM, Finding, Rule, Total, ValidationResult
from trialport.rules.standards import Standards, shipped_standards
from trialport.rules.sweep import numbers_of_records
from trialport.rules.target import (
    RECORD,
    Failing,
    Flaw,
    NotRun,
    Outcome,
    Target,
    Undecided,
    variable,
)
from trialport.spec import sql

if TYPE_CHECKING:
    import duckdb

MOST_FINDINGS = 1000
"""How many records are listed of one rule, dataset and variable; the rest is counted."""

_GROUPS = {"sdtm": {SDTM, ALL}, "adam": {ADAM, ALL}}


def validate_datasets(
    datasets: Sequence[DatasetMetadata], connection: duckdb.DuckDBPyConnection
) -> list[Diagnostic]:
    """Return what the shipped rules find in the datasets, as diagnostics."""
    return run_rules(datasets, connection).diagnostics


def run_rules(
    datasets: Sequence[DatasetMetadata],
    connection: duckdb.DuckDBPyConnection,
    rules: Iterable[Rule] | None = None,
    *,
    standards: Standards | None = None,
    raw: Mapping[str, Relation] | None = None,
    macros: Macros | None = None,
    most: int = MOST_FINDINGS,
) -> ValidationResult:
    """Return what the rules find, in the order of rule codes, datasets and records.

    Args:
        datasets: metadata of the datasets to judge.
        connection: holds one table or view a dataset, named as the dataset, with the clinical
            functions defined. Dates are DATE, numbers DOUBLE, text VARCHAR with NULL for missing;
            columns that begin with two underscores are no variables, `__id` tells the order.
        rules: the rules to ask; the shipped ones unless stated.
        standards: the guides and codelists to judge by; the newest shipped unless stated.
        raw: raw tables among the datasets, with the types of their contracts.
        macros: where the connection has no clinical functions yet, what defines them.
        most: how many records are listed of one rule, dataset and variable; all are counted.
    """
    if rules is None:
        # Imported here because checking the rules of a study needs none of the shipped ones.
        from trialport.rules.shipped import shipped_rules

        rules = shipped_rules()
    known = standards if standards is not None else standards_for(datasets)
    database = Database(connection, datasets, raw or {}, macros)
    answers = [
        each
        for rule in sorted(rules, key=lambda each: each.code)
        for each in _answers(rule, database, known)
    ]
    told = _Told(database, most)
    for answer, number in zip(answers, _numbers(answers, database), strict=True):
        told.tell(answer, number)
    return ValidationResult(tuple(told.findings), tuple(told.totals), tuple(told.not_run))


def standards_for(datasets: Sequence[DatasetMetadata]) -> Standards:
    """Return the shipped guides and codelists that the datasets need."""
    codes = {code for each in datasets for var in each.variables for code in var.codelists}
    return shipped_standards([each.name for each in datasets], codes)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a rule answers about a dataset before the records are looked at.

    There is no target where there is no dataset of the name, or none at all.
    """

    rule: Rule
    name: str
    outcome: Outcome
    target: Target | None = None


def _answers(rule: Rule, database: Database, standards: Standards) -> Iterator[_Answer]:
    """Yield what a rule answers about every dataset it applies to."""
    by_name = [each for each in rule.applies_to if each not in {SDTM, ADAM, ALL}]
    for name in by_name:
        if database.dataset(name) is None:
            yield _Answer(rule, name, NotRun(f"there is no dataset {name}"))
    is_about_any = False
    for dataset in database.datasets:
        if _applies(rule, dataset):
            outcomes = list(_of_dataset(rule, dataset, database, standards))
            silent = [o for o, _ in outcomes if isinstance(o, NotRun) and not o.applies]
            is_about_any = is_about_any or not silent
            yield from (
                _Answer(rule, dataset.name, outcome, target)
                for outcome, target in outcomes
                if outcome not in silent
            )
    if not is_about_any and not by_name:
        yield _Answer(rule, "", NotRun("no dataset has what the rule is about"))


def _of_dataset(
    rule: Rule, dataset: DatasetMetadata, database: Database, standards: Standards
) -> Iterator[tuple[Outcome, Target | None]]:
    relation = database.relation(dataset.name)
    if relation is None:
        yield NotRun("its records are not there"), None
        return
    target = Target(dataset, relation, database, standards)
    outcomes = rule.check(target) if rule.check else expression_outcomes(rule, target)
    try:
        yield from ((each, target) for each in outcomes)
    except OtherTypeError:
        yield NotRun(OTHER_TYPE), None


def _numbers(answers: Sequence[_Answer], database: Database) -> list[int | None]:
    """Return how many records each answer is about; None where that is not known yet."""
    asked = [
        (place, each.target, each.outcome)
        for place, each in enumerate(answers)
        if each.target is not None and isinstance(each.outcome, Failing | Undecided)
    ]
    found = numbers_of_records([(target, outcome) for _, target, outcome in asked], database)
    by_place = {place: number for (place, *_), number in zip(asked, found, strict=True)}
    return [by_place.get(place) for place in range(len(answers))]


class _Told:
    """What the answers come to: findings, how many there are, and what could not be asked."""

    def __init__(self, database: Database, most: int) -> None:
        self.database, self.most = database, most
        self.findings: list[Finding] = []
        self.totals: list[Total] = []
        self.not_run: list[tuple[str, str, str]] = []

    def tell(self, answer: _Answer, number: int | None) -> None:
        """Note what an answer comes to, which is about so many records."""
        rule, outcome, target = answer.rule, answer.outcome, answer.target
        if isinstance(outcome, NotRun):
            self.not_run.append((rule.code, answer.name, outcome.reason))
            return
        assert target is not None, "what is found is found in a dataset"
        if isinstance(outcome, Flaw):
            self._note_flaw(rule, outcome, target)
        elif isinstance(outcome, Undecided):
            if number:
                shown_ = f"{number} record" + ("s" if number > 1 else "")
                self.not_run.append((rule.code, answer.name, outcome.told(shown_)))
        elif number != 0:
            try:
                self._note_records(rule, outcome, target, number)
            except OtherTypeError:
                self.not_run.append((rule.code, answer.name, OTHER_TYPE))

    def _note_flaw(self, rule: Rule, flaw: Flaw, target: Target) -> None:
        severity = flaw.severity or rule.severity
        made = _finding(rule, severity, target, (), flaw.variable, None, flaw.message)
        self.findings.append(replace(made, remedy=flaw.remedy or made.remedy))
        self.totals.append(Total(rule.code, severity, target.name, flaw.variable, 1, 1))

    def _note_records(
        self, rule: Rule, failing: Failing, target: Target, number: int | None
    ) -> None:
        names = failing.record
        if names is None and target.dataset.group == RAW:
            names = ("__row",)
        elif names is None:
            names = record_variables(target.dataset, target.relation.columns)
        query = _query(failing, names, target)
        rows = self.database.rows(_ordered(query, len(names)).limit(self.most, copy=False))
        if not rows:
            return
        found = len(rows)
        if found >= self.most:
            found = self.database.number(query) if number is None else number
        severity = failing.severity or rule.severity
        for *record, value, count in rows:
            text = None if value is None else plain(value)
            key = tuple(
                (name, plain(each))
                for name, each in zip(names, record, strict=True)
                if each is not None
            )
            message = _message(rule, failing, target, text, plain(count))
            made = _finding(rule, severity, target, key, failing.variable, text, message)
            self.findings.append(made)
        total = Total(rule.code, severity, target.name, failing.variable, found, len(rows))
        self.totals.append(total)


def _applies(rule: Rule, dataset: DatasetMetadata) -> bool:
    return bool({dataset.name, *_GROUPS.get(dataset.group, ())} & set(rule.applies_to))


def _query(failing: Failing, names: Sequence[str], target: Target) -> exp.Select:
    """Return the query of the failing records: what names them, the value at fault, a count."""
    value = variable(failing.variable) if failing.variable else exp.Null()
    count = exp.Null() if failing.count is None else failing.count.copy()
    cells = [sql.alias(variable(name), f"__{i}") for i, name in enumerate(names)]
    query = exp.select(*cells, sql.alias(value, "__value"), sql.alias(count, "__count"))
    source: exp.Expr = sql.table(target.name, RECORD)
    if failing.source is not None:
        source = sql.subquery(failing.source.copy(), RECORD)
    query.from_(source, copy=False)
    for joined in failing.joins:
        query.join(joined.join, copy=False)
    return query.where(failing.condition.copy(), copy=False)


def _ordered(query: exp.Select, names: int) -> exp.Select:
    terms = [*(f"__{i}" for i in range(names)), "__value"]
    ordered = (exp.Ordered(this=sql.column(each), nulls_first=True) for each in terms)
    return query.copy().order_by(*ordered, copy=False)


def _message(rule: Rule, failing: Failing, target: Target, value: str | None, count: str) -> str:
    if failing.message:
        return failing.message.replace("{count}", count).replace("{value}", shown(value))
    return f"{shown(value)} breaks the rule '{prefixed(rule.title, target.prefix)}'"


def _finding(
    rule: Rule,
    severity: Severity,
    target: Target,
    record: tuple[tuple[str, str], ...],
    name: str,
    value: str | None,
    message: str,
) -> Finding:
    remedy = prefixed(rule.remedy, target.prefix)
    return Finding(rule.code, severity, target.name, record, name, value, message, remedy)
