"""Errors of the sample are those that were planted, and no other."""

from __future__ import annotations

from collections import Counter

from trialport import Conversion


def test_only_what_was_planted_is_an_error(conversion: Conversion) -> None:
    """A day that is none, two haemolysed samples, an unknown visit type, an event ending early."""
    errors = [each for each in conversion.findings if each.severity == "error"]
    assert Counter(each.code for each in errors) == {
        "E3102": 1,
        "E3203": 3,
        "TP0101": 1,
        "TP0247": 1,
    }
