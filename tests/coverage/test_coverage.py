from __future__ import annotations

import re
from pathlib import Path

import pytest
from trialport.diagnostics import Diagnostic, Place
from trialport.spec.parse import ExpressionError, parse

from tests.coverage.table import chosen, named_tests, shipped
from tests.coverage.usage import ROOT, everything, noting

WHAT_TO_DO = (
    "used by no shipped specification and by no test of tests/coverage/coverage.csv: "
    "write a test that uses it, then run `make coverage-table TESTS=tests/that_room`"
)


def test_every_key_function_and_code_is_used_somewhere() -> None:
    used = {*shipped(), *named_tests()}
    missing = [" ".join(each) for each in everything() if each not in used]
    assert missing == [], f"{WHAT_TO_DO}: {', '.join(missing)}"


def test_the_table_names_only_what_there_is() -> None:
    every = set(everything())
    gone = [" ".join(each) for each in named_tests() if each not in every]
    assert gone == [], "remove these lines from tests/coverage/coverage.csv"


@pytest.mark.parametrize("test", sorted(set(named_tests().values())))
def test_each_test_of_the_table_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"def {re.escape(name.partition('[')[0])}\b", text), test


def test_a_diagnostic_that_a_test_makes_does_not_count() -> None:
    with noting() as noted:
        Diagnostic("E9001", Place(), "made by hand")
        with pytest.raises(ExpressionError):
            parse(";")
        from trialport.spec.load import load_study

        load_study({})
    assert ("code", "E9001") not in noted.used
    assert ("code", "E1011") in noted.used


def test_the_test_that_uses_least_is_chosen() -> None:
    a, b = ("code", "E0001"), ("code", "E0002")
    noted = {"tests/x.py::test_both": [a, b], "tests/x.py::test_one": [a]}
    assert chosen(noted, [a, b]) == {a: "tests/x.py::test_one", b: "tests/x.py::test_both"}


def test_the_shipped_lines_are_lines_of_files() -> None:
    for place in shipped().values():
        assert place.line is not None
        assert (ROOT / Path(place.file)).is_file()
