"""A specification to a plan: every dataset and resource in an order in which nothing is missing."""

from __future__ import annotations

from graphlib import CycleError

from trialport.diagnostics import Diagnostic, Severity
from trialport.plan.catalogue import Catalogue, raw_relations
from trialport.plan.chain import cycle_of, levels
from trialport.plan.collect import Collector
from trialport.plan.datasets import as_relation, plan_dataset, reads
from trialport.plan.like import alike
from trialport.plan.metadata import Guides
from trialport.plan.model import Limits, Plan, Step
from trialport.plan.possible_values import value_faults
from trialport.plan.relationships import plan_relationships
from trialport.plan.resources import plan_resource
from trialport.plan.run_relations import run_relations, with_results
from trialport.plan.supplemental import plan_supplemental
from trialport.plan.unreachable import unreachable
from trialport.plan.unread_cells import unread_cells
from trialport.plan.unused_lookups import note_unused
from trialport.spec.nodes import Dataset, Specification
from trialport.spec.vocabulary import Vocabulary


def build_plan(
    specification: Specification,
    guides: Guides,
    vocabulary: Vocabulary,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
) -> tuple[Plan | None, list[Diagnostic]]:
    """Return the plan of a specification, or None where a fault is an error, and every fault."""
    collector = Collector(vocabulary, limits)
    catalogue = Catalogue()
    for relation in raw_relations(specification.sources, guides.sdtm):
        catalogue.add(relation)
    sdtm, adam = alike(specification.sdtm, specification.adam, collector)
    groups = {each.dataset.text: (each, "sdtm") for each in sdtm}
    groups |= {each.dataset.text: (each, "adam") for each in adam}
    steps: list[Step] = []
    for name in _order(groups, collector):
        node, group = groups[name]
        steps += _steps(node, group, catalogue, guides, collector)
    for relation in run_relations():
        catalogue.add(relation)
    made = [
        plan_resource(each, catalogue, guides, collector, specification.concepts)
        for each in specification.resources
    ]
    resources = tuple(with_results(each, specification.report) for each in made if each is not None)
    note_unused(collector)
    _check_required(steps, groups, guides, collector)
    collector.found += value_faults(specification, vocabulary)
    collector.found += [each for node, _ in groups.values() for each in unread_cells(node)]
    collector.found += unreachable([node for node, _ in groups.values()])
    found = sorted(collector.found, key=lambda each: (each.place.file, each.place.line or 0))
    found = list(dict.fromkeys(found))
    if any(each.severity is Severity.ERROR for each in found):
        return None, found
    raw = tuple(specification.sources.tables)
    return Plan(
        specification.study.study.text, specification.digest, raw, tuple(steps), resources
    ), found


def _order(groups: dict[str, tuple[Dataset, str]], collector: Collector) -> list[str]:
    """Return the datasets in an order in which each comes after what it reads."""
    depends = {
        name: {each.removeprefix("SUPP") if each not in groups else each for each in reads(node)}
        & set(groups)
        for name, (node, _) in groups.items()
    }
    for name in depends:
        if name in depends[name]:
            problem = f"dataset {name} reads itself"
            collector.fault("E2001", groups[name][0].place, problem, "use a window")
            depends[name].discard(name)
    try:
        return [name for level in levels(depends) for name in level]
    except CycleError as error:
        names = cycle_of(error)
        place = groups[names[0]][0].place
        collector.fault(
            "E2001", place, f"datasets need each other: {' -> '.join(names)}", "break the circle"
        )
        return []


def _steps(
    node: Dataset, group: str, catalogue: Catalogue, guides: Guides, collector: Collector
) -> list[Step]:
    if node.relationships:
        step = plan_relationships(node, catalogue, guides, collector)
    else:
        step = plan_dataset(node, group, catalogue, guides, collector)
    if step is None:
        return []
    catalogue.add(as_relation(step))
    if not node.supplemental:
        return [step]
    supplemental = plan_supplemental(node, step, guides, collector)
    catalogue.add(as_relation(supplemental))
    return [step, supplemental]


def _check_required(
    steps: list[Step], groups: dict[str, tuple[Dataset, str]], guides: Guides, collector: Collector
) -> None:
    """Report required variables of the standard that a dataset lacks, expected ones as warnings."""
    for step in steps:
        if step.name not in groups or groups[step.name][0].relationships or not step.is_kept:
            continue
        node, group = groups[step.name]
        have = {each.name for each in step.variables}
        for variable in guides.required(node, group):
            if variable.name in have or not _is_name(variable.name):
                continue
            if variable.core == "Req":
                problem = f"{step.name} lacks {variable.name}, which the standard requires"
                collector.fault("E2010", node.place, problem, f"add {variable.name}: ...")
            elif variable.core == "Exp":
                problem = f"{step.name} lacks {variable.name}, which the standard expects"
                collector.warn(
                    "E2011", node.place, problem, f"add {variable.name}: ... or {{text: ''}}"
                )


def _is_name(name: str) -> bool:
    """Return whether a guide's variable is one name, and no pattern such as TRTxxP or --SEQ."""
    return name == name.upper() and name.isidentifier()
