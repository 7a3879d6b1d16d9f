"""Days of dates that are compared across tables: the same answer as the functions give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlglot import exp
from trialport.engine.duckdb import Engine
from trialport.plan.compared_days import compared_days, with_columns
from trialport.spec import sql

DATES = (
    None,
    "2021",
    "2021-05",
    "2021-05-09",
    "2021-05-09T08:30",
    "2021-05-31",
    "2021-06",
    "2021---15",
    "2022-01-01",
    "--05-09",
    "UNK",
)
ORDERS = ("tp_before", "tp_after", "tp_not_before", "tp_not_after")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("looked_up_first", [True, False])
def test_each_pair_of_dates_compares_as_the_function_says(
    engine: Engine, order: str, looked_up_first: bool
) -> None:
    r, p = sql.column("DTC", "r"), sql.call("tp_date_text", sql.column("DTC", "p"))
    condition = sql.call(order, *((r, p) if looked_up_first else (p, r)))

    compared = compared_days(condition)

    assert {side: len(each) for side, each in compared.columns.items()} == {"p": 2, "r": 2}
    assert order not in compared.condition.sql("duckdb").lower()
    asked = _pairs(compared.condition, compared.columns["r"], compared.columns["p"])
    found = engine.rows(asked)
    assert found == engine.rows(_pairs(condition))
    assert {holds for *_, holds in found} == {True, False, None}


def test_what_is_of_one_table_alone_stays() -> None:
    condition = sql.call("tp_before", sql.column("A", "r"), sql.column("B", "r"))

    compared = compared_days(condition)

    assert compared.condition == condition
    assert not any(compared.columns.values())


def test_a_date_that_is_compared_twice_is_one_column() -> None:
    r, p = sql.column("DTC", "r"), sql.column("DTC", "p")
    both = exp.And(this=sql.call("tp_before", r, p), expression=sql.call("tp_not_after", r, p))

    compared = compared_days(both)

    assert [len(compared.columns[side]) for side in ("r", "p")] == [2, 2]
    assert both.sql("duckdb") == exp.And(
        this=sql.call("tp_before", r, p), expression=sql.call("tp_not_after", r, p)
    ).sql("duckdb"), "the condition that was given is changed"


@pytest.fixture(name="engine")
def _engine() -> Iterator[Engine]:
    """An engine with the dates in two tables."""
    engine = Engine()
    rows = ", ".join(f"('{each}')" if each else "(NULL)" for each in DATES)
    for name in ("LOOKED_UP", "LOOKING"):
        engine.connection.execute(
            f'CREATE TABLE "{name}" AS SELECT * FROM (VALUES {rows}) AS t("DTC")'
        )
    yield engine
    engine.close()


def _pairs(
    condition: exp.Expr, of_r: Sequence[exp.Alias] = (), of_p: Sequence[exp.Alias] = ()
) -> exp.Select:
    looked_up = with_columns(sql.table("LOOKED_UP", "r"), "r", of_r)
    looking = with_columns(sql.table("LOOKING", "p"), "p", of_p)
    dates = [sql.column("DTC", "r"), sql.column("DTC", "p")]
    query = exp.select(*dates, sql.alias(condition, "holds")).from_(looked_up)
    return query.join(sql.inner_join(looking, exp.true())).order_by("1", "2")
