"""Claims about proving a rule by its own examples."""

import pytest
from trialport.rules.load import load_rules
from trialport.rules.proof import proof_faults
from trialport.rules.standards import Standards

RULE = """\
- code: TP9001
  title: t
  applies_to: AE
  severity: error
  fails_when: before(AEENDTC, AESTDTC)
  remedy: r
  source: s
  good: {AESTDTC: 2024-03-01, AEENDTC: 2024-03-01}
  bad: {AESTDTC: 2024-03-01, AEENDTC: 2024-02-29}
"""


def messages(text: str, standards: Standards) -> list[str]:
    rules, faults = load_rules({"r.yaml": text})
    assert faults == []
    return [str(each) for each in proof_faults(rules, standards)]


def test_a_proven_rule_has_no_fault(standards: Standards) -> None:
    assert messages(RULE, standards) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2024-02-29", "2024-03", "E1121 r.yaml:1: the bad record of TP9001 does not break it"),
        (
            "good: {AESTDTC: 2024-03-01",
            "good: {AESTDTC: 2024-03-02",
            "E1120 r.yaml:1: the good record of TP9001 breaks it: TP9001"
            " AE USUBJID=S-001 AESTDTC=2024-03-02"
            " column AEENDTC: '2024-03-01' breaks the rule 't'; r",
        ),
        (
            "before(AEENDTC, AESTDTC)",
            "AESTDTC < AEENDTC",
            "E1122 r.yaml:1: TP9001 cannot be asked of its good record in AE: 'AESTDTC < AEENDTC'"
            " orders texts",
        ),
    ],
)
def test_an_unproven_rule_says_why(standards: Standards, old: str, new: str, message: str) -> None:
    assert message in messages(RULE.replace(old, new), standards)
