from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]


def test_a_rule_says_when_it_fails_what_to_do_and_where_it_comes_from(run: Run) -> None:
    ran = run("rule", "TP0101")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert lines[0] == "TP0101  error"
    assert "fails when   before(--ENDTC, --STDTC)" in lines
    assert [line for line in lines if line.startswith(("remedy ", "source ", "bad record "))]


def test_the_document_has_a_record_that_keeps_the_rule_and_one_that_breaks_it(run: Run) -> None:
    document = json.loads(run("rule", "TP0101", "--json").out)
    assert (document["code"], document["severity"]) == ("TP0101", "error")
    assert set(document["good"]) == set(document["bad"]) == {"AE"}


def test_an_unknown_rule_is_answered_with_the_nearest(run: Run) -> None:
    ran = run("rule", "TP010")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("E2030: error: there is no rule 'TP010'; did you mean 'TP0")


def test_rules_are_found_whatever_the_case_of_their_code(run: Run) -> None:
    assert run("rule", "tp0101").out == run("rule", "TP0101").out


def test_all_rules_are_listed(run: Run) -> None:
    listed = json.loads(run("rules", "--json").out)["rules"]
    codes = [each["code"] for each in listed]
    assert codes == sorted(codes, key=lambda each: (each.startswith("CORE"), each))
    assert {each["set"] for each in listed} == {"own", "core"}
    # All of them have a page.
    assert run("rule", codes[0]).code == run("rule", codes[-1]).code == 0


def test_rules_are_found_by_words_set_and_version(run: Run) -> None:
    ran = run("rules", "AEENDTC", "--set", "own")
    assert ran.code == 0
    assert all("AEENDTC" in line for line in ran.out.splitlines()[1:])
    # CDISC cites CG0151, about USUBJID, as CORE-000351.
    lines = run("rules", "cg0151", "--sdtmig", "3.4").out.splitlines()
    assert [line.split()[0] for line in lines] == ["code", "CORE-000351"]
    assert run("rules", "no such words").out == ""
