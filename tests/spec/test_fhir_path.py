"""Claims about the text of paths: what is read, and what is refused with which words."""

from __future__ import annotations

import pytest
from trialport.spec.expression_error import ExpressionError
from trialport.spec.fhir_path import Binary, Empty, Literal, Member, parse_path


def test_operators_bind_as_fhirpath_says() -> None:
    """FHIRPath 2.0.0, 6.8: `|` before `=` before `in`, these before `and`, that before `or`."""
    a, b, c = (Member(None, each) for each in "abc")
    assert parse_path("a or b and c") == Binary("or", a, Binary("and", b, c))
    assert parse_path("a | b = c") == Binary("=", Binary("|", a, b), c)
    assert parse_path("(a or b) and c") == Binary("and", Binary("or", a, b), c)


def test_the_empty_collection_and_escapes() -> None:
    assert parse_path("{}") == Empty()
    assert parse_path(r"'it\'s \u00b5'") == Literal("it's µ")


@pytest.mark.parametrize(
    ("path", "problem", "remedy"),
    [
        ("code.wher(a = 'b')", "'wher' is no function of paths", "did you mean 'where'?"),
        ("code.", "the end stands where the name of an element or a function should be", ""),
        ("a[x]", "'x' stands where a number from 0 should be", ""),
        ("a b", "'b' stands where the path should end", ""),
        ("a + 1", "'+ 1' is no part of a path", ""),
        ("extension(url)", "extension() takes a text in quotes", ""),
        ("a.replace('x')", "replace() has 1 arguments", "give it 2"),
        ("a.iif(b)", "iif() has 1 arguments", "give it 2 to 3"),
        ("(" * 30 + "a" + ")" * 30, "the path lies too deep", "nest at most 20 parts"),
        (".".join("a" * 300), "the path has 599 words and marks", "write at most 400"),
        ("a" * 2001, "the path has 2001 characters", "write at most 2000"),
    ],
)
def test_what_is_no_path_is_refused(path: str, problem: str, remedy: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_path(path)
    assert (caught.value.code, str(caught.value), caught.value.remedy) == ("E3073", problem, remedy)
