from __future__ import annotations

from typing import Any

import pytest
from trialport.fhir.coding import CodedValues, coded_element
from trialport.spec.coded import Code, CodedBy, Codes

SERIOUS = Codes("", (Code("http://s", "Serious", "Serious", "serious", "http://s5"),))
UCUM = "http://unitsofmeasure.org"
MICROGRAM = Codes("ug", (Code(UCUM, "ug"),))
TWO = Codes("Karnofsky", (Code("http://loinc.org", "89243-0"), Code("urn:x", "KPS", "Index")))


@pytest.mark.parametrize(
    ("codes", "type_", "made"),
    [
        (
            TWO,
            "CodeableConcept",
            {
                "coding": [
                    {"system": "http://loinc.org", "code": "89243-0"},
                    {"system": "urn:x", "code": "KPS", "display": "Index"},
                ],
                "text": "Karnofsky",
            },
        ),
        (TWO, "Coding", {"system": "http://loinc.org", "code": "89243-0"}),
        (TWO, "code", "89243-0"),
        (
            MICROGRAM,
            "Quantity",
            {"unit": "ug", "system": UCUM, "code": "ug"},
        ),
        (Codes("only words", ()), "CodeableConcept", {"text": "only words"}),
        (Codes("only words", ()), "Coding", None),
    ],
)
def test_a_concept_is_written_as_its_element_takes_it(
    codes: Codes, type_: str, made: dict[str, Any]
) -> None:
    assert coded_element(codes, type_, "R4") == made


def test_r5_spells_code_and_system_its_own_way() -> None:
    assert coded_element(SERIOUS, "Coding", "R4") == {
        "system": "http://s",
        "code": "Serious",
        "display": "Serious",
    }
    made = coded_element(SERIOUS, "CodeableReference", "R5")
    assert made == {
        "concept": {"coding": [{"system": "http://s5", "code": "serious", "display": "Serious"}]}
    }


def test_a_value_has_its_concept_and_is_a_code_of_its_own() -> None:
    by = CodedBy(column="c", codelist="tests", values={"KPS": SERIOUS}, system="urn:own")
    known = CodedValues(by, "CodeableConcept", "R4")
    made = known.of(["KPS", None, "X"], ["Index", None, None])
    own = {"system": "urn:own", "code": "KPS", "display": "Index"}
    assert made[0]["coding"][1] == own
    assert made[1:] == [None, {"coding": [{"system": "urn:own", "code": "X"}]}]


def test_a_value_without_a_concept_has_none_where_the_codelist_has_no_system() -> None:
    by = CodedBy(column="c", codelist="tests", values={"KPS": SERIOUS})
    assert CodedValues(by, "CodeableConcept", "R4").of(["X"], []) == [None]
