from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from trialport.define.types import ItemType, iso8601_type, item_type, used_queries
from trialport.diagnostics import Place
from trialport.functions.model import Type
from trialport.functions.registry import definitions
from trialport.plan.model import Step, VariablePlan
from trialport.spec.nodes import DataType


def _variable(name: str, kind: Type, codelist: str = "") -> VariablePlan:
    stored = DataType.CHAR if kind in {Type.TEXT, Type.DTC} else DataType.NUM
    return VariablePlan(name, name, stored, kind, Place(), codelist=codelist)


SEX = _variable("SEX", Type.TEXT, "SEX")
NAME = _variable("NAME", Type.TEXT)
DTC = _variable("AESTDTC", Type.DTC)
AVAL = _variable("AVAL", Type.NUMBER)
TRTN = _variable("TRTN", Type.NUMBER, "TRTN")
ADT = _variable("ADT", Type.DATE)


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (["9999-99-99"], "date"),
        (["9999-99-99", "9999"], "partialDate"),
        (["9999-99-99T99:99:99", "9999-99-99T99:99:99+99:99"], "datetime"),
        (["9999-99-99T99:99:99", "9999-99-99"], "partialDatetime"),
        (["9999-99-99T99:99", "9999-99"], "partialDatetime"),
        (["9999-99-99", "9999---99"], "incompleteDatetime"),
        (["9999-99-99T-:99"], "incompleteDatetime"),
        ([], "partialDatetime"),
    ],
)
def test_the_narrowest_type_that_holds_all_texts(shapes: list[str], expected: str) -> None:
    assert iso8601_type(shapes) == expected


@pytest.mark.parametrize(
    ("variable", "used", "expected"),
    [
        (NAME, [], ItemType("text", 12)),
        (SEX, ["F"], ItemType("text", 12)),
        (DTC, ["9999-99-99"], ItemType("date")),
        (AVAL, ["0"], ItemType("integer", 8)),
        (AVAL, ["0", "3"], ItemType("float", 8, 3)),
        (AVAL, ["17"], ItemType("float", 8, 15)),
        (AVAL, [], ItemType("integer", 8)),
        (TRTN, ["1", "2.25"], ItemType("float", 8, 2)),
        (ADT, [], ItemType("integer", 8)),
    ],
)
def test_type_length_and_digits(
    variable: VariablePlan, used: list[str], expected: ItemType
) -> None:
    assert item_type(variable, 12, used) == expected


def _step(*variables: VariablePlan, name: str = "T") -> Step:
    return Step(
        name=name,
        group="sdtm",
        label="",
        class_="",
        structure="",
        keys=(),
        variables=variables,
        query=exp.select(exp.Star()),
        depends=(),
        blocks=(),
        place=Place(),
    )


def _rows(connection: duckdb.DuckDBPyConnection, *steps: Step) -> list[tuple[str, str, str]]:
    queries = [each.sql("duckdb") for each in used_queries(steps)]
    return sorted(row for each in queries for row in connection.execute(each).fetchall())


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for statement in definitions():
            connection.execute(statement)
        yield connection


def test_the_data_tell_values_shapes_and_decimal_places(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute(
        "CREATE TABLE T AS SELECT * FROM (VALUES"
        " ('M', 'x', '2024-03', 1.5, 1.0, DATE '2024-03-01'),"
        " ('F', 'y', '2024-03-01', 0.125, 2.0, NULL),"
        " ('M', NULL, '2023-01-31', 3.0, 2.0, NULL)"
        ") AS v(SEX, NAME, AESTDTC, AVAL, TRTN, ADT)"
    )
    connection.execute("CREATE TABLE U AS SELECT 'U' AS SEX, '2024-03-01T08:30' AS AESTDTC")
    connection.execute("CREATE TABLE SUPP AS SELECT 'CD34' AS QNAM, 'µg' AS QVAL")
    qualifiers = _step(_variable("QNAM", Type.TEXT), name="SUPP")
    steps = _step(SEX, NAME, DTC, AVAL, TRTN, ADT), _step(SEX, DTC, name="U"), qualifiers
    assert _rows(connection, *steps) == [
        ("SUPP", "QNAM", "CD34"),
        ("SUPP", "QVAL.CD34", "3"),
        ("T", "AESTDTC", "9999-99"),
        ("T", "AESTDTC", "9999-99-99"),
        ("T", "AVAL", "1"),
        ("T", "AVAL", "3"),
        ("T", "SEX", "F"),
        ("T", "SEX", "M"),
        ("T", "TRTN", "1"),
        ("T", "TRTN", "2"),
        ("U", "AESTDTC", "9999-99-99T99:99"),
        ("U", "SEX", "U"),
    ]
    assert _rows(connection, _step(NAME)) == []


@pytest.mark.parametrize("many", [1, 50, 51, 120])
def test_any_number_of_variables_is_asked_of(
    connection: duckdb.DuckDBPyConnection, many: int
) -> None:
    names = [f"V{i:03}" for i in range(many)]
    cells = ", ".join(f"'{each} holds this' AS {each}" for each in names)
    connection.execute(f"CREATE TABLE T AS SELECT {cells}")
    step = _step(*(_variable(each, Type.TEXT, "LIST") for each in names))
    assert _rows(connection, step) == [("T", each, f"{each} holds this") for each in names]


@given(st.lists(st.floats(), min_size=1, max_size=20))
@example([0.05, 1.5e-07, 1e-07, -2.25, 1e16, 1.7976931348623157e308, 5e-324, 0.1 + 0.2])
@example([float("nan"), float("inf"), -0.0])
@settings(max_examples=50, deadline=None)
def test_decimal_places_are_those_of_the_shortest_decimal(numbers: list[float]) -> None:
    exponents = [
        exponent
        for each in map(Decimal, map(repr, numbers))
        if isinstance(exponent := each.normalize().as_tuple().exponent, int)
    ]
    places = {str(-exponent) for exponent in exponents if exponent < 0}
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE T AS SELECT unnest(?::DOUBLE[]) AS AVAL", [numbers])
        assert {value for *_, value in _rows(connection, _step(AVAL))} == places
