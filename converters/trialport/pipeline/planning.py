"""What a study makes: its plan, its faults, and how it differs from another plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from trialport.diagnostics import Diagnostic, Place, SpecError, did_you_mean
from trialport.plan.model import Plan
from trialport.read.switches import Switches
from trialport.study import PlannedStudy, plan_study

if TYPE_CHECKING:
    from trialport.plan.compare import Change


def check(study: Path | str) -> list[Diagnostic]:
    """Return every fault of a specification; no record is read.

    Where it can be converted, raw columns that nothing reads are noted too.
    """
    from trialport.pipeline.study_rules import check_study_rules
    from trialport.plan.unread_columns import unread_columns

    planned, found = plan_study(Path(study))
    if planned is None:
        return found
    return [*found, *unread_columns(planned.specification), *check_study_rules(planned)]


def plan(
    study: Path | str, only: Collection[str] = (), switches: Switches | None = None
) -> tuple[PlannedStudy, list[Diagnostic]]:
    """Return the planned study, reduced to what `only` needs, with its warnings.

    Raises:
        SpecError: the specification has faults, or `only` names what it does not make (E2020).
    """
    planned, found = plan_study(Path(study), switches)
    if planned is None:
        raise SpecError(found)
    return replace(planned, plan=reduced(planned.plan, only)), found


def compare(study: Path | str, other: Path | str) -> tuple[Change, ...]:
    """Return what a study makes otherwise than another, an earlier specification of it.

    Raises:
        SpecError: one of the specifications has faults.
    """
    from trialport.plan.compare import compare_plans
    from trialport.spec.differences import changed_codelists, changed_columns

    new, old = plan(study)[0], plan(other)[0]
    return compare_plans(
        old.plan,
        new.plan,
        codelists=changed_codelists(old.vocabulary.codelists, new.vocabulary.codelists),
        columns=changed_columns(old.specification.sources, new.specification.sources),
    )


def reduced(whole: Plan, only: Collection[str]) -> Plan:
    """Return the plan of the datasets and resource types asked for, and what they depend on."""
    if not only:
        return whole
    steps = {each.name: each for each in whole.steps}
    types = {each.type for each in whole.resources}
    unknown = [each for each in only if each not in steps and each not in types]
    if unknown:
        remedy = did_you_mean(unknown[0], [*steps, *types])
        problem = f"the study makes no '{unknown[0]}'"
        raise SpecError([Diagnostic("E2020", Place(), problem, remedy)])
    resources = tuple(each for each in whole.resources if each.type in only)
    todo = [each for each in only if each in steps]
    todo += [name for each in resources for name in each.step.depends]
    needed: set[str] = set()
    while todo:
        name = todo.pop()
        if name in steps and name not in needed:
            needed.add(name)
            todo += steps[name].depends
    kept = tuple(each for each in whole.steps if each.name in needed)
    return replace(whole, steps=kept, resources=resources)


def raw_tables(whole: Plan) -> list[str]:
    """Return the raw tables that a plan reads, in the order of sources.yaml."""
    read = {each for step in whole.every_step for each in step.depends if each.startswith("raw.")}
    return [name for name in whole.raw_tables if f"raw.{name}" in read]


def uses_units(whole: Plan) -> bool:
    """Return whether any dataset or resource converts units."""
    return any(
        each.this == "tp_in_unit"
        for step in whole.every_step
        for each in step.query.find_all(exp.Anonymous)
    )


def raw_files(planned: PlannedStudy) -> dict[str, str]:
    """Return the file of each raw table, as messages show it."""
    tables = planned.specification.sources.tables
    return {f"raw.{name}": contract.file.text for name, contract in tables.items()}


def encoding_of(planned: PlannedStudy) -> str:
    """Return the encoding of the text in the datasets."""
    stated = planned.specification.study.encoding
    return stated.text if stated is not None else "ascii"
