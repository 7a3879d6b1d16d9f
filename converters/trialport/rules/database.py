"""The datasets as tables of a DuckDB connection: what they hold, and answers to queries."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
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


OTHER_TYPE = "a variable has another type than the rule asks for"
"""Why a rule cannot be asked, without the words of the database, which show values."""


class OtherTypeError(Exception):
    """A query asks for a variable as a type that it does not have, e.g. for a number as a text."""


@contextmanager
def types_that_fit() -> Generator[None]:
    """Raise OtherTypeError where the types of variables do not fit what a query asks of them."""
    import duckdb

    try:
        yield
    except (duckdb.BinderException, duckdb.ConversionException) as error:
        raise OtherTypeError from error


def _no_steps() -> dict[tuple[str, tuple[str, ...]], tuple[int, int]]:
    return {}


@dataclass
class Database:
    """Datasets by name, each with a table or view of that name; nothing is written to it.

    `macros` are there where the clinical functions are to be defined when they are called.
    """

    connection: duckdb.DuckDBPyConnection
    datasets: Sequence[DatasetMetadata]
    raw: Mapping[str, Relation] = field(default_factory=dict[str, Relation])
    macros: Macros | None = None
    _relations: dict[str, Relation | None] = field(default_factory=dict[str, Relation | None])
    _steps: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = field(default_factory=_no_steps)

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
            known = self.dataset(name) is not None and name in self._stored
            self._relations[name] = self._described(name) if known else None
        return self._relations[name]

    def rows(self, query: exp.Expr) -> list[tuple[object, ...]]:
        """Return the rows of a query.

        Raises:
            OtherTypeError: the types of variables do not fit what is asked of them.
        """
        text = query.sql("duckdb", copy=False)
        if self.macros is not None:
            self.macros.define_for(text)
        with types_that_fit():
            return self.connection.execute(text).fetchall()

    def number(self, query: exp.Query) -> int:
        """Return how many rows a query has."""
        whole = sql.subquery(query.copy(), "q")
        rows = self.rows(exp.select(exp.Count(this=exp.Star())).from_(whole))
        return int(str(rows[0][0]))

    def steps(self, name: str, keys: tuple[str, ...]) -> tuple[int, int]:
        """Return how many records are lower than the one before by their keys, and how many equal.

        Null is lowest, text goes by its bytes.
        """
        asked = (name, keys)
        if asked not in self._steps:
            # Two texts are held against each other only where neither is null.
            parts = [part for each in map(sql.column, keys) for part in (sql.not_null(each), each)]
            key = sql.alias(sql.call("row", *parts), "now")
            records = exp.select(key).from_(exp.table_(name, quoted=True), copy=False)
            order = None
            if "__id" in self._stored.get(name, {}):
                records = records.select(sql.column("__id"), copy=False)
                order = exp.Order(expressions=[exp.Ordered(this=sql.column("__id"))])
            # DuckDB keeps the order of a table or an Arrow view for a window without any order.
            lag = exp.Window(this=sql.call("lag", exp.column("now")), order=order)
            pairs = exp.select("now", sql.alias(lag, "before")).from_(sql.subquery(records, "r"))
            query = exp.select(*map(_counted, (exp.LT, exp.EQ))).from_(sql.subquery(pairs, "p"))
            ((lower, equal),) = self.rows(query)
            self._steps[asked] = int(str(lower)), int(str(equal))
        return self._steps[asked]

    def in_order(self, name: str) -> exp.Expr:
        """Return SQL for the position of a record in its dataset."""
        if "__id" in self._stored.get(name, {}):
            return sql.column("__id")
        # DuckDB keeps the order of a table or an Arrow view for a window without any order.
        return exp.Window(this=exp.RowNumber())

    @cached_property
    def _stored(self) -> dict[str, dict[str, str]]:
        """The columns of every table and view with their types in the database."""
        of_main = exp.EQ(this=exp.column("schema_name"), expression=sql.text("main"))
        listed = exp.select("table_name", "column_name", "data_type")
        listed = listed.from_(exp.func("duckdb_columns")).where(of_main).order_by("column_index")
        found: dict[str, dict[str, str]] = {}
        for table, column, stored in self.rows(listed):
            found.setdefault(str(table), {})[str(column)] = str(stored)
        return found

    def _described(self, name: str) -> Relation:
        columns = {
            column: _type(column, stored)
            for column, stored in self._stored[name].items()
            if not column.startswith("__")
        }
        return Relation(name, name, columns, "", ())


def _counted(compared: type[exp.Binary]) -> exp.Expr:
    condition = compared(this=exp.column("now"), expression=exp.column("before"))
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition))


def _type(column: str, stored: str) -> Type:
    if stored.startswith(_NUMBERS):
        return Type.NUMBER
    if stored == "DATE":
        return Type.DATE
    if stored.startswith("TIMESTAMP"):
        return Type.DATETIME
    return Type.DTC if column.endswith("DTC") else Type.TEXT
