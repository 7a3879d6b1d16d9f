from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlglot import exp
from trialport.diagnostics import Place
from trialport.engine.duckdb import Engine
from trialport.read.contract import contract_faults
from trialport.read.typed import moment_text
from trialport.spec.nodes import ColumnType, DateStyle, RawColumn, RawTable, Sources, Text


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = Engine(threads=1)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("style", "text", "iso"),
    [
        ("dmy", "31/12/2024", "2024-12-31"),
        ("dmy", "1.2.2024 9:30", "2024-02-01T09:30"),
        ("dmy", "UN/UNK/2024", "2024"),
        ("dmy", "03/2024", "2024-03"),
        ("dmy", "2024", "2024"),
        ("named", "2024", "2024"),
        ("dmy", "31/02/2024", None),
        ("dmy", "12/31/2024", None),
        ("dmy", "2024-12-31", None),
        ("dmy", "31/12/24", None),
        ("mdy", "12/31/2024", "2024-12-31"),
        ("mdy", "31/12/2024", None),
        ("mdy", "08-25-2014", "2014-08-25"),
        ("named", "12-MAR-2024", "2024-03-12"),
        ("named", "12mar2024:10:30", "2024-03-12T10:30"),
        ("named", "1 September 2024", "2024-09-01"),
        ("named", "UN-DEC-2024", "2024-12"),
        ("named", "12-MARS-2024", None),
    ],
)
def test_a_date_is_read_in_the_order_that_the_contract_states(
    engine: Engine, style: str, text: str, iso: str | None
) -> None:
    query = exp.select(moment_text(exp.Literal.string(text), [DateStyle(style)]))
    assert engine.rows(query) == [(iso,)]


def test_no_order_is_tried_that_the_contract_does_not_state(engine: Engine) -> None:
    usual = [DateStyle.ISO, DateStyle.SLASH, DateStyle.CHINESE]
    query = exp.select(moment_text(exp.Literal.string("31/12/2024"), usual))
    assert engine.rows(query) == [(None,)]


def test_both_orders_at_once_are_refused() -> None:
    place = Place("sources.yaml", 3)
    styles = (DateStyle.DAY_FIRST, DateStyle.MONTH_FIRST)
    column = RawColumn(place=place, type=ColumnType.DATE, styles=styles)
    table = RawTable(place=place, file=Text("a.csv", place), columns={"DAT": column})
    (fault,) = contract_faults("a", Sources(place=place, tables={"a": table}))
    assert str(fault) == (
        "E3022 sources.yaml:3: with both 'dmy' and 'mdy', 03/04/2024 would be two days; "
        "state the one that the forms used"
    )
