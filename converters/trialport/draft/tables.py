"""What a raw table holds: its columns, and what tells one record from another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pyarrow as pa
from sqlglot import exp

from trialport.draft.columns import ColumnProfile, profile_column
from trialport.draft.guess import Guess
from trialport.engine.duckdb import Engine
from trialport.read.cleaned import cleaned
from trialport.read.texts import Described, RawTexts
from trialport.spec.nodes import ColumnType, RawTable

_MOST_TRIED = 120
"""So many combinations of columns are tried as keys of a table."""

_LONGEST_KEY = 3
_KEYS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class TableProfile:
    """What a raw table holds.

    Attributes:
        name: the name it may have in sources.yaml.
        contract: how its file is read; the columns are still to come.
        guesses: what was guessed of the file: encoding, delimiter ...
        columns: its columns, in the order of the file.
        keys: sets of columns that tell its records apart, the best first.
    """

    name: str
    contract: RawTable
    guesses: Mapping[str, Guess]
    records: int
    columns: tuple[ColumnProfile, ...]
    keys: tuple[tuple[str, ...], ...] = field(default=())

    def column(self, name: str) -> ColumnProfile:
        """Return the column of this name."""
        return next(each for each in self.columns if each.name == name)

    def to_json(self, *, show_values: bool) -> dict[str, Any]:
        """Return the table as plain values."""
        return {
            "name": self.name,
            "file": self.contract.file.text,
            "part": self.contract.sheet,
            "guesses": {name: each.to_json() for name, each in self.guesses.items()},
            "records": self.records,
            "keys": [list(each) for each in self.keys],
            "columns": [each.to_json(show_values=show_values) for each in self.columns],
        }


def profile_table(
    engine: Engine, name: str, contract: RawTable, guesses: Mapping[str, Guess], texts: RawTexts
) -> TableProfile:
    """Return what a raw table holds; its trimmed texts stay in the engine as `draft.<name>`."""
    table = f"draft__{name}"
    trimmed = {each: cleaned(texts.table[each], ()) for each in texts.columns}
    engine.store(table, pa.table(trimmed))
    columns = tuple(
        profile_column(engine, table, each, texts.described.get(each, Described()))
        for each in texts.columns
    )
    records = texts.table.num_rows
    keys = tuple(_keys(engine, table, columns, records))
    return TableProfile(name, contract, guesses, records, columns, keys)


def _keys(
    engine: Engine, table: str, columns: Sequence[ColumnProfile], records: int
) -> Iterator[tuple[str, ...]]:
    """Yield the smallest sets of complete columns that tell all records apart."""
    if records < 2:
        return
    complete = [each for each in columns if _may_be_key(each, records)]
    # A day names no record alone, though each record of a small table may have its own.
    found: list[tuple[str, ...]] = [
        (c.name,) for c in complete if c.distinct == records and not c.is_moment
    ]
    tried = 0
    for size in range(2, _LONGEST_KEY + 1):
        if found:
            break
        for chosen in combinations(complete, size):
            # The columns together have at least as many values as records, or they cannot be a key.
            product = 1
            for each in chosen:
                product *= each.distinct
            if product < records:
                continue
            tried += 1
            if tried > _MOST_TRIED:
                break
            names = tuple(each.name for each in chosen)
            if _is_unique(engine, table, names):
                found.append(names)
    yield from found[:_KEYS_SHOWN]


def _may_be_key(column: ColumnProfile, records: int) -> bool:
    """Return whether a column is complete, has several values, and is of a kind that names things.

    Not measurements, prose, and moments: when a record was last changed is unique, and no key.
    """
    is_measured = column.type is ColumnType.NUMBER
    is_moment = column.type in (ColumnType.DATETIME, ColumnType.TIME)
    is_prose = any(len(value) > 60 for value, _ in column.values)
    is_fit = not (is_measured or is_moment or is_prose)
    return column.filled == records and column.distinct > 1 and is_fit


def _is_unique(engine: Engine, table: str, names: Sequence[str]) -> bool:
    quoted = [exp.column(each, quoted=True) for each in names]
    grouped = exp.select("1").from_(exp.table_(table, quoted=True)).group_by(*quoted)
    twice = grouped.having("count(*) > 1").limit(1)
    return not engine.rows(twice)
