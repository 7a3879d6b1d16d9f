"""Prove a rule by its own example records: the good ones keep it, the bad ones break it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from trialport.diagnostics import Diagnostic
from trialport.functions.model import Type
from trialport.metadata import DatasetMetadata
from trialport.plan.catalogue import Relation
from trialport.rules.database import Macros, judging_database
from trialport.rules.described import Stored, described
from trialport.rules.rule import RAW, Records, Rule, ValidationResult
from trialport.rules.run import run_rules
from trialport.rules.standards import Standards
from trialport.spec import sql

if TYPE_CHECKING:
    import duckdb

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SQL_TYPES = {"date": "DATE", "number": "DOUBLE", "text": "VARCHAR"}


def proof_faults(
    rules: Iterable[Rule], standards: Standards, raw: Mapping[str, Relation] | None = None
) -> list[Diagnostic]:
    """Return why the example records do not prove the rules; nothing where they do.

    Codes: E1120 the good records break it, E1121 the bad ones keep it, E1122 it cannot be asked.

    Args:
        rules: the rules.
        standards: the guides and codelists that the examples are judged by.
        raw: the raw tables that rules may name, for the types of their columns.
    """
    with judging_database() as connection:
        return proof_faults_in(Macros(connection), rules, standards, raw or {})


def proof_faults_in(
    macros: Macros, rules: Iterable[Rule], standards: Standards, raw: Mapping[str, Relation]
) -> list[Diagnostic]:
    """Return the same, judged in a database that is there; no table of it stays."""
    return [fault for each in rules for fault in _faults(each, macros, standards, raw)]


def _faults(
    rule: Rule, macros: Macros, standards: Standards, raw: Mapping[str, Relation]
) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    good, bad = (_judged(rule, each, macros, standards, raw) for each in (rule.good, rule.bad))
    for which, result in (("good", good), ("bad", bad)):
        for _, dataset, reason in result.not_run:
            problem = f"{rule.code} cannot be asked of its {which} record in {dataset}: {reason}"
            found.append(Diagnostic("E1122", rule.place, problem))
    if good.findings:
        problem = f"the good record of {rule.code} breaks it: {good.findings[0].diagnostic}"
        found.append(Diagnostic("E1120", rule.place, problem))
    if not bad.findings and not found:
        problem = f"the bad record of {rule.code} does not break it"
        found.append(Diagnostic("E1121", rule.place, problem))
    return found


def _judged(
    rule: Rule,
    records: Records,
    macros: Macros,
    standards: Standards,
    raw: Mapping[str, Relation],
) -> ValidationResult:
    """Return what a rule finds in example records; each dataset is a table for that long."""
    connection = macros.connection
    datasets = [_stage(connection, name, each, standards, raw) for name, each in records.items()]
    typed = {each.name: _as_relation(each, raw[each.name]) for each in datasets if each.name in raw}
    try:
        return run_rules(
            datasets, connection, [rule], standards=standards, raw=typed, macros=macros
        )
    finally:
        for each in datasets:
            connection.execute(f"DROP TABLE {_quoted(each.name)}")


def _as_relation(dataset: DatasetMetadata, raw: Relation) -> Relation:
    """Return a raw table with the columns that its example records have."""
    names = [each.name for each in dataset.variables if each.name != "__row"]
    columns = {name: raw.columns.get(name, Type.TEXT) for name in names}
    collected = {name: text for name, text in raw.collected.items() if text in names}
    return Relation(raw.name, raw.shown, columns, raw.key, (), collected)


def _quoted(name: str) -> str:
    return sql.table(name).sql("duckdb")


def _stage(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    records: Sequence[Mapping[str, str]],
    standards: Standards,
    raw: Mapping[str, Relation],
) -> DatasetMetadata:
    """Create the table of a dataset from example records, and return its metadata."""
    group = RAW if name.startswith("raw.") else "adam" if name.startswith("AD") else "sdtm"
    collected = raw[name].collected if name in raw else {}
    records = [
        {**each, **{collected[key]: each[key] for key in each if key in collected}}
        for each in records
    ]
    names = list(dict.fromkeys(each for record in records for each in record)) or ["USUBJID"]
    names += ["__row"] * (group == RAW)
    typed = raw[name].columns if name in raw else {}
    guide = standards.dataset(name, group, names)
    columns: list[Stored] = []
    kinds: list[str] = []
    for each in names:
        values = [record.get(each, "") for record in records]
        found = standards.variable(name, group, names, each)
        listed = guide.variable(each) if guide else None
        given = [value for value in values if value]
        usual = listed or (found if not given else None)
        kind = _kind(each, given, usual.type if usual else "")
        if each in typed:
            kind = "number" if typed[each] is Type.NUMBER else "text"
        elif each in collected.values():
            kind = "text"
        length = max([1, *(len(value.encode()) for value in values)]) if kind == "text" else 8
        label = found.label if found and not found.has_open_label else each
        form = "DATE9." if kind == "date" else ""
        columns.append(Stored(each, label, "Char" if kind == "text" else "Num", length, form))
        kinds.append(_SQL_TYPES[kind])
    shape = ", ".join(f'"{each}" {kind}' for each, kind in zip(names, kinds, strict=True))
    connection.execute(f"CREATE TABLE {_quoted(name)} ({shape})")
    if records:
        marks = ", ".join("?" for _ in names)
        rows = [[record.get(each) or None for each in names] for record in records]
        connection.executemany(f"INSERT INTO {_quoted(name)} VALUES ({marks})", rows)
    return described(name, name, group, columns, len(records), f"{name.lower()}.xpt", standards)


def _kind(name: str, values: Sequence[str], standard: str) -> str:
    """Return text, number or date: as the guide lists the variable, else as the values look."""
    if standard == "Char" or name.endswith("DTC"):
        return "text"
    if name.endswith("DT") and values and all(_DATE.fullmatch(each) for each in values):
        return "date"
    is_number = bool(values) and all(_NUMBER.fullmatch(each) for each in values)
    return "number" if standard == "Num" or is_number else "text"
