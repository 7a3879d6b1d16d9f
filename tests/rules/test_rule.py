"""Claims about findings as diagnostics."""

from trialport.diagnostics import Severity
from trialport.rules import Finding, Lookup, Rule, Total, ValidationResult


def test_a_finding_of_a_dataset_is_placed_at_the_dataset() -> None:
    found = Finding("TP0011", Severity.NOTE, "MB", (), "", None, "the dataset has no records", "x")
    assert str(found.diagnostic) == "TP0011 MB: the dataset has no records; x"
    assert found.diagnostic.severity is Severity.NOTE


def test_what_is_not_listed_is_counted() -> None:
    total = Total("TP0101", Severity.ERROR, "AE", "AEENDTC", found=1500, listed=1000)
    result = ValidationResult((), (total,), ())
    shown = ["TP0101 AE column AEENDTC: 500 further records break the rule"]
    assert [str(each) for each in result.diagnostics] == shown


def test_what_is_listed_whole_is_not_counted_again() -> None:
    total = Total("TP0101", Severity.ERROR, "AE", "AEENDTC", found=2, listed=2)
    assert ValidationResult((), (total,), ()).diagnostics == []


def test_a_rule_needs_the_datasets_of_its_lookups_once_each() -> None:
    by = (("USUBJID", "USUBJID"),)
    rule = Rule(
        code="TP9999",
        title="t",
        applies_to=("AE",),
        severity=Severity.ERROR,
        remedy="r",
        source="s",
        good={},
        bad={},
        lookups={"dm": Lookup("DM", by), "ex": Lookup("EX", by), "dm2": Lookup("DM", by)},
    )
    assert rule.needs == ("DM", "EX")
