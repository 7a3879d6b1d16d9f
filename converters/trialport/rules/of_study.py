"""Rules that a study writes for itself: over its datasets, and edit checks over its raw tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.functions.model import Type
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.plan.catalogue import Relation
from trialport.rules.database import Macros, judging_database
from trialport.rules.load import load_rules
from trialport.rules.proof import proof_faults_in
from trialport.rules.rule import (
    ADAM,
    ALL,
    RAW,
    SDTM,
    Finding,
    Rule,
    Total,
    ValidationResult,
)
from trialport.rules.run import run_rules
from trialport.rules.standards import Standards
from trialport.spec import sql

if TYPE_CHECKING:
    import duckdb

OWN = "TP"
"""What codes of trialport's own rules begin with."""

_SQL_TYPES = {Type.NUMBER: "DOUBLE", Type.DATE: "DATE", Type.DATETIME: "TIMESTAMP"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules of a study may name: its datasets by their metadata, and its raw tables."""

    datasets: Sequence[DatasetMetadata]
    raw: Mapping[str, Relation]

    @property
    def everything(self) -> list[DatasetMetadata]:
        """Return the datasets, and the raw tables as such."""
        return [*self.datasets, *map(_as_dataset, self.raw.values())]


def load_study_rules(files: Mapping[str, str]) -> tuple[tuple[Rule, ...], list[Diagnostic]]:
    """Return the rules of a study without faults, and every fault.

    Args:
        files: YAML text by file, each a list of rules.

    Returns:
        The rules in the order of files and lines. Faults: E10, E11, E1201, E13; E1118 a code that
        begins like those of trialport's own rules.
    """
    rules, found = load_rules(files)
    taken = [each for each in rules if each.code.startswith(OWN)]
    found += [
        Diagnostic(
            "E1118",
            each.place,
            f"the code '{each.code}' is one of trialport's own rules",
            "begin it with the study's letters, e.g. MSC001",
        )
        for each in taken
    ]
    return tuple(each for each in rules if each not in taken), found


def study_rule_faults(
    rules: Sequence[Rule], relations: Mapping[str, Relation], known: Known, standards: Standards
) -> list[Diagnostic]:
    """Return why rules of a study are not proven by their examples, or cannot be asked.

    Args:
        rules: the rules.
        relations: the planned datasets by name, of those at least that the rules read.
        known: the same as metadata, and the raw tables.
        standards: the guides and codelists that the examples are judged by.

    Returns:
        E1120 to E1122 of the examples; E1123 (a warning) a dataset or a name is not there.
    """
    with judging_database() as connection:
        macros = Macros(connection)
        found = proof_faults_in(macros, rules, standards, known.raw)
        for name, relation in {**relations, **known.raw}.items():
            connection.execute(_empty_table(name, relation))
        result = run_rules(
            known.everything, connection, rules, standards=standards, raw=known.raw, macros=macros
        )
    return [*found, *not_asked(rules, result)]


def read_by(rules: Iterable[Rule]) -> frozenset[str] | None:
    """Return the datasets and raw tables that rules read, None where they may read any."""
    found = frozenset(
        name
        for rule in rules
        for name in (*rule.applies_to, *(each.dataset for each in rule.lookups.values()))
    )
    return None if found & {SDTM, ADAM, ALL} else found


def _empty_table(name: str, relation: Relation) -> str:
    """Return the statement that makes the table of a dataset or raw table, without records."""
    collected = dict.fromkeys(relation.collected.values(), Type.TEXT)
    columns = (
        f"{sql.column(each).sql('duckdb')} {_SQL_TYPES.get(kind, 'VARCHAR')}"
        for each, kind in {**collected, **relation.columns}.items()
    )
    shape = ", ".join((*columns, "__row BIGINT"))
    return f"CREATE TABLE {sql.table(name).sql('duckdb')} ({shape})"


def not_asked(rules: Iterable[Rule], result: ValidationResult) -> list[Diagnostic]:
    """Return E1123 for each rule and dataset that could not be asked, at the line of the rule."""
    places = {each.code: each.place for each in rules}
    return [
        Diagnostic(
            "E1123",
            places[code],
            f"rule {code} is not asked{f' of {dataset}' if dataset else ''}: {reason}",
            "name a dataset, a raw table and variables that are there",
            Severity.WARNING,
        )
        for code, dataset, reason in result.not_run
    ]


def ask_study_rules(
    rules: Sequence[Rule],
    known: Known,
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, str],
    standards: Standards,
) -> tuple[list[Diagnostic], ValidationResult]:
    """Return what rules of a study find; a finding about a raw record names its file and row.

    Args:
        rules: the rules.
        known: the datasets and raw tables that the connection holds.
        connection: see `run_rules`; raw tables stand in schema `raw`.
        files: the file of each raw table, by its name with `raw.`.
        standards: the guides and codelists.
    """
    result = run_rules(known.everything, connection, rules, standards=standards, raw=known.raw)
    found = [_placed(each, files) for each in result.findings]
    found += [_further(each, files) for each in result.totals if each.found > each.listed]
    return found, result


def raw_tables_named(rules: Iterable[Rule]) -> Collection[str]:
    """Return the raw tables that rules are about or look into, without `raw.`."""
    names = {name for each in rules for name in (*each.applies_to, *each.needs)}
    return {each.removeprefix("raw.") for each in names if each.startswith("raw.")}


def _placed(finding: Finding, files: Mapping[str, str]) -> Diagnostic:
    if finding.dataset not in files:
        return finding.diagnostic
    row = dict(finding.record).get("__row")
    place = Place(files[finding.dataset], int(row) if row else None, finding.variable)
    return Diagnostic(finding.code, place, finding.message, finding.remedy, finding.severity)


def _further(total: Total, files: Mapping[str, str]) -> Diagnostic:
    if total.dataset not in files:
        return total.diagnostic
    place = Place(files[total.dataset], column=total.variable)
    return Diagnostic(total.code, place, total.diagnostic.problem, "", total.severity)


def _as_dataset(relation: Relation) -> DatasetMetadata:
    kinds = {Type.NUMBER: "Num"}
    variables = tuple(
        VariableMetadata(name, name, kinds.get(kind, "Char"), 8)
        for name, kind in relation.columns.items()
    )
    return DatasetMetadata(relation.name, relation.shown, RAW, "", "", (), 0, "", variables)
