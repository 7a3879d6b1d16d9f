from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Value = Callable[..., object]

GRADES = {0: "0０", 1: "1１Ⅰ", 2: "2２Ⅱ", 3: "3３Ⅲ", 4: "4４Ⅳ", 5: "5５Ⅴ"}
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
SIGNS = {**{sign: grade for grade, signs in GRADES.items() for sign in signs}, **ROMAN}


@pytest.mark.parametrize(("sign", "grade"), SIGNS.items())
def test_each_sign_with_each_word_around_it(value: Value, sign: str, grade: int) -> None:
    for before, after in product(
        ["", "Grade ", "grade", "G", " "], ["", "度", "级", " 级 ", "\u3000"]
    ):
        assert value("grade_number(?)", f"{before}{sign}{after}") == grade


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6",
        "９",
        "-1",
        "IIII",
        "VI",
        "Ⅵ",
        "iii",
        "ⅲ",
        "3a",
        "3.0",
        "2-3",
        "II-III",
        "3 4",
        "度",
        "Grade",
        "3度级",
        "Stage 3",
        "三",
        "3\x00",
    ],
)
def test_anything_else_is_no_grade(value: Value, text: str) -> None:
    assert value("grade_number(?)", text) is None


@settings(deadline=None)
@given(text=st.text() | st.text(alphabet="IVⅠⅢ035０５度级Grade ", max_size=6))
def test_no_text_raises_or_leaves_0_to_5(value: Value, text: str) -> None:
    assert value("grade_number(?)", text) in (None, 0, 1, 2, 3, 4, 5)
