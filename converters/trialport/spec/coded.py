"""Concepts as content takes them: codes with the URLs of their systems, ready to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from trialport.spec.concept_nodes import Concept, Concepts


@dataclass(frozen=True, slots=True)
class Code:
    """A code in a system; `r5` and `r5_system` are what R5 has otherwise, or empty."""

    system: str
    code: str
    display: str = ""
    r5: str = ""
    r5_system: str = ""


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a concept that may be written, and what it is in words."""

    text: str
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class CodedBy:
    """What codes an element: a concept, or the value of a column by a codelist.

    `system` is the URL in which a value is a code of its own, or empty; `display` names the column
    that has its display. `codelist` is its name, for messages.
    """

    concept: Codes | None = None
    column: str = ""
    display: str = ""
    codelist: str = ""
    values: Mapping[str, Codes] = field(default_factory=dict[str, Codes])
    system: str = ""


def coded_by_concept(name: str, node: Concepts, studyid: str) -> CodedBy:
    """Return what codes an element by a concept, which is there."""
    return CodedBy(concept=_codes(node.concepts[name], node, studyid))


def coded_by_value(
    column: str, display: str, codelist: str, node: Concepts, studyid: str
) -> CodedBy:
    """Return what codes an element by the value of a column, through a codelist that is there."""
    listed = node.codelists[codelist]
    values = {
        value: _codes(node.concepts[name.text], node, studyid)
        for value, name in listed.concepts.items()
    }
    own = "" if listed.system is None else system_url(listed.system.text, node, studyid)
    return CodedBy(None, column, display, codelist, values, own)


def system_url(name: str, node: Concepts, studyid: str) -> str:
    """Return the URL of a code system of concepts.yaml."""
    system = node.systems[name]
    return system.url or f"urn:trialport:{quote(studyid, safe='')}:{system.local}"


def _codes(concept: Concept, node: Concepts, studyid: str) -> Codes:
    return Codes(
        concept.text,
        tuple(
            Code(
                system=system_url(each.system.text, node, studyid),
                code=each.code,
                display=each.display,
                r5=each.r5,
                r5_system=node.systems[each.system.text].r5,
            )
            for each in concept.codings
            if each.state != "unverified"
        ),
    )
