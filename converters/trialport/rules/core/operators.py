"""All check operators by name, and how checks are joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from trialport.rules.core import comparison, dates, grouping, listed, text
from trialport.rules.core.comparison import Asked
from trialport.rules.core.frame import Frame
from trialport.rules.core.model import Check, Leaf
from trialport.rules.core.values import MissingVariableError, NotAskableError

Operator = Callable[[Frame, Leaf], Asked]


def _not(operator: Operator) -> Operator:
    def ask(frame: Frame, leaf: Leaf) -> Asked:
        frame, condition = operator(frame, leaf)
        if isinstance(condition, exp.Boolean):
            return frame, exp.Boolean(this=not condition.this)
        return frame, exp.not_(condition)

    return ask


OPERATORS: Mapping[str, Operator] = {
    "exists": comparison.exists,
    "not_exists": _not(comparison.exists),
    "empty": comparison.empty,
    "non_empty": _not(comparison.empty),
    "equal_to": comparison.equal,
    "not_equal_to": comparison.not_equal,
    "equal_to_case_insensitive": comparison.equal_in_any_case,
    "not_equal_to_case_insensitive": comparison.not_equal_in_any_case,
    "less_than": comparison.ordered(exp.LT),
    "less_than_or_equal_to": comparison.ordered(exp.LTE),
    "greater_than": comparison.ordered(exp.GT),
    "greater_than_or_equal_to": comparison.ordered(exp.GTE),
    "is_contained_by": comparison.contained,
    "is_not_contained_by": _not(comparison.contained),
    "matches_regex": text.matches(),
    "not_matches_regex": text.matches(negated=True),
    "prefix_matches_regex": text.matches(part="prefix"),
    "not_prefix_matches_regex": text.matches(part="prefix", negated=True),
    "suffix_matches_regex": text.matches(part="suffix"),
    "not_suffix_matches_regex": text.matches(part="suffix", negated=True),
    "starts_with": text.begins,
    "ends_with": text.ends,
    "contains": text.contains,
    "does_not_contain": _not(text.contains),
    "longer_than": text.longer,
    "prefix_equal_to": text.part_equal("prefix"),
    "prefix_not_equal_to": _not(text.part_equal("prefix")),
    "suffix_equal_to": text.part_equal("suffix"),
    "suffix_not_equal_to": _not(text.part_equal("suffix")),
    "prefix_is_contained_by": text.part_contained("prefix"),
    "prefix_is_not_contained_by": _not(text.part_contained("prefix")),
    "suffix_is_contained_by": text.part_contained("suffix"),
    "suffix_is_not_contained_by": _not(text.part_contained("suffix")),
    "equals_string_part": text.equals_part,
    "does_not_equal_string_part": _not(text.equals_part),
    "invalid_duration": _not(text.is_duration),
    "is_complete_date": dates.complete,
    "is_incomplete_date": _not(dates.complete),
    "invalid_date": _not(dates.valid),
    "date_equal_to": dates.compared("="),
    "date_not_equal_to": dates.compared("<>"),
    "date_less_than": dates.compared("<"),
    "date_less_than_or_equal_to": dates.compared("<="),
    "date_greater_than": dates.compared(">"),
    "date_greater_than_or_equal_to": dates.compared(">="),
    "is_unique_set": grouping.unique_set,
    "is_not_unique_set": _not(grouping.unique_set),
    "is_not_unique_relationship": grouping.not_one_to_one,
    "is_unique_relationship": _not(grouping.not_one_to_one),
    "is_inconsistent_across_dataset": grouping.inconsistent,
    "present_on_multiple_rows_within": grouping.on_several_rows,
    "not_present_on_multiple_rows_within": _not(grouping.on_several_rows),
    "has_next_corresponding_record": grouping.followed,
    "does_not_have_next_corresponding_record": _not(grouping.followed),
    "empty_within_except_last_row": grouping.empty_but_last,
    "target_is_sorted_by": _not(grouping.not_sorted),
    "target_is_not_sorted_by": grouping.not_sorted,
    "contains_all": listed.contains_all,
    "not_contains_all": _not(listed.contains_all),
    "shares_no_elements_with": listed.shares_none,
    "is_ordered_subset_of": listed.ordered_subset,
    "is_not_ordered_subset_of": _not(listed.ordered_subset),
}
"""Operator names as CORE rules write them."""


def compile_check(check: Check, frame: Frame) -> Asked:
    """Return the condition of a check, and the frame with all that it needs.

    A member of `any` that names a variable the records do not have is left out.

    Raises:
        MissingVariableError: the records do not have a variable.
        NotAskableError: an operator or a comparison that is not known.
    """
    if isinstance(check, Leaf):
        operator = OPERATORS.get(check.operator)
        if operator is None:
            raise NotAskableError(f"the operator {check.operator} is not known")
        return operator(frame, check)
    if check.how == "any":
        return _any(check.members, frame)
    conditions: list[exp.Expr] = []
    for member in check.members:
        frame, condition = compile_check(member, frame)
        conditions.append(condition)
    joined = exp.false() if exp.false() in conditions else exp.and_(*conditions)
    return frame, exp.not_(joined) if check.how == "not" else joined


def _any(members: tuple[Check, ...], frame: Frame) -> Asked:
    conditions: list[exp.Expr] = []
    missing: list[MissingVariableError] = []
    for member in members:
        try:
            frame, condition = compile_check(member, frame)
        except MissingVariableError as error:
            missing.append(error)
        else:
            conditions.append(condition)
    if not conditions:
        raise missing[0]
    possible = [each for each in conditions if each != exp.false()]
    return frame, exp.or_(*possible) if possible else exp.false()
