"""Claims about the rules that come with trialport, all of them by their own examples."""

import re

from trialport.rules.load import load_rules
from trialport.rules.proof import proof_faults
from trialport.rules.rule import SDTM
from trialport.rules.shipped import shipped_rule_files, shipped_rules
from trialport.rules.standards import Standards


def test_every_rule_is_kept_by_its_good_record_and_broken_by_its_bad_one(
    standards: Standards,
) -> None:
    assert len(shipped_rules()) > 30
    assert proof_faults(shipped_rules(), standards) == []


def test_the_shipped_files_have_no_fault() -> None:
    files = shipped_rule_files()
    assert len(files) >= 5
    assert load_rules(files)[1] == []


def test_codes_are_unique_and_sorted() -> None:
    codes = [rule.code for rule in shipped_rules()]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch("TP[0-9]{4}", code) for code in codes)


def test_codes_say_what_a_rule_is_about() -> None:
    for rule in shipped_rules():
        group = rule.code[:4]
        is_of_analysis = all(each.startswith("AD") for each in rule.applies_to)
        assert (group in {"TP02", "TP03"}) == is_of_analysis, rule.code
        if group == "TP00":
            assert rule.check is not None, rule.code
        if group == "TP01":
            assert all(each == SDTM or len(each) == 2 for each in rule.applies_to), rule.code


def test_every_rule_says_what_to_do_and_where_it_comes_from() -> None:
    for rule in shipped_rules():
        assert rule.remedy, rule.code
        assert rule.source, rule.code
        assert not rule.title.endswith("."), rule.code
        assert rule.check is None or rule.check.__doc__, rule.code
