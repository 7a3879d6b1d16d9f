"""Ask every rule of every dataset it applies to, and collect what breaks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from trialport.diagnostics import Diagnostic, Severity
from trialport.metadata import DatasetMetadata
from trialport.plan.catalogue import Relation
from trialport.rules.database import Database, Macros
from trialport.rules.expression import expression_outcomes, prefixed
from trialport.rules.record_names import plain, record_variables, shown
from trialport.rules.rule import ADAM, ALL, RAW, SDTM, Finding, Rule, Total, ValidationResult
from trialport.rules.standards import Standards, shipped_standards
from trialport.rules.target import RECORD, Failing, Flaw, NotRun, Outcome, Target, variable
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
    run = _Run(database, known, most)
    for rule in sorted(rules, key=lambda each: each.code):
        run.ask(rule)
    return ValidationResult(tuple(run.findings), tuple(run.totals), tuple(run.not_run))


def standards_for(datasets: Sequence[DatasetMetadata]) -> Standards:
    """Return the shipped guides and codelists that the datasets need."""
    codes = {code for each in datasets for var in each.variables for code in var.codelists}
    return shipped_standards([each.name for each in datasets], codes)


class _Run:
    """One run of rules: what it asks, and what it has found so far."""

    def __init__(self, database: Database, standards: Standards, most: int) -> None:
        self.database, self.standards, self.most = database, standards, most
        self.findings: list[Finding] = []
        self.totals: list[Total] = []
        self.not_run: list[tuple[str, str, str]] = []

    def ask(self, rule: Rule) -> None:
        """Ask a rule of every dataset it applies to; what cannot be asked is noted."""
        there = [each for each in self.database.datasets if _applies(rule, each)]
        by_name = [each for each in rule.applies_to if each not in {SDTM, ADAM, ALL}]
        for name in by_name:
            if self.database.dataset(name) is None:
                self.not_run.append((rule.code, name, f"there is no dataset {name}"))
        about = [self._ask(rule, each) for each in there]
        if not any(about) and not by_name:
            reason = "no dataset has what the rule is about"
            self.not_run.append((rule.code, "", reason))

    def _ask(self, rule: Rule, dataset: DatasetMetadata) -> bool:
        """Ask a rule of one dataset; return whether it is about such a dataset."""
        relation = self.database.relation(dataset.name)
        if relation is None:
            self.not_run.append((rule.code, dataset.name, "its records are not there"))
            return True
        target = Target(dataset, relation, self.database, self.standards)
        is_about = True
        for outcome in _outcomes(rule, target):
            if isinstance(outcome, NotRun):
                is_about = is_about and outcome.applies
                if outcome.applies:
                    self.not_run.append((rule.code, dataset.name, outcome.reason))
            elif isinstance(outcome, Flaw):
                self._note_flaw(rule, outcome, target)
            else:
                self._note_records(rule, outcome, target)
        return is_about

    def _note_flaw(self, rule: Rule, flaw: Flaw, target: Target) -> None:
        severity = flaw.severity or rule.severity
        made = _finding(rule, severity, target, (), flaw.variable, None, flaw.message)
        self.findings.append(replace(made, remedy=flaw.remedy or made.remedy))
        self.totals.append(Total(rule.code, severity, target.name, flaw.variable, 1, 1))

    def _note_records(self, rule: Rule, failing: Failing, target: Target) -> None:
        names = failing.record
        if names is None and target.dataset.group == RAW:
            names = ("__row",)
        elif names is None:
            names = record_variables(target.dataset, target.relation.columns)
        query = _query(failing, names, target)
        rows = self.database.rows(_ordered(query, len(names)).limit(self.most, copy=False))
        if not rows:
            return
        found = len(rows) if len(rows) < self.most else self.database.number(query)
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


def _outcomes(rule: Rule, target: Target) -> Iterator[Outcome]:
    if rule.check is not None:
        yield from rule.check(target)
    else:
        yield from expression_outcomes(rule, target)


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
    for joined, alias, on in failing.joins:
        table = sql.subquery(joined.copy(), alias)
        query.join(sql.left_join(table, on.copy()), copy=False)
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
