"""From the texts of a raw table to its staged table: trimmed, typed, checked by its contract.

Typing is SQL over the macros of the clinical functions, so that a contract and an expression read
dates and numbers alike; the engine runs it, over each text of a column once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from trialport.diagnostics import Diagnostic
from trialport.read.check import Check
from trialport.read.checks import contract_checks
from trialport.read.cleaned import cleaned
from trialport.read.contract import contract_faults, usable_column
from trialport.read.drift import column_drift
from trialport.read.staged import COLLECTED, ROW
from trialport.read.texts import RawTexts
from trialport.read.typed import Reading, reading_of
from trialport.spec.nodes import RawColumn, RawTable, Sources


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Texts, each once, and the value that each is read as."""

    texts: pa.Array
    values: pa.Array

    def values_of(self, texts: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return the value of each text, null where there is none."""
        places = pc.call_function("index_in", [texts], pc.SetLookupOptions(self.texts))
        return pc.call_function("take", [self.values, places])


@dataclass(frozen=True, slots=True)
class StagedColumn:
    """A column of a staged table.

    Attributes:
        name: its name.
        missing: the codes that mean a missing value in it.
        reading: how its texts are read.
        is_there: whether the file has it.
    """

    name: str
    missing: tuple[str, ...]
    reading: Reading
    is_there: bool

    def texts(self, raw: RawTexts) -> pa.ChunkedArray:
        """Return the cleaned texts of the column, all null where the file lacks it."""
        if self.is_there:
            return cleaned(raw.table[self.name], self.missing)
        return pa.chunked_array([pa.nulls(raw.table.num_rows, pa.string())])

    def different_texts(self, raw: RawTexts) -> pa.Array:
        """Return each text of the column once."""
        return pc.call_function("drop_null", [pc.call_function("unique", [self.texts(raw)])])


@dataclass(frozen=True, slots=True)
class StagePlan:
    """How a raw table is staged.

    Attributes:
        name: the raw table.
        schema: the schema of the staged table.
        columns: the columns of the contract.
        checks: what the contract demands, to be asked of all staged tables together.
        diagnostics: what can be said without the data: drift and faults of the contract.
    """

    name: str
    schema: str
    columns: tuple[StagedColumn, ...]
    checks: tuple[Check, ...]
    diagnostics: tuple[Diagnostic, ...]

    def staged(self, raw: RawTexts, read: Mapping[Reading, ReadTexts]) -> pa.Table:
        """Return the staged table.

        `__row` (int64) is the line of the record; each column of the contract is text or (integer,
        number) a double; each that is not of type text has a companion `<column>__collected` with
        the trimmed text.

        Args:
            raw: the texts of the raw table.
            read: what the texts are read as, for each reading but that as text.
        """
        columns: dict[str, pa.Array | pa.ChunkedArray] = {ROW: raw.lines}
        for each in self.columns:
            texts = each.texts(raw)
            if each.reading.is_text:
                columns[each.name] = texts
            else:
                columns[each.name] = read[each.reading].values_of(texts)
                columns[each.name + COLLECTED] = texts
        return pa.table(columns)

    @property
    def conditions(self) -> list[exp.Expr]:
        """The conditions of the checks, each once."""
        conditions = (each.condition for each in self.checks)
        return list(dict.fromkeys(each for each in conditions if each is not None))

    @property
    def counts(self) -> exp.Select:
        """The query for how many records meet each of the conditions."""
        # A branch of CASE is worked out for the records that reach it; a filter's condition is not.
        cases = [exp.case().when(each, exp.true()) for each in self.conditions]
        counts = [exp.Count(this=each) for each in cases]
        return exp.select(*counts).from_(exp.table_(self.name, db=self.schema, quoted=True))


def stage_plan(
    name: str,
    contract: RawTable,
    sources: Sources,
    columns_in_file: Sequence[str],
    *,
    schema: str = "raw",
) -> StagePlan:
    """Return how the raw table `name` is staged from texts with the columns of the file.

    A column that the file lacks (E3020) is null in the staged table and not checked. Staged tables
    are read as `schema.name`.
    """
    there = [
        column
        for column, its in contract.columns.items()
        if column in columns_in_file and usable_column(its, sources)
    ]
    columns = tuple(
        StagedColumn(
            column, _missing(its, contract, sources), reading_of(its), column in columns_in_file
        )
        for column, its in contract.columns.items()
    )
    return StagePlan(
        name,
        schema,
        columns,
        tuple(contract_checks(name, sources, there, schema)),
        (*column_drift(contract, columns_in_file), *contract_faults(name, sources)),
    )


def _missing(column: RawColumn, contract: RawTable, sources: Sources) -> tuple[str, ...]:
    if column.missing is not None:
        return column.missing
    return contract.missing if contract.missing is not None else sources.missing
