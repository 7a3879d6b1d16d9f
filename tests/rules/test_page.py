"""Claims about the page of a rule."""

from trialport.rules.load import load_rules
from trialport.rules.page import rule_page
from trialport.rules.shipped import shipped_rules

TEXT = """\
- code: TP9001
  title: --STDY is the study day of --STDTC
  applies_to: [SDTM, ADAE]
  severity: error
  each: [--STDY]
  fails_when: |
    value <> study_day(--STDTC,
      dm.RFSTDTC)
  with: {dm: {from: DM, by: {USUBJID: SUBJID}, where: ARM is not null}}
  remedy: derive it
  source: SDTMIG 3.4, 4.4.4
  good: {--STDY: 1, --STDTC: 2024-03-01, dm.RFSTDTC: 2024-03-01}
  bad: {--STDY: 0, --STDTC: 2024-03-01, dm.RFSTDTC: 2024-03-01}
"""

PAGE = """\
TP9001  error
--STDY is the study day of --STDTC

applies to   every SDTM dataset, ADAE
asked for    each variable named --STDY, called value
fails when   value <> study_day(--STDTC, dm.RFSTDTC)
looks up     dm: the record of DM with the same USUBJID = SUBJID, where ARM is not null
remedy       derive it
source       SDTMIG 3.4, 4.4.4
good record  AE AESTDTC=2024-03-01 USUBJID=S-001 AESTDY=1
good record  DM RFSTDTC=2024-03-01 SUBJID=S-001 ARM=null
bad record   AE AESTDTC=2024-03-01 USUBJID=S-001 AESTDY=0
bad record   DM RFSTDTC=2024-03-01 SUBJID=S-001 ARM=null
written in   r.yaml:1
"""


def test_the_page_of_a_record() -> None:
    (rule,), faults = load_rules({"r.yaml": TEXT})
    assert faults == []
    assert rule_page(rule) == PAGE


def test_the_page_of_a_function_says_when_it_fails() -> None:
    rule = next(each for each in shipped_rules() if each.code == "TP0011")
    lines = rule_page(rule).splitlines()
    assert lines[0] == "TP0011  note"
    assert "fails when   The dataset holds no record." in lines
    assert "bad record   AE without records" in lines


def test_every_shipped_rule_has_a_page_without_blanks_at_its_ends() -> None:
    for rule in shipped_rules():
        assert all(line == line.rstrip() for line in rule_page(rule).splitlines()), rule.code
