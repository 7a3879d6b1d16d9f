from __future__ import annotations

import pytest
from trialport.draft.delimiter import guess_delimiter


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b;c\n1,5;2,5;3\n", ";"),
        ('a\tb\n"x\ty"\t2\n', "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ("alone\n1\n", ","),
        ("", ","),
    ],
)
def test_the_delimiter_gives_every_record_the_same_number_of_cells(
    text: str, delimiter: str
) -> None:
    assert guess_delimiter(text).value == delimiter


def test_a_column_alone_is_told_to_be_no_more_than_a_guess() -> None:
    assert guess_delimiter("alone\n1\n").confidence < 0.5
