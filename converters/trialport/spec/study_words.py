"""The vocabulary of a study: its constants and codelists, over the pinned terminology."""

from __future__ import annotations

from collections.abc import Mapping

from trialport.diagnostics import Diagnostic, did_you_mean
from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.nodes import CodelistMap, Constant, Specification
from trialport.spec.vocabulary import ConstantValue, StudyCodelist, Vocabulary
from trialport.terms.codelists import Codelist
from trialport.terms.units import Units


def codelists_needed(specification: Specification) -> set[str]:
    """Return the NCI codes of the published codelists that the study uses."""
    return {
        each.nci.text
        for each in specification.terminology.codelists.values()
        if each.nci is not None
    }


def study_vocabulary(
    specification: Specification, published: Mapping[str, Codelist], units: Units | None
) -> tuple[Vocabulary, list[Diagnostic]]:
    """Return the vocabulary of a study and the faults of its terminology.

    Args:
        specification: the study.
        published: codelists of the pinned terminology by NCI code.
        units: the known units, for conversions.
    """
    found: list[Diagnostic] = []
    constants = {name: _constant(each) for name, each in specification.study.constants.items()}
    codelists = {
        name: _codelist(name, each, published, found)
        for name, each in specification.terminology.codelists.items()
    }
    studyid = specification.study.study.text
    subjects = specification.study.subjects
    persons = (
        {earlier: each.text for earlier, each in subjects.rescreened.items()} if subjects else {}
    )
    return Vocabulary(studyid, constants, codelists, units, persons), found


def _constant(node: Constant) -> ConstantValue:
    if node.date is not None:
        return ConstantValue(sql.date(node.date), Type.DATE)
    if node.number is not None:
        return ConstantValue(sql.number(node.number), Type.NUMBER)
    return ConstantValue(sql.text(node.text or ""), Type.TEXT)


def _codelist(
    name: str, node: CodelistMap, published: Mapping[str, Codelist], found: list[Diagnostic]
) -> StudyCodelist:
    known = None
    if node.nci is not None:
        known = published.get(node.nci.text)
        if known is None:
            problem = f"codelist '{node.nci.text}' is not in the pinned terminology"
            found.append(
                Diagnostic("E1221", node.nci.place, problem, did_you_mean(node.nci.text, published))
            )
    terms = dict(node.terms)
    if known is not None:
        terms = {**{each.value: each.decode for each in known.terms}, **terms}
        _check_extension(name, node, known, found)
    terms |= node.extend
    if known is not None or node.terms:
        for collected, value in node.map.items():
            if value.text not in terms and node.type != "number":
                problem = f"'{value.text}' (for '{collected}') is no term of codelist {name}"
                remedy = (
                    did_you_mean(value.text, terms)
                    or "add it under extend, if the codelist is extensible"
                )
                found.append(Diagnostic("E1220", value.place, problem, remedy))
    mapped = {collected: value.text for collected, value in node.map.items()}
    return StudyCodelist(name, mapped, terms, node.type == "number", known)


def _check_extension(
    name: str, node: CodelistMap, known: Codelist, found: list[Diagnostic]
) -> None:
    if node.extend and not known.extensible:
        problem = f"codelist {name} ({known.code}) is not extensible"
        remedy = "map to one of its terms, or define a sponsor codelist without nci"
        found.append(Diagnostic("E1222", node.place, problem, remedy))
