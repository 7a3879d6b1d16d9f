"""All checks of a raw table under its contract: values, references to other tables, the key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from trialport.read import typed
from trialport.read.check import Check
from trialport.read.staged import ROW, Staged, fault_columns, is_not_null, literal
from trialport.read.value_checks import value_checks
from trialport.spec.nodes import ColumnType, Sources


def contract_checks(
    name: str, sources: Sources, columns: Sequence[str], schema: str
) -> list[Check]:
    """Return the checks of a staged raw table, in the order of its columns, the key's last.

    Args:
        name: the raw table.
        sources: all contracts; references lead to other tables.
        columns: the columns of the contract that the file has; the others are not checked.
        schema: the schema that holds the staged tables.
    """
    contract = sources.tables[name]
    staged = Staged(name, contract, schema)
    found: list[Check] = []
    for column in columns:
        found += value_checks(staged, column)
        found += _reference_check(staged, column, sources)
    if contract.keys and all(key.text in columns for key in contract.keys):
        found.append(_repeated_key(staged))
    return found


def _reference_check(staged: Staged, name: str, sources: Sources) -> Iterator[Check]:
    reference = staged.contract.columns[name].references
    if reference is None:
        return
    table, _, column = reference.text.partition(".")
    other = Staged(table, sources.tables[table], staged.schema)
    kinds = (staged.contract.columns[name].type, other.contract.columns[column].type)
    theirs, ours = other.text(column, "other"), staged.text(name, "this")
    if _are_alike(*kinds):
        theirs, ours = other.column(column, "other"), staged.column(name, "this")
    equal = exp.EQ(this=theirs, expression=ours)
    there = exp.select("1").from_(other.source("other")).where(equal)
    value = staged.text(name, "this")
    query = (
        fault_columns(name, value, None, "this")
        .from_(staged.source("this"))
        .where(exp.and_(is_not_null(value), exp.Not(this=exp.Exists(this=there))))
    )
    problem = f"{{value}} is not in {literal(reference.text)}"
    remedy = f"correct the record, or complete '{literal(other.contract.file.text)}'"
    needs = () if table == staged.name else (table,)
    yield Check("E3109", staged.contract.file.text, query, problem, remedy, needs=needs)


def _are_alike(one: ColumnType, other: ColumnType) -> bool:
    both = {one, other}
    return both <= set(typed.NUMBERS) or both <= set(typed.MOMENTS)


def _repeated_key(staged: Staged) -> Check:
    names = [key.text for key in staged.contract.keys]
    columns: list[exp.Expr] = [staged.column(name) for name in names]
    first = exp.Window(
        this=exp.Min(this=exp.column(ROW, quoted=True)),
        partition_by=[column.copy() for column in columns],
    )
    value = staged.text(names[0]) if len(names) == 1 else None
    records = (
        exp.select(
            exp.column(ROW, quoted=True),
            exp.alias_(value or exp.Null(), "value", quoted=True),
            exp.alias_(first, "first", quoted=True),
        )
        .from_(staged.source())
        .where(exp.and_(*(is_not_null(column) for column in columns)))
    )
    detail = exp.column("first", quoted=True)
    query = (
        fault_columns(", ".join(names), exp.column("value", quoted=True), detail)
        .from_(records.subquery("records"))
        .where(exp.GT(this=exp.column(ROW, quoted=True), expression=detail.copy()))
    )
    problem = "the key {value} is" if len(names) == 1 else "the key is"
    remedy = "remove one of the records, or add a column to 'keys'"
    file = staged.contract.file.text
    return Check("E3107", file, query, problem + " on line {detail} already", remedy)
