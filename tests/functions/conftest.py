"""The clinical functions in a database of their own, called as a specification calls them."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from trialport.functions import FUNCTIONS, definitions


@pytest.fixture(scope="session")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in definitions():
        connection.execute(statement)
    return connection


@pytest.fixture(scope="session")
def value(database: duckdb.DuckDBPyConnection) -> Callable[..., object]:
    """Return what an expression of the mapping language gives, with `?` for each argument."""
    written: dict[str, str] = {}

    def evaluate(expression: str, *arguments: object) -> object:
        if expression not in written:
            written[expression] = _in_sql(expression)
        found = database.execute(f"SELECT {written[expression]}", list(arguments)).fetchone()
        assert found is not None
        return found[0]

    return evaluate


def _in_sql(expression: str) -> str:
    tree = sqlglot.parse_one(expression, dialect="duckdb")
    for call in list(tree.find_all(exp.Anonymous)):
        call.set("this", FUNCTIONS[call.name].macro)
    return tree.sql("duckdb")
