"""A codelist gives the same whether it is a constant of the query or joined, on every engine."""

from __future__ import annotations

import pytest
from sqlglot import exp
from trialport.engine.duckdb import Engine
from trialport.spec import sql
from trialport.spec.vocabulary import FEW_TERMS, StudyCodelist

TEXT = exp.DataType.Type.VARCHAR


@pytest.fixture(params=["the engine itself", "an engine beside it"])
def engine(request: pytest.FixtureRequest) -> Engine:
    first = Engine(threads=1)
    lists = [codelist("FEW \"'S", FEW_TERMS), codelist("MANY", FEW_TERMS + 1)]
    first.load_codelists(row for each in lists for row in each.rows())
    return first if request.param == "the engine itself" else first.beside()


def codelist(name: str, size: int, *, numeric: bool = False) -> StudyCodelist:
    """Return a codelist of so many collected texts, of which text `n` means `-n`."""
    return StudyCodelist(name, {str(each): f"-{each}" for each in range(size)}, {}, numeric)


@pytest.mark.parametrize(("name", "size"), [("FEW \"'S", FEW_TERMS), ("MANY", FEW_TERMS + 1)])
def test_small_and_large_codelists_map_alike(engine: Engine, name: str, size: int) -> None:
    texts = ["0", str(size - 1), str(size), "", None, "0"]
    rows = [exp.select(sql.alias(sql.cast(cell(each), TEXT), "x")) for each in texts]
    taken = sql.subquery(sql.stacked(rows), "t")
    for numeric, wanted in (
        (False, ["-0", f"-{size - 1}", None, None, None, "-0"]),
        (True, [0, 1 - size, None, None, None, 0]),
    ):
        mapped = codelist(name, size, numeric=numeric).mapped(sql.column("x"))
        found = engine.rows(exp.select(mapped).from_(taken.copy()))
        assert [value for (value,) in found] == wanted


def test_codelists_whose_names_differ_in_case_alone_are_two() -> None:
    engine = Engine(threads=1)
    lists = [StudyCodelist("SEX", {"1": "M"}, {}), StudyCodelist("sex", {"1": "male"}, {})]
    engine.load_codelists(row for each in lists for row in each.rows())
    taken = [each.mapped(sql.text("1")) for each in lists]
    assert engine.rows(exp.select(*taken)) == [("M", "male")]


def test_a_small_codelist_is_planned_without_a_join(engine: Engine) -> None:
    plans = [
        plan_of(engine, codelist(name, size))
        for name, size in (("FEW \"'S", FEW_TERMS), ("MANY", FEW_TERMS + 1))
    ]
    assert ["JOIN" in each.upper() for each in plans] == [False, True]


def plan_of(engine: Engine, codelist: StudyCodelist) -> str:
    """Return the plan of a query that maps a column through a codelist."""
    numbers = exp.alias_(sql.call("range", exp.Literal.number(9)), "r", table=True)
    text = sql.cast(sql.column("range"), TEXT)
    query = exp.select(codelist.mapped(text)).from_(numbers).sql("duckdb")
    return str(engine.connection.execute(f"EXPLAIN {query}").fetchall())


def cell(text: str | None) -> exp.Expr:
    return exp.Null() if text is None else sql.text(text)
