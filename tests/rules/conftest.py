"""Datasets for rules to judge, written as SQL, in a database of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pytest
from trialport.functions import definitions
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.rules.rule import Rule, ValidationResult
from trialport.rules.run import run_rules
from trialport.rules.shipped import shipped_rules
from trialport.rules.standards import Standards, shipped_standards

Judge = Callable[..., ValidationResult]


@pytest.fixture(scope="session")
def standards() -> Standards:
    names = {name for rule in shipped_rules() for name in [*rule.good, *rule.bad]}
    return shipped_standards(names, None)


@pytest.fixture(scope="session")
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for statement in definitions():
            connection.execute(statement)
        yield connection


@pytest.fixture
def database(_database: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    yield _database
    for (name,) in _database.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
    ).fetchall():
        _database.execute(f'DROP TABLE "{name}"')


@pytest.fixture
def judge(database: duckdb.DuckDBPyConnection, standards: Standards) -> Judge:
    """Return what one rule finds in datasets that are given as SQL queries by name."""

    def judged(
        rule: str | Rule, most: int = 1000, keys: tuple[str, ...] = (), **queries: str
    ) -> ValidationResult:
        if isinstance(rule, str):
            rule = next(each for each in shipped_rules() if each.code == rule)
        datasets = [_dataset(database, name, query, keys) for name, query in queries.items()]
        return run_rules(datasets, database, [rule], standards=standards, most=most)

    return judged


def _dataset(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, keys: tuple[str, ...]
) -> DatasetMetadata:
    connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {query}')
    described = connection.execute(f'DESCRIBE "{name}"').fetchall()
    records = connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
    variables = tuple(
        VariableMetadata(
            name=str(column),
            label=f"Label of {column}",
            type="Char" if kind == "VARCHAR" else "Num",
            length=8,
            format="DATE9." if kind == "DATE" else "",
        )
        for column, kind, *_ in described
    )
    return DatasetMetadata(
        name=name,
        label=f"Label of {name}",
        group="adam" if name.startswith("AD") else "sdtm",
        class_="",
        structure="",
        keys=keys,
        records=records,
        path=f"{name.lower()}.xpt",
        variables=variables,
    )
