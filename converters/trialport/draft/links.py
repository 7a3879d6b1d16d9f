"""Columns whose values are those that another table is told apart by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from trialport.draft.columns import ColumnProfile
from trialport.draft.tables import TableProfile
from trialport.engine.duckdb import Engine
from trialport.spec.nodes import ColumnType


@dataclass(frozen=True, slots=True)
class Link:
    """A column of a table whose every value is one of a key column of another."""

    table: str
    column: str
    to_table: str
    to_column: str
    distinct: int

    def to_json(self) -> dict[str, Any]:
        """Return the link as plain values."""
        return {
            "from": f"{self.table}.{self.column}",
            "to": f"{self.to_table}.{self.to_column}",
            "distinct": self.distinct,
        }


def likely_links(engine: Engine, tables: Sequence[TableProfile]) -> list[Link]:
    """Return the likely links between profiled tables.

    The column of the other table is a key alone, both have the same name (in any case), and no
    value lacks its record. Of several such tables the one with the most values is named: a subject
    is first of all one of those who were screened.
    """
    return [
        found
        for table in tables
        for column in table.columns
        if (found := _link(engine, table, column, tables)) is not None
    ]


def _link(
    engine: Engine, table: TableProfile, column: ColumnProfile, tables: Sequence[TableProfile]
) -> Link | None:
    fitting = [
        (other, key)
        for other, key in _candidates(table, column, tables)
        if _is_within(engine, table.name, column.name, other.name, key.name)
    ]
    if not fitting:
        return None
    other, key = max(fitting, key=lambda each: each[1].distinct)
    has_same_records = key.distinct == column.distinct and (column.name,) in table.keys
    if has_same_records and _place(table, tables) < _place(other, tables):
        # The first of two tables with the same records is the one that others lead to.
        return None
    return Link(table.name, column.name, other.name, key.name, column.distinct)


def _place(table: TableProfile, tables: Sequence[TableProfile]) -> int:
    return [each.name for each in tables].index(table.name)


def _candidates(
    table: TableProfile, column: ColumnProfile, tables: Sequence[TableProfile]
) -> Iterator[tuple[TableProfile, ColumnProfile]]:
    if column.distinct < 2 or column.is_moment or column.type is ColumnType.NUMBER:
        return
    for other in tables:
        for names in other.keys:
            key = other.column(names[0])
            alike = key.name.casefold() == column.name.casefold()
            if other is not table and len(names) == 1 and alike and key.distinct >= column.distinct:
                yield other, key


def _is_within(engine: Engine, table: str, column: str, other: str, key: str) -> bool:
    theirs = exp.select(exp.column(key, quoted=True)).from_(
        exp.table_(f"draft__{other}", quoted=True)
    )
    ours = exp.select(exp.column(column, quoted=True)).from_(
        exp.table_(f"draft__{table}", quoted=True)
    )
    is_there = exp.Not(this=exp.Is(this=exp.column(column, quoted=True), expression=exp.Null()))
    return not engine.rows(exp.except_(ours.where(is_there), theirs).limit(1))
