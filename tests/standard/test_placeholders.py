from __future__ import annotations

import pytest
from trialport.standard.placeholders import filled_label, has_placeholder, matching_pattern


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("TRT01P", "TRTxxP"),
        ("TRT12P", "TRTxxP"),
        ("CRIT1FL", "CRITyFL"),
        ("CRIT12FL", "CRITyFL"),
        ("P01S2SDT", "PxxSwSDT"),
        ("AEDECOD", "--DECOD"),
        ("LSTCONDT", "*DT"),
        ("LSTSDT", "*SDT"),
    ],
)
def test_the_most_specific_pattern_wins(name: str, pattern: str) -> None:
    patterns = ["*DT", "*SDT", "TRTxxP", "CRITyFL", "PxxSw", "PxxSwSDT", "--DECOD"]
    assert matching_pattern(name, patterns) == pattern


@pytest.mark.parametrize(
    "name", ["TRT1P", "TRTxxP", "CRIT0FL", "CRIT01FL", "DT", "DECOD", "trt01p"]
)
def test_numbers_must_have_the_form_the_guide_gives_them(name: str) -> None:
    assert matching_pattern(name, ["TRTxxP", "CRITyFL", "*DT", "--DECOD"]) is None


def test_numbers_of_the_name_stand_in_the_label() -> None:
    label = "Planned Pooled Treatment y for Period xx"
    assert filled_label(label, "TRxxPGy", "TR02PG1") == "Planned Pooled Treatment 1 for Period 02"
    assert filled_label("Duration of XX", "--DUR", "CMDUR") == "Duration of CM"


def test_a_plain_name_is_no_pattern() -> None:
    assert not has_placeholder("TRTSDT")
    assert has_placeholder("ANLzzFL")
