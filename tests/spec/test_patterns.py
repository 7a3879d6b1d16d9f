"""Patterns that are taken run in the database; what it would stop at is refused before data."""

from __future__ import annotations

from random import Random

import duckdb
import pytest
from trialport.spec.expression_error import ExpressionError
from trialport.spec.patterns import groups

SEED = 20240817
PIECES = [
    *("a", "b", "0", "é", "疾", ".", "^", "$", "|", "(", ")", "[", "]", "-", "{", "}", ",", "2"),
    *("*", "+", "?", "\\", "\\d", "\\S", "\\b", "\\.", "\\x{4E00}", "\\x41", "[^a-z]"),
    *("(?:", "(?i:", "(?i)", "(?P<n>", "(?=", "(?<", "{2}", "{1,3}", "{3,}", "{1000}", "a-z"),
    *("\\pL", "\\Q", "\\C", "&&", "]-[", "(a|b)", "[]a]", "[a-]", "[\\d-x]", "[\\]-z]", "\\1"),
    *("[[:alpha:]]", "[[:nope:]]"),
]


def is_taken(pattern: str) -> bool:
    try:
        groups(pattern)
    except ExpressionError as fault:
        assert fault.code == "E1305"
        assert fault.problem.startswith("the pattern ")
        return False
    return True


def runs(pattern: str) -> bool:
    try:
        duckdb.execute("SELECT regexp_matches('a2b', ?)", [pattern]).fetchall()
        # As a constant, too: the database reads some of those in another way.
        written = pattern.replace("'", "''")
        duckdb.execute(f"SELECT regexp_extract(x, '{written}') FROM (SELECT 'a2b' AS x)").fetchall()
    except duckdb.Error:
        return False
    return True


def test_what_is_taken_runs() -> None:
    random = Random(SEED)
    taken = 0
    for _ in range(6000):
        pattern = "".join(random.choices(PIECES, k=random.randint(1, 9)))
        if is_taken(pattern):
            taken += 1
            assert runs(pattern), pattern
    assert taken > 1000


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("", 0),
        ("^[A-Z]{2}$", 0),
        (r"^<?[0-9.,]+(E[0-9]+)?$", 1),
        ("((a)(?:b)|(?P<name>c))", 3),
        (r"[\x{4E00}-\x{9FA5}]+", 0),
        ("[]a]", 0),
        ("(?i)yes|no", 0),
        ("a{0,3}?b*?", 0),
        ("[1１]", 0),
    ],
)
def test_groups_are_counted(pattern: str, number: int) -> None:
    assert groups(pattern) == number


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "has a ( that is not closed"),
        (")", "has a ) too many"),
        ("[", "has a [ that is not closed, or a class that is not known"),
        ("[a", "has a [ that is not closed, or a class that is not known"),
        ("*a", "repeats nothing with *"),
        ("a**", "repeats a repeat; put the inner one in parentheses"),
        ("a{", "has a { that is no count such as {2} or {1,3}"),
        ("a{3,1}", "counts from 3 to 1"),
        ("[z-a]", "has a range whose end is not behind its beginning"),
        (r"[\d-z]", "has a range whose end is not behind its beginning"),
        (r"\1", r"has an escape that is not known: \1"),
        ("(?=a)", "has a group that is not known: (?=a"),
        ("(?<!a)b", "has a group that is not known: (?<!"),
        ("((a{100}){100})", "repeats 10000 times, 200 are allowed"),
    ],
)
def test_a_refusal_says_why(pattern: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        groups(pattern)
    assert caught.value.problem.endswith(f"' {reason}")


def test_the_largest_patterns_run() -> None:
    for part in (".", r"\w", r"[^\x{4E00}-\x{9FA5}]", "(a|b|c)", r"[[:alpha:]é]"):
        pattern = part + "{200}"
        assert is_taken(pattern)
        assert runs(pattern * (200 // len(pattern)))
