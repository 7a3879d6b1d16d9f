"""The datasets as tables of a DuckDB connection: what they hold, and answers to queries."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from trialport.functions.model import Type
from trialport.functions.registry import definitions_for
from trialport.metadata import DatasetMetadata
from trialport.plan.catalogue import Relation
from trialport.spec import sql

if TYPE_CHECKING:
    import duckdb

_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


@contextmanager
def judging_database() -> Generator[duckdb.DuckDBPyConnection]:
    """Yield a database of its own, with a schema `raw`, to judge in; see `Macros`."""
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("CREATE SCHEMA raw")
        yield connection


@dataclass(slots=True)
class Macros:
    """The clinical functions of a judging database, each defined once a query calls it.

    Few rules call more than a few of them, and to define them all takes longer than a rule.
    """

    connection: duckdb.DuckDBPyConnection
    _defined: set[str] = field(default_factory=set[str])

    def define_for(self, query: str) -> None:
        """Define what a SQL text calls and is not yet defined."""
        for macro, statement in definitions_for(query).items():
            if macro not in self._defined:
                self.connection.execute(statement)
                self._defined.add(macro)


@dataclass(slots=True)
class Database:
    """Datasets by name, each with a table or view of that name; nothing is written to it.

    `macros` are there where the clinical functions are to be defined when they are called.
    """

    connection: duckdb.DuckDBPyConnection
    datasets: Sequence[DatasetMetadata]
    raw: Mapping[str, Relation] = field(default_factory=dict[str, Relation])
    macros: Macros | None = None
    _relations: dict[str, Relation | None] = field(default_factory=dict[str, Relation | None])

    def dataset(self, name: str) -> DatasetMetadata | None:
        """Return the metadata of a dataset, or None where there is none of that name."""
        return next((each for each in self.datasets if each.name == name), None)

    def relation(self, name: str) -> Relation | None:
        """Return the records of a dataset with the types they have, or None where there are none.

        A raw table has the types of its contract.

        Text variables whose names end in DTC hold ISO 8601 text. What begins with two underscores
        is no variable.
        """
        if name in self.raw:
            return self.raw[name]
        if name not in self._relations:
            known = self.dataset(name) is not None and self._is_there(name)
            self._relations[name] = self._described(name) if known else None
        return self._relations[name]

    def rows(self, query: exp.Expr) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        text = query.sql("duckdb", copy=False)
        if self.macros is not None:
            self.macros.define_for(text)
        return self.connection.execute(text).fetchall()

    def number(self, query: exp.Query) -> int:
        """Return how many rows a query has."""
        whole = sql.subquery(query.copy(), "q")
        rows = self.rows(exp.select(exp.Count(this=exp.Star())).from_(whole))
        return int(str(rows[0][0]))

    def in_order(self, name: str) -> exp.Expr:
        """Return SQL for the position of a record in its dataset."""
        columns = {each[0] for each in self._columns(name)}
        if "__id" in columns:
            return sql.column("__id")
        # DuckDB keeps the order of a table or an Arrow view for a window without any order.
        return exp.Window(this=exp.RowNumber())

    def _is_there(self, name: str) -> bool:
        schema = exp.EQ(this=exp.column("table_schema"), expression=sql.text("main"))
        same = exp.EQ(this=exp.column("table_name"), expression=sql.text(name))
        tables = exp.table_("tables", db="information_schema")
        return bool(self.rows(exp.select("table_name").from_(tables).where(schema).where(same)))

    def _columns(self, name: str) -> list[tuple[str, str]]:
        rows = self.rows(exp.Describe(this=exp.table_(name, quoted=True)))
        return [(str(row[0]), str(row[1])) for row in rows]

    def _described(self, name: str) -> Relation:
        columns = {
            column: _type(column, stored)
            for column, stored in self._columns(name)
            if not column.startswith("__")
        }
        return Relation(name, name, columns, "", ())


def _type(column: str, stored: str) -> Type:
    if stored.startswith(_NUMBERS):
        return Type.NUMBER
    if stored == "DATE":
        return Type.DATE
    if stored.startswith("TIMESTAMP"):
        return Type.DATETIME
    return Type.DTC if column.endswith("DTC") else Type.TEXT
