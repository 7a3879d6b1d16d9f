from __future__ import annotations

import re
from collections.abc import Callable

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from trialport.functions import FUNCTIONS, Function, Type, definitions
from trialport.spec.expressions import known_functions
from trialport.spec.parse import parse

Value = Callable[..., object]

SQL_TYPES = {
    Type.TEXT: "VARCHAR",
    Type.DTC: "VARCHAR",
    Type.NUMBER: "DOUBLE",
    Type.DATE: "DATE",
    Type.DATETIME: "TIMESTAMP",
    Type.BOOLEAN: "BOOLEAN",
}
EXAMPLES = [
    pytest.param(function, *example, id=example[0])
    for function in FUNCTIONS.values()
    for example in function.examples
]
COMPILED_ELSEWHERE = (
    *("usubjid", "codelist", "term_decode", "collected"),
    *("in_unit", "sequence", "reference", "any_of"),
)


@pytest.mark.parametrize(("function", "expression", "expected"), EXAMPLES)
def test_examples_hold(
    value: Value, function: Function, expression: str, expected: str | None
) -> None:
    assert function.name in expression
    assert value(f"CAST({expression} AS VARCHAR)") == expected


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda each: each.name)
def test_results_have_the_type_stated(value: Value, function: Function) -> None:
    types = {value(f"typeof({expression})") for expression, _ in function.examples}
    assert types == {SQL_TYPES[function.returns]}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda each: each.name)
def test_null_gives_null_but_for_yes_no(value: Value, function: Function) -> None:
    for form in function.forms:
        nulls = ", ".join(f"CAST(NULL AS {SQL_TYPES[each.type]})" for each in form.parameters)
        assert value(f"{function.name}({nulls})") == ("N" if function.name == "yes_no" else None)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda each: each.name)
def test_each_function_is_documented(function: Function) -> None:
    for text in (function.doc, function.nulls, function.source):
        assert re.fullmatch(r"[A-Z].*\S", text)
    assert any(expected is not None for _, expected in function.examples)
    arities = [len(form.parameters) for form in function.forms]
    assert len(arities) == len(set(arities))


@pytest.mark.parametrize("name", [*FUNCTIONS, *COMPILED_ELSEWHERE])
@pytest.mark.parametrize("arguments", ["", "x", "x, y", "x, y, z"])
def test_the_sql_parser_knows_no_function_of_the_name(name: str, arguments: str) -> None:
    tree = sqlglot.parse_one(f"SELECT {name}({arguments})", dialect="duckdb")
    call = tree.expressions[0]
    assert type(call) is exp.Anonymous
    assert call.name == name


@pytest.mark.parametrize("name", known_functions())
@pytest.mark.parametrize("arguments", ["", "x", "x, 'y'", "x, y, 1", "number(x), 2, 'a', 4"])
def test_a_call_is_nothing_but_a_call(name: str, arguments: str) -> None:
    """No name is taken for something else: `max(x, y)` is no other function, `left` no join."""
    call = parse(f"{name}({arguments})")
    assert type(call) is exp.Anonymous
    assert call.name == name
    assert len(call.expressions) == len([each for each in arguments.split(", ") if each])


def test_what_the_compiler_handles_is_no_macro() -> None:
    assert not set(COMPILED_ELSEWHERE) & set(FUNCTIONS)


def test_definitions_hold_every_function_once() -> None:
    names = [re.findall(r"^CREATE OR REPLACE MACRO tp_(\w+) ", each) for each in definitions()]
    assert sorted(names) == sorted(
        [name] for name in [*FUNCTIONS, "days_before", "finite", "position"]
    )
    assert definitions() == definitions()


def test_definitions_may_be_run_again(database: duckdb.DuckDBPyConnection) -> None:
    for statement in definitions():
        database.execute(statement)


def test_arguments_may_have_the_names_used_inside(database: duckdb.DuckDBPyConnection) -> None:
    query = (
        "SELECT tp_study_day(it, reference), tp_before(b, a), tp_round_half_up(digits, number) FROM"
        " (SELECT '2024-03-02' AS it, '2024-03-01' AS reference, '2021' AS a, '2020' AS b,"
        " 1.25::DOUBLE AS digits, 1.0::DOUBLE AS number)"
    )
    assert database.execute(query).fetchall() == [(2.0, True, 1.3)]


def test_results_do_not_depend_on_threads_or_the_order_of_evaluation() -> None:
    query = (
        "SELECT md5(string_agg(concat_ws(' ', tp_iso8601(d), tp_number_text(n),"
        " tp_study_day(d, '2021-01-01'), tp_before(d, '2021-03')), ',' ORDER BY i)) FROM (SELECT i,"
        " n, CASE WHEN i % 3 = 0 THEN '2021-03' ELSE strftime(DATE '2020-01-01' + i::INTEGER % 900,"
        " '%Y-%m-%d') END AS d FROM (SELECT i, i / 7.0::DOUBLE AS n FROM range(20000) t(i)))"
    )
    found: set[object] = set()
    for threads in (1, 4):
        connection = duckdb.connect(config={"threads": threads})
        for statement in definitions():
            connection.execute(statement)
        row = connection.execute(query).fetchone()
        assert row is not None
        found.add(row[0])
    assert len(found) == 1
