from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mutants.draw import OPERATORS, draw
from tests.mutants.mutant import Expected, Mutant
from tests.mutants.study import shipped_study
from tests.mutants.table import written
from tests.mutants.trial import Bench, bench

# Known to the records alone: how many of them there are.
NEEDS_RECORDS = {
    "pick_only_of_many",
    "expect_more_than_there_is",
    "wrong_unit",
}
STUDY = shipped_study()
SLICE = [each for each in draw(STUDY) if each.operator not in NEEDS_RECORDS][::60]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Return the bench of the shipped study, without records."""
    made = bench(STUDY, tmp_path_factory.mktemp("mutants"), converts=False)
    yield made
    made.close()


@pytest.mark.parametrize("mutant", SLICE, ids=[f"{each.operator}-{each.file}" for each in SLICE])
def test_a_mutant_leads_to_what_its_operator_expects(trial: Bench, mutant: Mutant) -> None:
    observed = trial.observe(mutant)
    assert observed.meets(mutant.expected), f"{mutant.shown(STUDY.files)}: {observed}"


def test_three_hundred_mutants_did_what_was_expected_of_them() -> None:
    rows = written()
    faults = [each for each in rows if each["expected"] == Expected.FAULT]
    caught = [each for each in faults if each["observed"] == "check"]
    assert len(rows) >= 300
    assert [each for each in rows if each["as_expected"] != "yes"] == []
    assert [each for each in rows if each["observed"] == "traceback"] == []
    assert len(caught) >= 0.9 * len(faults)


def test_every_operator_is_in_the_table() -> None:
    names = [each.__name__ for each in OPERATORS]
    assert set(names) == {each["operator"] for each in written()}
    assert len(set(names)) == len(names)


def test_a_mutant_changes_one_file_and_no_other() -> None:
    for each in SLICE:
        text = STUDY.files[each.file]
        after = each.applied(STUDY.files)
        assert after[each.file] != text
        assert {**after, each.file: text} == STUDY.files
