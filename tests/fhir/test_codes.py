from __future__ import annotations

import pytest
from trialport.fhir.codes import LOINC, SNOMED, code_fault
from trialport.fhir.ucum import UCUM, is_ucum


# Codes of the LOINC table; 718-8 and 26499-5 have another last digit.
@pytest.mark.parametrize(
    ("code", "is_right"),
    [
        ("718-7", True),
        ("26499-4", True),
        ("89243-0", True),
        ("72493-0", True),
        ("718-8", False),
        ("26499-5", False),
        ("7187", False),
        ("LA29175-9", True),
    ],
)
def test_loinc_codes_end_with_their_check_digit(code: str, is_right: bool) -> None:
    assert (code_fault(LOINC, code, {}) is None) is is_right


# Concepts of SNOMED CT, from the documentation of HL7 implementation guides.
@pytest.mark.parametrize(
    ("code", "is_right"),
    [
        ("402355000", True),
        ("402356004", True),
        ("77465005", True),
        ("1269349006", True),
        ("402356005", False),
        ("42", False),
        ("71341001:272741003=7771000", True),
    ],
)
def test_snomed_identifiers_end_with_their_check_digit(code: str, is_right: bool) -> None:
    assert (code_fault(SNOMED, code, {}) is None) is is_right


def test_codes_of_unknown_systems_pass() -> None:
    assert code_fault("urn:example", "anything", {}) is None


# Units of the UCUM specification and of its table of example codes.
UNITS = """
    d wk mo a h min 10*9/L 10*3/uL 10*6/kg mg/kg mg/kg/d g/dL [IU]/mL m[IU]/L {copies}/mL 1 % mm[Hg]
    mL/min/{1.73_m2} kg/m2 Cel /min {beats}/min umol/L ug/L U/L k[IU]/L /[HPF] meq/L [degF] cm fL
    pg kat/L mosm/kg [lb_av] 10*-3.L m/s2 [CFU]/mL
"""


@pytest.mark.parametrize("code", UNITS.split())
def test_units_of_clinical_records_are_known(code: str) -> None:
    assert is_ucum(code)


@pytest.mark.parametrize(
    "code",
    [
        "days",
        "10^9 /L",
        "IU/mL",
        "mmHg",
        "copies/mL",
        "",
        "mg//L",
        "mg/",
        "岁",
        "10*9/l.",
        "μmol/L",
    ],
)
def test_other_spellings_of_units_are_not(code: str) -> None:
    assert not is_ucum(code)


def test_an_unknown_unit_is_a_warning() -> None:
    fault = code_fault(UCUM, "days", {})
    assert fault is not None
    assert (fault.code, fault.severity) == ("E4223", "warning")
