"""The published test cases: same dataset, record and variable flagged, or a reason why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from trialport.rules.core.operations import OPERATIONS
from trialport.rules.core.operators import OPERATORS
from trialport.rules.core.shipped import core_rules, core_rules_of

from tests.rules.core.cases import DIFFERENT, EQUAL, HERE, explained, judge, read_cases

_ALL = Path(__file__).parents[4] / "shared/standards/core/testdata/published_sdtmig_adamig.jsonl.gz"
_SHIPPED = list(read_cases(HERE / "data" / "cases.jsonl.gz"))
_EVERY = 4
"""The full set is judged by `make core-cases`; here every fourth case is."""


@pytest.mark.parametrize(
    "case", _SHIPPED, ids=[f"{each['core_id']}-{each['kind']}-{each['case']}" for each in _SHIPPED]
)
def test_a_case_is_judged_as_published(case: dict[str, Any]) -> None:
    verdict = judge(case)
    assert (verdict.outcome, verdict.missing, verdict.extra) == (EQUAL, frozenset(), frozenset())


def test_positive_cases_are_clean_and_negative_ones_are_not() -> None:
    kinds = {(each["kind"], len(each["expected_results"].splitlines()) > 1) for each in _SHIPPED}
    assert ("negative", True) in kinds
    assert ("positive", False) in kinds


@pytest.mark.reference
@pytest.mark.slow
@pytest.mark.skipif(not _ALL.is_file(), reason=f"the full set of cases is not at {_ALL}")
@pytest.mark.parametrize("part", range(_EVERY))
def test_every_difference_of_the_full_set_has_a_reason(part: int) -> None:
    cases = list(read_cases(_ALL))[part :: 4 * _EVERY]
    verdicts = [judge(case) for case in cases]
    different = {(each.rule, each.case) for each in verdicts if each.outcome == DIFFERENT}
    assert sum(each.outcome == EQUAL for each in verdicts) > len(cases) * 0.85
    assert different <= set(explained())


def test_every_operator_and_operation_of_the_rules_is_known() -> None:
    rules = core_rules()
    assert {leaf.operator for rule in rules for leaf in rule.leaves} <= set(OPERATORS)
    known = set(OPERATIONS) | {"codelist_terms"}
    assert {each.operator for rule in rules for each in rule.operations} <= known


def test_each_guide_has_its_published_rules() -> None:
    counts = {version: len(core_rules_of("SDTMIG", version)) for version in ("3.2", "3.3", "3.4")}
    assert counts == {"3.2": 259, "3.3": 294, "3.4": 330}
