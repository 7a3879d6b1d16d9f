from __future__ import annotations

import pytest
from trialport.xport.formats import format_parts, format_text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("DATE9.", ("DATE", 9, 0)),
        ("E8601DT19.", ("E8601DT", 19, 0)),
        ("8.2", ("", 8, 2)),
        ("$20.", ("$", 20, 0)),
        ("BEST12.", ("BEST", 12, 0)),
        ("BEST.", ("BEST", 0, 0)),
        ("$CHAR20.", ("$CHAR", 20, 0)),
        ("3.", ("", 3, 0)),
        ("", ("", 0, 0)),
    ],
)
def test_formats_split_and_join(text: str, parts: tuple[str, int, int]) -> None:
    assert format_parts(text) == parts
    assert format_text(*parts) == text


@pytest.mark.parametrize("text", ["DATE 9.", "LONGNAMES8.", "8.2.1", "$$8.", "99999.", "-8."])
def test_what_sas_does_not_write_is_no_format(text: str) -> None:
    assert format_parts(text) is None


def test_case_and_a_forgotten_dot_do_not_matter() -> None:
    assert format_parts("date9") == ("DATE", 9, 0)
