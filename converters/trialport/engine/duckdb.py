"""DuckDB, embedded and locked down: no files, no network, no extensions, no settings to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from trialport.diagnostics import DataError, Diagnostic, Place, no_memory
from trialport.functions.once import once
from trialport.functions.registry import definitions
from trialport.spec import sql
from trialport.spec.vocabulary import FEW_TERMS

if TYPE_CHECKING:
    import pandas as pd

_CHUNK = 65_536

# The conversion of the analyte goes before the one of every analyte, which names none.
_CONVERSION = (
    "(SELECT arg_max({factor: c.factor, shift: c.shift}, c.analyte) FROM terms.conversions AS c"
    " WHERE c.given = given_unit AND c.target = target_unit AND c.analyte IN (what, ''))"
)
_IN_UNIT = once(
    once(
        "CASE WHEN it.rule.factor = 1 AND it.rule.shift = 0 THEN it.x ELSE it.converted END",
        x="it.x",
        rule="it.rule",
        converted="tp_round_half_up(it.x * it.rule.factor + it.rule.shift, 12)",
    ),
    x="x",
    rule=_CONVERSION,
)

# Projections stay where they are written: to look for better places takes a third of the time of a
# query of hundreds of tables, and saves none.
_NOT_USED = "projection_placement"

# The variable of a connection that holds a small codelist as a map begins its name so. The name of
# the codelist follows in hexadecimal: the case of letters tells codelists apart, but not variables.
_VARIABLE = "codelist "

TERMS = (
    "CREATE SCHEMA terms",
    "CREATE TABLE terms.codelists"
    " (codelist VARCHAR, collected VARCHAR, value VARCHAR, decode VARCHAR)",
    "CREATE MACRO tp_codelist(x, list_name) AS map_extract_value("
    f"CAST(getvariable('{_VARIABLE}' || hex(list_name)) AS MAP(VARCHAR, VARCHAR)), x)",
    "CREATE MACRO tp_large_codelist(x, list_name) AS (SELECT c.value FROM terms.codelists AS c"
    " WHERE c.codelist = list_name AND c.collected = x)",
    "CREATE MACRO tp_term_decode(x, list_name) AS (SELECT c.decode FROM terms.codelists AS c"
    " WHERE c.codelist = list_name AND c.collected = x)",
    "CREATE TABLE terms.subjects (usubjid VARCHAR)",
    "CREATE MACRO tp_is_chosen(x) AS (x IN (SELECT c.usubjid FROM terms.subjects AS c))",
    "CREATE TABLE terms.conversions"
    " (given VARCHAR, target VARCHAR, analyte VARCHAR, factor DOUBLE, shift DOUBLE)",
    f"CREATE MACRO tp_in_unit(x, given_unit, target_unit, what) AS {_IN_UNIT}",
)
"""Codelists and unit conversions: tables, and the macros that read them.

A converted number is rounded half up at 12 decimals, so that 98 * 0.1 is 9.8 and not
9.800000000000001.
"""


class Engine:
    """A database in memory that lives as long as one conversion.

    Args:
        threads: number of threads; all there are unless stated. No result depends on it.
        memory_limit: e.g. `4GB`; DuckDB's own default unless stated.
        temporary_folder: where to spill when the limit is reached; without it nothing is spilled.
    """

    def __init__(
        self,
        threads: int | None = None,
        memory_limit: str | None = None,
        temporary_folder: str = "",
    ) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "temp_directory": temporary_folder,
        }
        if threads is not None:
            config["threads"] = threads
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        self.connection = duckdb.connect(":memory:", config=config)
        self.maps: dict[str, dict[str, str]] = {}
        self.is_ended = False
        self.threads = int(
            self.rows(exp.select(sql.call("current_setting", sql.text("threads"))))[0][0]
        )
        self.connection.execute("CREATE SCHEMA raw")
        for statement in (*definitions(), *TERMS):
            self.connection.execute(statement)
        self.connection.execute(f"SET disabled_optimizers = '{_NOT_USED}'")
        # From here on no statement, whoever wrote it, reaches outside or changes a setting.
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def close(self) -> None:
        """Close the engine; when the last one over the tables is closed, nothing of them stays."""
        self.connection.close()

    def beside(self) -> Engine:
        """Return an engine over the same tables for another thread; what is loaded stays apart."""
        other = copy(self)
        other.connection = self.connection.cursor()
        other._set_maps()
        return other

    def interrupt(self) -> None:
        """End the statement that is running and the batches that are read, from another thread."""
        self.is_ended = True
        self.connection.interrupt()

    def load_codelists(self, rows: Iterable[tuple[str, str, str, str | None]]) -> None:
        """Fill what `codelist` and `term_decode` read: a table, and maps of small codelists."""
        kept = list(rows)
        self._insert("codelists", ["codelist", "collected", "value", "decode"], kept)
        maps: dict[str, dict[str, str]] = {}
        for codelist, collected, value, _ in kept:
            maps.setdefault(codelist, {})[collected] = value
        self.maps = {name: each for name, each in maps.items() if len(each) <= FEW_TERMS}
        self._set_maps()

    def _set_maps(self) -> None:
        """Tell the connection the small codelists: a variable belongs to one connection alone."""
        for name, each in self.maps.items():
            variable = exp.to_identifier(_VARIABLE + name.encode().hex(), quoted=True).sql("duckdb")
            values = [list(each), list(each.values())]
            self.connection.execute(f"SET VARIABLE {variable} = MAP($1, $2)", values)

    def load_conversions(
        self,
        rows: Iterable[tuple[str, str, str, float, float]],
        names: Iterable[tuple[str, str]],
    ) -> None:
        """Fill the table of unit conversions that `in_unit` reads.

        Args:
            rows: the conversions between units.
            names: the texts that mean a unit, and the unit; any of them may be given.
        """
        self.load("names", _table(["given", "unit"], names))
        query = (
            "SELECT names.given, target, analyte, factor, shift"
            " FROM names JOIN conversions__rows USING (unit)"
        )
        columns = ["unit", "target", "analyte", "factor", "shift"]
        self._insert("conversions", columns, rows, query)
        self.unload("names")

    def load_subjects(self, usubjids: Iterable[str]) -> None:
        """Fill the table of chosen subjects, where a conversion has only some."""
        self._insert("subjects", ["usubjid"], ((each,) for each in usubjids))

    def _insert(
        self, name: str, columns: list[str], rows: Iterable[tuple[object, ...]], query: str = ""
    ) -> None:
        """Fill a table with rows as they are, or with what a query makes of `<name>__rows`."""
        table = _table(columns, rows)
        if len(table):
            self.load(f"{name}__rows", table)
            taken = query or f"SELECT * FROM {name}__rows"
            self.connection.execute(f"INSERT INTO terms.{name} {taken}")
            self.unload(f"{name}__rows")

    def create(self, name: str, query: exp.Expr, schema: str = "") -> None:
        """Create a table from a query; one of this name is replaced."""
        target = exp.table_(name, db=schema or None, quoted=True)
        self.execute(exp.Create(this=target, kind="TABLE", expression=query, replace=True))

    def store(self, name: str, table: pa.Table, schema: str = "") -> None:
        """Create a table from an Arrow table; one of this name is replaced."""
        loaded = f"{name}__loaded"
        self.load(loaded, table)
        self.create(name, exp.select(exp.Star()).from_(exp.table_(loaded, quoted=True)), schema)
        self.unload(loaded)

    def load(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name, without copying it."""
        self.connection.register(name, table)

    def unload(self, name: str) -> None:
        """Forget an Arrow table that was loaded."""
        self.connection.unregister(name)

    def execute(self, statement: exp.Expr) -> None:
        """Run a statement.

        Raises:
            DataError: E3290, a value that no check foresaw stops the database.
        """
        try:
            self.connection.execute(written(statement))
        except duckdb.Error as error:
            raise _stopped(statement, error) from error

    def rows(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """Return the rows of a query, for small answers."""
        return self.connection.execute(written(query)).fetchall()

    def table(self, query: exp.Expr) -> pa.Table:
        """Return the result of a query as an Arrow table.

        Raises:
            DataError: E3290, a value that no check foresaw stops the database.
        """
        try:
            return self.connection.sql(written(query)).to_arrow_table()
        except duckdb.Error as error:
            raise _stopped(query, error) from error

    def ordered_rows(self, query: exp.Query, most: int) -> list[tuple[Any, ...]]:
        """Return up to `most` rows of a query, ordered by their row key and then by all columns."""
        inner = sql.subquery(query.copy(), "q")
        places = [exp.Literal.number(place) for place in range(1, len(query.selects) + 1)]
        ordered = exp.select(exp.Star()).from_(inner).order_by(*places).limit(most)
        return self.rows(ordered)

    def frame(self, query: exp.Expr) -> pd.DataFrame:
        """Return the result of a query as a DataFrame, missing texts as None."""
        frame: pd.DataFrame = self.connection.execute(written(query)).df()
        return frame

    def count(self, name: str) -> int:
        """Return the number of records of a table."""
        query = exp.select(exp.Count(this=exp.Star())).from_(exp.table_(name, quoted=True))
        return int(str(self.rows(query)[0][0]))

    def batches(self, query: exp.Expr) -> Iterator[pa.RecordBatch]:
        """Yield the result of a query as Arrow batches, in its order."""
        cursor = self.connection.cursor()
        try:
            for each in cursor.sql(written(query)).to_arrow_reader(_CHUNK):
                if self.is_ended:
                    message = "the work was ended"
                    raise duckdb.InterruptException(message)
                yield each
        finally:
            cursor.close()


def written(query: exp.Expr) -> str:
    """Return the text of a query, which stays as it is.

    sqlglot copies a tree before it writes it unless told otherwise, and for large queries that
    takes as long as writing it. No part that plans are made of is changed by being written, or is
    written otherwise for what it says of its parent, which is not always true (see `spec.sql`).
    """
    return query.sql("duckdb", copy=False)


def _table(columns: list[str], rows: Iterable[tuple[object, ...]]) -> pa.Table:
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table([pa.array(each) for each in values], names=columns)


def lacks_memory(error: BaseException) -> bool:
    """Return whether the database stopped because it may not use more memory."""
    return any(isinstance(each, duckdb.OutOfMemoryException) for each in (error, error.__cause__))


def _stopped(statement: exp.Expr, error: duckdb.Error) -> DataError:
    """Return the fault without the database's own words, which may hold values of records."""
    made = statement.this.name if isinstance(statement, exp.Create) else "a query"
    if isinstance(error, duckdb.OutOfMemoryException):
        return DataError([no_memory(str(made))])
    problem = f"the database stops at {made} ({type(error).__name__})"
    remedy = (
        "look for arguments out of bounds: a pattern, a padding, a position, a number too large"
    )
    return DataError([Diagnostic("E3290", Place(record=str(made)), problem, remedy)])
