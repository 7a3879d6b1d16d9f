"""Codes of concepts as the types of FHIR write them: Coding, CodeableConcept, Quantity, code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any

from trialport.fhir.schema import Version
from trialport.spec.coded import Code, CodedBy, Codes

QUANTITIES = frozenset({"Age", "Count", "Distance", "Duration", "Money", "Quantity"})


def coded_element(codes: Codes, element_type: str, version: Version) -> Any:  # noqa: ANN401
    """Return what an element of a type holds for a concept, or None where it has no code for it.

    A Coding and a code take the first code, a Quantity has it as its unit. A concept without a code
    that may be written is its text alone.

    >>> day = Codes("day", (Code("http://unitsofmeasure.org", "d"),))
    >>> coded_element(day, "Quantity", "R4")
    {'unit': 'day', 'system': 'http://unitsofmeasure.org', 'code': 'd'}
    """
    if element_type == "CodeableReference":
        return {"concept": _concept(codes, version)}
    if element_type == "CodeableConcept":
        return _concept(codes, version)
    if not codes.codes:
        return None
    first = codes.codes[0]
    if element_type in QUANTITIES:
        unit = codes.text or first.display or first.code
        return {"unit": unit, **_pair(first, version)}
    if element_type == "Coding":
        return _coding(first, version)
    return _pair(first, version)["code"]


class CodedValues(dict[Any, Any]):
    """What an element holds for each value and its display; made when first asked for.

    None stands for null and for what has no code. The keys are pairs of a value and its display,
    both as the column has them.

    Args:
        by: the concepts of the values.
        element_type: the FHIR type of the element.
        version: how codes are spelled.
    """

    def __init__(self, by: CodedBy, element_type: str, version: Version) -> None:
        super().__init__()
        self._by, self._type = by, element_type
        self._version: Version = version

    def __missing__(self, key: tuple[object, object]) -> Any:  # noqa: ANN401
        """Return what the element holds for a pair that was not asked for before."""
        value, display = key
        made = None
        if value is not None:
            codes = _codes_of(str(value), str(display or ""), self._by)
            made = coded_element(codes, self._type, self._version) or None
        self[key] = made
        return made

    def of(self, values: Sequence[object], displays: Sequence[object]) -> list[Any]:
        """Return what an element holds for each value; `displays` are as many, or none."""
        return [self[each] for each in zip(values, displays or repeat(None), strict=False)]


def _codes_of(value: str, display: str, by: CodedBy) -> Codes:
    listed = by.values.get(value) or Codes("", ())
    if not by.system:
        return listed
    return Codes(listed.text, (*listed.codes, Code(by.system, value, display)))


def _concept(codes: Codes, version: Version) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if codes.codes:
        made["coding"] = [_coding(each, version) for each in codes.codes]
    if codes.text:
        made["text"] = codes.text
    return made


def _coding(code: Code, version: Version) -> dict[str, Any]:
    made = _pair(code, version)
    return made | {"display": code.display} if code.display else made


def _pair(code: Code, version: Version) -> dict[str, str]:
    """Return system and code as the version has them."""
    if version == "R5":
        return {"system": code.r5_system or code.system, "code": code.r5 or code.code}
    return {"system": code.system, "code": code.code}
