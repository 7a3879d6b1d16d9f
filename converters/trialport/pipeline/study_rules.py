"""The rules of the study itself: checked beside the specification, asked of what was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from trialport.diagnostics import Diagnostic, SpecError
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.pipeline.planning import raw_files
from trialport.study import PlannedStudy

if TYPE_CHECKING:
    import duckdb

    from trialport.plan.catalogue import Relation
    from trialport.plan.model import Step
    from trialport.rules.rule import Rule


def study_rules(planned: PlannedStudy) -> tuple[Rule, ...]:
    """Return the rules in the folder `rules` of a study.

    Raises:
        SpecError: they have faults.
    """
    if not planned.specification.rules:
        return ()
    from trialport.rules.of_study import load_study_rules

    rules, found = load_study_rules(planned.specification.rules)
    if found:
        raise SpecError(found)
    return rules


def check_study_rules(planned: PlannedStudy) -> list[Diagnostic]:
    """Return every fault of the rules of a study: of their writing, their examples, their names."""
    if not planned.specification.rules:
        return []
    from trialport.plan.datasets import as_relation
    from trialport.rules.of_study import Known, load_study_rules, read_by, study_rule_faults
    from trialport.rules.run import standards_for

    rules, found = load_study_rules(planned.specification.rules)
    read, raw, steps = read_by(rules), _raw_relations(planned), planned.plan.steps
    if read is not None:
        raw = {name: each for name, each in raw.items() if name in read}
        steps = [each for each in steps if each.name in read]
    datasets = [_described(each) for each in steps]
    known = Known(datasets, raw)
    relations = {each.name: as_relation(each) for each in steps}
    return [*found, *study_rule_faults(rules, relations, known, standards_for(datasets))]


def ask_rules_of_study(
    planned: PlannedStudy,
    datasets: Sequence[DatasetMetadata],
    connection: duckdb.DuckDBPyConnection,
    *,
    staged: Sequence[str],
    about: Literal["datasets", "raw", "all"] = "all",
) -> tuple[list[Diagnostic], list[tuple[str, str, str]]]:
    """Return what the rules of a study find, and (rule, dataset, reason) of what was not asked.

    Args:
        planned: the study.
        datasets: those that the connection holds.
        connection: see `rules.run.run_rules`.
        staged: the raw tables that it holds in schema `raw`.
        about: which rules to ask: those about datasets, those about raw tables, or all.
    """
    rules = [each for each in study_rules(planned) if about in ("all", _about(each))]
    if not rules:
        return [], []
    from trialport.rules.of_study import Known, ask_study_rules
    from trialport.rules.run import standards_for

    raw = {name: each for name, each in _raw_relations(planned).items() if each.shown in staged}
    known, standards = Known(datasets, raw), standards_for(datasets)
    found, result = ask_study_rules(rules, known, connection, raw_files(planned), standards)
    return found, list(result.not_run)


def _about(rule: Rule) -> str:
    return "raw" if any(each.startswith("raw.") for each in rule.applies_to) else "datasets"


def _raw_relations(planned: PlannedStudy) -> Mapping[str, Relation]:
    from trialport.plan.catalogue import raw_relations

    return {each.name: each for each in raw_relations(planned.specification.sources)}


def _described(step: Step) -> DatasetMetadata:
    variables = tuple(
        VariableMetadata(each.name, each.label, each.type.value, each.length or 8)
        for each in step.variables
    )
    return DatasetMetadata(
        *(step.name, step.label, step.group, step.class_, step.structure, step.keys, 0, ""),
        variables=variables,
    )
