"""What a written dataset is: its metadata as files, Define-XML and rules need it."""

from __future__ import annotations

from collections.abc import Mapping

from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.plan.model import Step, VariablePlan
from trialport.spec.vocabulary import StudyCodelist
from trialport.study import PlannedStudy
from trialport.xport.model import Member


def describe(step: Step, member: Member, records: int, planned: PlannedStudy) -> DatasetMetadata:
    """Return what a written dataset is."""
    codelists = planned.vocabulary.codelists
    variables = tuple(
        VariableMetadata(
            name=each.name,
            label=each.label,
            type=each.type.value,
            length=stored.length or 0,
            format=each.format,
            role=each.role,
            core=each.core,
            codelist=each.codelist,
            codelists=each.nci_codelists,
            terms=_terms(each, codelists),
            extensible=_extensible(each, codelists),
            origin=each.origin.value if each.origin else "",
        )
        for each, stored in zip(step.variables, member.variables, strict=True)
    )
    return DatasetMetadata(
        name=step.name,
        label=step.label,
        group=step.group,
        class_=step.class_,
        structure=step.structure,
        keys=step.keys,
        records=records,
        path=f"{step.group}/{step.name.lower()}.xpt",
        variables=variables,
    )


def _terms(variable: VariablePlan, codelists: Mapping[str, StudyCodelist]) -> tuple[str, ...]:
    """Return the terms of the sponsor that a variable may have; published ones go by their code.

    A variable that names no published codelist may also have what the study adds to the one that
    the guide gives it: a standard result comes from the original one, which names it.
    """
    names = variable.limited_to or ((variable.codelist,) if variable.codelist else ())
    named = [codelists[each] for each in names if each in codelists]
    if not any(each.published for each in named):
        named += [each for each in codelists.values() if _is_of_guide(each, variable)]
    known = [each for each in named if not each.numeric]
    is_mixed = any(each.published is None for each in known)
    if is_mixed and not all(
        each.published is None or _is_of_guide(each, variable) for each in known
    ):
        return ()
    found = dict.fromkeys(term for each in known for term in each.sponsor_terms)
    return tuple(found)


def _is_of_guide(codelist: StudyCodelist, variable: VariablePlan) -> bool:
    """Return whether a codelist is a published one that the guide gives the variable."""
    return codelist.published is not None and codelist.published.code in variable.nci_codelists


def _extensible(variable: VariablePlan, codelists: Mapping[str, StudyCodelist]) -> bool:
    known = codelists.get(variable.codelist)
    return known is None or known.published is None or known.published.extensible
