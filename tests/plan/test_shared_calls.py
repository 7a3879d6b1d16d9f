"""Calls that several columns make alike are made once, and the columns given stay as they are."""

from __future__ import annotations

from sqlglot import exp
from trialport.plan.shared_calls import share_calls
from trialport.spec import sql


def test_a_call_of_two_columns_is_made_once_before_them() -> None:
    call = sql.call("tp_number", sql.column("AGE"))
    value = sql.alias(call, "AVAL")
    fault = sql.alias(sql.when(sql.is_null(call), sql.column("AGE")), "!1")
    layers, columns = share_calls([value, fault], "#1.")
    assert [[each.sql("duckdb") for each in layer] for layer in layers] == [
        ['TP_NUMBER("AGE") AS "#1.0"']
    ]
    assert [each.sql("duckdb") for each in columns] == [
        '"#1.0" AS "AVAL"',
        'CASE WHEN "#1.0" IS NULL THEN "AGE" END AS "!1"',
    ]


def test_what_is_given_is_not_changed() -> None:
    call = sql.call("tp_number", sql.column("AGE"))
    given: list[exp.Expr] = [sql.alias(call, "AVAL"), sql.alias(sql.is_null(call), "NONE")]
    before = [each.sql("duckdb") for each in given]
    share_calls(given, "#1.")
    assert [each.sql("duckdb") for each in given] == before
