"""From the texts of a raw table to its staged table: trimmed, typed, checked by its contract.

Typing is SQL over the macros of the clinical functions, so that a contract and an expression read
dates and numbers alike. This module only writes the SQL; the engine runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from trialport.diagnostics import Diagnostic
from trialport.read.check import Check
from trialport.read.checks import contract_checks
from trialport.read.contract import contract_faults, usable_column
from trialport.read.drift import column_drift
from trialport.read.staged import COLLECTED, ROW
from trialport.read.texts import LINE
from trialport.read.typed import cleaned, typed
from trialport.spec.nodes import ColumnType, RawColumn, RawTable, Sources


@dataclass(frozen=True, slots=True)
class StagePlan:
    """How a raw table is staged.

    Attributes:
        name: the raw table.
        texts: name of the table that the engine registers: the texts with their lines.
        schema: the schema of the staged table.
        select: the staged table. `__row` BIGINT is the line of the record; each column of the
            contract is VARCHAR or (integer, number) DOUBLE; each that is not text has a companion
            `<column>__collected` with the trimmed text.
        checks: what the contract demands, to be asked of all staged tables together.
        diagnostics: what can be said without the data: drift and faults of the contract.
    """

    name: str
    texts: str
    schema: str
    select: exp.Select
    checks: tuple[Check, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def conditions(self) -> list[exp.Expr]:
        """The conditions of the checks that look at each record alone, in their order."""
        return [each.condition for each in self.checks if each.condition is not None]

    @property
    def counts(self) -> exp.Select:
        """The query for how many records meet each of the conditions."""
        # A branch of CASE is worked out for the records that reach it; a filter's condition is not.
        cases = [exp.case().when(each, exp.true()) for each in self.conditions]
        counts = [exp.Count(this=each) for each in cases]
        return exp.select(*counts).from_(exp.table_(self.name, db=self.schema, quoted=True))


def stage_sql(
    name: str,
    contract: RawTable,
    sources: Sources,
    columns_in_file: Sequence[str],
    *,
    schema: str = "raw",
) -> StagePlan:
    """Return how the raw table `name` is staged from texts with the columns of the file.

    A column that the file lacks (E3020) is NULL in the staged table and not checked. Staged tables
    are read as `schema.name`, the texts as `<name>__texts`.
    """
    texts = f"{name}__texts"
    there = [
        column
        for column, its in contract.columns.items()
        if column in columns_in_file and usable_column(its, sources)
    ]
    return StagePlan(
        name,
        texts,
        schema,
        _select(contract, sources, columns_in_file, texts),
        tuple(contract_checks(name, sources, there, schema)),
        (*column_drift(contract, columns_in_file), *contract_faults(name, sources)),
    )


def _select(
    contract: RawTable, sources: Sources, columns_in_file: Sequence[str], texts: str
) -> exp.Select:
    line = exp.cast(exp.column(LINE, quoted=True), exp.DataType.Type.BIGINT)
    inner = [exp.alias_(line, ROW, quoted=True)]
    outer: list[exp.Expr] = [exp.column(ROW, table="cleaned", quoted=True)]
    for name, column in contract.columns.items():
        if name in columns_in_file:
            cell: exp.Expr = exp.column(name, quoted=True)
            text = cleaned(cell, _missing(column, contract, sources))
        else:
            text = exp.cast(exp.Null(), exp.DataType.Type.TEXT)
        inner.append(exp.alias_(text, name, quoted=True))
        collected = exp.column(name, table="cleaned", quoted=True)
        outer.append(exp.alias_(typed(collected, column), name, quoted=True))
        if column.type is not ColumnType.TEXT:
            outer.append(exp.alias_(collected.copy(), name + COLLECTED, quoted=True))
    source = exp.select(*inner).from_(exp.table_(texts, quoted=True))
    return exp.select(*outer).from_(source.subquery("cleaned"))


def _missing(column: RawColumn, contract: RawTable, sources: Sources) -> tuple[str, ...]:
    if column.missing is not None:
        return column.missing
    return contract.missing if contract.missing is not None else sources.missing
