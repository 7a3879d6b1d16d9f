"""Codes of code systems: listed ones against their list, others by their check digit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from trialport.diagnostics import Severity, did_you_mean
from trialport.fhir.ucum import UCUM, is_ucum

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"

_LOINC_CODE = re.compile(r"([0-9]{1,7})-([0-9])")
_SCTID = re.compile(r"[1-9][0-9]{5,17}")


@dataclass(frozen=True, slots=True)
class CodeFault:
    """What is wrong with a code in its system."""

    code: str
    problem: str
    remedy: str
    severity: Severity = Severity.ERROR


def code_fault(system: str, code: str, systems: Mapping[str, frozenset[str]]) -> CodeFault | None:
    """Return what is wrong with a code, or None; codes of unknown systems pass.

    Codes: E4223 a unit that is not known as UCUM, a warning; E4226 a code that its code system
    does not list; E4227 a LOINC or SNOMED CT code with a wrong check digit.

    Args:
        system: the system as a Coding or a Quantity has it.
        code: the code.
        systems: the codes of the complete code systems.
    """
    if system == UCUM:
        return None if is_ucum(code) else _unknown_unit(code)
    if system in systems:
        known = systems[system]
        return None if code in known else _unknown_code(code, system, known)
    # Answers and parts (LA..., LP...) follow no such rule; expressions of SNOMED CT hold colons.
    if system == LOINC and code[:1].isdigit() and not _is_loinc(code):
        return _check_digit(code, "LOINC")
    if system == SNOMED and code.isdigit() and not _is_sctid(code):
        return _check_digit(code, "SNOMED CT")
    return None


def _unknown_unit(code: str) -> CodeFault:
    problem = f"'{code}' is not known as a UCUM unit"
    return CodeFault("E4223", problem, "write the UCUM code, e.g. 'd', '10*9/L'", Severity.WARNING)


def _unknown_code(code: str, system: str, known: frozenset[str]) -> CodeFault:
    return CodeFault("E4226", f"'{code}' is no code of {system}", did_you_mean(code, known))


def _check_digit(code: str, name: str) -> CodeFault:
    return CodeFault(
        "E4227", f"'{code}' is no {name} code: its check digit is wrong", "correct the code"
    )


def _is_loinc(code: str) -> bool:
    """Return whether the last digit is the Luhn check digit of the others.

    Source: LOINC Users' Guide, the calculation of the mod 10 check digit.
    """
    found = _LOINC_CODE.fullmatch(code)
    if found is None:
        return False
    doubled = [int(each) * (2 - place % 2) for place, each in enumerate(reversed(found[1]))]
    return (sum(each // 10 + each % 10 for each in doubled) + int(found[2])) % 10 == 0


def _is_sctid(code: str) -> bool:
    """Return whether the digits satisfy the check of Verhoeff (1969).

    Source: SNOMED CT Release File Specification, 5.5 Check-digit.
    """
    if not _SCTID.fullmatch(code):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = _times(check, _permuted(int(digit), place))
    return check == 0


def _times(left: int, right: int) -> int:
    """Return the product in the dihedral group of the pentagon: 0-4 turn it, 5-9 turn it over."""
    turn = left % 5 + (right % 5 if left < 5 else -(right % 5))
    return turn % 5 + 5 * ((left >= 5) != (right >= 5))


def _permuted(digit: int, times: int) -> int:
    for _ in range(times % 8):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit
