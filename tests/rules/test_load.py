"""Claims about rule files and their faults."""

import pytest
from trialport.diagnostics import Place, Severity
from trialport.rules.load import load_rules
from trialport.rules.rule import Lookup, Rule

WHOLE = """\
- code: TP0101
  title: --ENDTC is not before --STDTC
  applies_to: [SDTM]
  severity: error
  fails_when: before(--ENDTC, --STDTC) or before(--ENDTC, dm.BRTHDTC)
  with: {dm: {from: DM, by: [USUBJID], where: DOMAIN = 'DM'}}
  variable: --ENDTC
  remedy: correct the date
  source: a reason
  good: {--STDTC: 2024-03-01, --ENDTC: 2024-03, dm.BRTHDTC: 1980}
  bad: {--STDTC: 2024-03-01, --ENDTC: null}
"""


def rules(text: str) -> tuple[Rule, ...]:
    found, faults = load_rules({"r.yaml": text})
    assert faults == []
    return found


def messages(text: str) -> list[str]:
    return [str(each) for each in load_rules({"r.yaml": text})[1]]


def test_a_record_becomes_a_rule() -> None:
    (rule,) = rules(WHOLE)
    assert rule.code == "TP0101"
    assert rule.applies_to == ("SDTM",)
    assert rule.severity is Severity.ERROR
    assert rule.lookups == {"dm": Lookup("DM", (("USUBJID", "USUBJID"),), "DOMAIN = 'DM'")}
    assert rule.place == Place("r.yaml", 1)
    assert rule.needs == ("DM",)


def test_example_records_are_completed() -> None:
    (rule,) = rules(WHOLE)
    assert rule.good == {
        "AE": ({"AEENDTC": "2024-03", "AESTDTC": "2024-03-01", "USUBJID": "S-001"},),
        "DM": ({"BRTHDTC": "1980", "USUBJID": "S-001", "DOMAIN": ""},),
    }
    # Without a value of the lookup there is no record of the subject, but the dataset is there.
    assert rule.bad == {
        "AE": ({"AEENDTC": "", "AESTDTC": "2024-03-01", "USUBJID": "S-001"},),
        "DM": ({"BRTHDTC": "", "USUBJID": "S-000", "DOMAIN": ""},),
    }


def test_text_keeps_what_yaml_would_guess() -> None:
    text = WHOLE.replace("dm.BRTHDTC: 1980", "dm.BRTHDTC: NO")
    assert rules(text)[0].good["DM"][0]["BRTHDTC"] == "NO"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "code: TP0101",
            "code: AE1",
            "E1118 r.yaml:1: 'AE1' of 'code' is not a rule code; "
            "write two to six capitals and three or four digits",
        ),
        (
            "severity: error",
            "severity: fatal",
            "E1104 r.yaml:4: 'fatal' is not a value of 'severity';"
            " known: 'error', 'note', 'warning'",
        ),
        (
            "  remedy: correct the date\n",
            "",
            "E1102 r.yaml:1: rule record has no key 'remedy'; add 'remedy': what to do about it",
        ),
        (
            "source:",
            "sauce:",
            "E1101 r.yaml:9: unknown key 'sauce' of rule record; did you mean 'source'?",
        ),
        (
            "from: DM, ",
            "",
            "E1102 r.yaml:6: rule lookup has no key 'from'; add 'from': dataset to look into",
        ),
        ("dm.BRTHDTC)", "dn.BRTHDTC)", "E1201 r.yaml:5: unknown name 'dn'; known: 'dm'"),
        ("good: {", "good: {ex.EXDOSE: 1, ", "E1201 r.yaml:5: unknown name 'ex'; known: 'dm'"),
        (
            "before(--ENDTC, --STDTC) or",
            "before(--ENDTC, --STDTC or",
            "E1301 r.yaml:5: not an expression: unexpected ')'",
        ),
        (
            "DOMAIN = 'DM'",
            "DOMAIN = 'DM'; 1",
            "E1303 r.yaml:6: one expression is expected; write one expression without ';'",
        ),
    ],
)
def test_a_fault_has_place_and_remedy(old: str, new: str, message: str) -> None:
    assert old in WHOLE
    assert message in messages(WHOLE.replace(old, new))


def test_a_code_is_given_once_over_all_files() -> None:
    found, faults = load_rules({"a.yaml": WHOLE, "b.yaml": WHOLE})
    shown = [
        "E1119 b.yaml:1: rule 'TP0101' is written twice; first in a.yaml:1;"
        " give one of them another code"
    ]
    assert [str(each) for each in faults] == shown
    assert len(found) == 1


def test_the_rules_without_faults_remain() -> None:
    other = WHOLE.replace("TP0101", "TP0102")
    found, faults = load_rules(
        {"r.yaml": WHOLE.replace("severity: error", "severity: bad") + other}
    )
    assert [each.code for each in found] == ["TP0102"]
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "E1020 r.yaml: the file is empty where a list of rules is expected"),
        (
            "code: TP0101\n",
            "E1103 r.yaml:1: a file of rules is a mapping where a list"
            " is expected; begin each entry with '- '",
        ),
        (
            "- code: &x TP0101\n",
            "E1004 r.yaml:1: '&x' is an anchor or alias; a specification"
            " has neither; write the text out, or quote it where it"
            " begins with '&'",
        ),
    ],
)
def test_a_file_that_is_no_list_of_rules(text: str, message: str) -> None:
    assert messages(text) == [message]
