"""Claims about comparisons of a text with a number."""

from __future__ import annotations

import duckdb
import pytest
from sqlglot import exp
from trialport.rules.core.comparison import equal, not_equal
from trialport.rules.core.frame import Frame
from trialport.rules.core.guide import Guide
from trialport.rules.core.model import Leaf
from trialport.rules.core.study import CoreStudy, Kind
from trialport.standard.load import load_standard
from trialport.templates import shipped

_KINDS = {"A": Kind.TEXT, "B": Kind.NUMBER}


@pytest.mark.parametrize(
    ("text", "number", "same"),
    [
        ("2", 2.0, True),
        ("2.0", 2.0, True),
        (" 2 ", 2.0, True),
        ("0.04", 0.04, True),
        ("0.04", 0.039999999999999994, False),
        ("-0", 0.0, True),
        ("two", 2.0, False),
        ("two", None, False),
        (None, 2.0, False),
    ],
)
def test_a_text_is_compared_with_a_number(
    text: str | None, number: float | None, *, same: bool
) -> None:
    leaf = Leaf("A", "not_equal_to", "B", {"type_insensitive": True})
    with duckdb.connect() as connection:
        standard = load_standard(shipped() / "standard", "SDTMIG", "3.4", ["DM"])
        study = CoreStudy([], connection, Guide(standard))
    frame = Frame(study, None, exp.select("*"), _KINDS)
    for ask, expected in ((equal, same), (not_equal, not same)):
        _, condition = ask(frame, leaf)
        values = "(SELECT $1::VARCHAR AS A, $2::DOUBLE AS B) AS r"
        query = f"SELECT {condition.sql('duckdb')} FROM {values}"
        assert duckdb.execute(query, [text, number]).fetchone() == (expected,)
