from __future__ import annotations

import duckdb
import pytest
from sqlglot import exp
from trialport.define.types import ItemType, iso8601_type, item_type, used_query
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


def _step(*variables: VariablePlan) -> Step:
    return Step(
        name="T",
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


def test_the_data_tell_values_shapes_and_decimal_places() -> None:
    with duckdb.connect() as connection:
        for statement in definitions():
            connection.execute(statement)
        connection.execute(
            "CREATE TABLE T AS SELECT * FROM (VALUES"
            " ('M', 'x', '2024-03', 1.5, 1.0, DATE '2024-03-01'),"
            " ('F', 'y', '2024-03-01', 0.125, 2.0, NULL),"
            " ('M', NULL, '2023-01-31', 3.0, 2.0, NULL)"
            ") AS v(SEX, NAME, AESTDTC, AVAL, TRTN, ADT)"
        )
        query = used_query(_step(SEX, NAME, DTC, AVAL, TRTN, ADT))
        rows = connection.execute(query.sql("duckdb")).fetchall()
        nothing = connection.execute(used_query(_step(NAME)).sql("duckdb")).fetchall()
    assert rows == [
        ("AESTDTC", "9999-99"),
        ("AESTDTC", "9999-99-99"),
        ("AVAL", "0"),
        ("AVAL", "1"),
        ("AVAL", "3"),
        ("SEX", "F"),
        ("SEX", "M"),
        ("TRTN", "1"),
        ("TRTN", "2"),
    ]
    assert nothing == []
