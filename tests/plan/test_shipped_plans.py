"""What the plan of a shipped study is made of gives the same result on any machine, on any day."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlglot import exp
from trialport.study import plan_study

STUDIES = sorted(Path(__file__).parents[2].glob("mappings/studies/*/study.yaml"))
CLOCK = {"now", "today", "random", "uuid", "version", "current_setting", "getenv", "strftime"}
FLOATING = {"sum", "avg", "stddev", "variance", "median", "any_value", "first", "last", "list"}


@pytest.fixture(scope="module", params=STUDIES, ids=lambda each: each.parent.name)
def queries(request: pytest.FixtureRequest) -> list[exp.Expr]:
    found, _ = plan_study(request.param.parent)
    assert found is not None
    steps = [*found.plan.steps, *(each.step for each in found.plan.resources)]
    assert len(steps) >= 5
    # Copied, because only then does each part know what it stands in.
    return [each.query.copy() for each in steps]


def test_no_step_asks_the_clock_or_the_machine(queries: list[exp.Expr]) -> None:
    called = {
        str(each.this).casefold() for query in queries for each in query.find_all(exp.Anonymous)
    }
    assert called & CLOCK == set()
    assert {str(each) for each in called if each.startswith(("current_", "local"))} == set()


def test_no_number_is_added_up_in_an_order_of_chance(queries: list[exp.Expr]) -> None:
    for query in queries:
        for each in query.find_all(exp.Sum):
            assert isinstance(each.this, exp.Order), each.sql("duckdb")
        for each in query.find_all(exp.Anonymous):
            # A list of values that brings its own order is the same whatever the order of records.
            is_ordered = any(isinstance(part, exp.Order) for part in each.expressions)
            if str(each.this).casefold() in FLOATING and not is_ordered:
                window = each.parent
                assert isinstance(window, exp.Window), each.sql("duckdb")
                assert window.args.get("order") is not None, window.sql("duckdb")


def test_every_choice_of_a_record_has_an_order(queries: list[exp.Expr]) -> None:
    """`__rid` alone tells the records of a table apart, and reaches no dataset."""
    for query in queries:
        for each in query.find_all(exp.Window):
            named = each.parent.alias if isinstance(each.parent, exp.Alias) else ""
            is_number = isinstance(each.this, exp.RowNumber)
            if is_number and named != "__rid":
                assert each.args.get("order") is not None, each.sql("duckdb")
