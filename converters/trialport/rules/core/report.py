"""What CORE rules find in datasets, as diagnostics: some records of each, then how many more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialport.define.model import DefineDocument
from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.metadata import DatasetMetadata
from trialport.rules.core.guide import Guide
from trialport.rules.core.model import CoreRule
from trialport.rules.core.run import CoreFinding, CoreResult, run_core
from trialport.rules.core.shipped import core_drafts_of, core_rules_of
from trialport.rules.core.study import CoreStudy
from trialport.rules.record_names import shown
from trialport.rules.rule import Total
from trialport.standard.load import load_standard
from trialport.templates import shipped

if TYPE_CHECKING:
    import duckdb

GUIDE = ("SDTMIG", "3.4")
"""The guide whose rules are asked unless another is named."""

MOST_EXAMPLES = 10
"""How many records are shown of one rule and dataset; the rest is counted."""


@dataclass(frozen=True, slots=True)
class CoreReport:
    """The findings, and (rule, dataset, reason) of every rule that could not be asked."""

    diagnostics: tuple[Diagnostic, ...]
    not_run: tuple[tuple[str, str, str], ...]


def core_findings(
    datasets: Sequence[DatasetMetadata],
    connection: duckdb.DuckDBPyConnection,
    *,
    version: str = GUIDE[1],
    define: DefineDocument | None = None,
    drafts: bool = False,
) -> CoreReport:
    """Return what the CORE rules of SDTMIG find in tabulation datasets.

    Args:
        datasets: metadata of the datasets; those of other kinds are passed over.
        connection: holds one table or view a dataset, named as the dataset.
        version: of SDTMIG: 3.2, 3.3 or 3.4.
        define: the define.xml of these datasets, for the rules that ask about it.
        drafts: ask the drafts of rules, too; what they find is a note.

    Raises:
        SpecError: E1240, there is no such version.
    """
    tabulations = [each for each in datasets if each.group == "sdtm"]
    if not tabulations:
        return CoreReport((), ())
    standard = load_standard(shipped() / "standard", GUIDE[0], version)
    study = CoreStudy(tabulations, connection, Guide(standard), define)
    rules = core_rules_of(GUIDE[0], version)
    result = run_core(rules, study, most=MOST_EXAMPLES)
    found, not_run = _diagnostics(result), list(_not_run(rules, result))
    if drafts:
        asked = core_drafts_of(GUIDE[0], version)
        hints = run_core(asked, study, most=MOST_EXAMPLES)
        found += [replace(each, severity=Severity.NOTE) for each in _diagnostics(hints)]
        not_run += _not_run(asked, hints)
    return CoreReport(tuple(found), tuple(not_run))


def _not_run(rules: Sequence[CoreRule], result: CoreResult) -> Iterator[tuple[str, str, str]]:
    """Yield the rules that no dataset could be asked, each once, with the first reason."""
    reasons: dict[str, tuple[str, str]] = {}
    for rule, dataset, reason in result.not_run:
        reasons.setdefault(rule, (dataset, reason))
    for rule in rules:
        if rule.id not in result.ran:
            dataset, reason = reasons.get(rule.id, ("", "no dataset is in its scope"))
            yield rule.id, dataset, reason


def _diagnostics(result: CoreResult) -> list[Diagnostic]:
    found = [_diagnostic(each) for each in result.findings]
    shown_: dict[tuple[str, str], list[CoreFinding]] = {}
    for each in result.findings:
        shown_.setdefault((each.rule, each.dataset), []).append(each)
    for rule, dataset, count in result.totals:
        listed = shown_.get((rule, dataset), [])
        if count > len(listed) > 0:
            column = _column(listed[0])
            total = Total(rule, Severity.WARNING, dataset, column, count, len(listed))
            found.append(total.diagnostic)
    return found


def _diagnostic(finding: CoreFinding) -> Diagnostic:
    place = f"{finding.dataset} record {finding.row}" if finding.row else finding.dataset
    values = ", ".join(f"{name} {shown(value)}" for name, value in finding.values)
    problem = f"{finding.message.rstrip('.')} ({values})" if values else finding.message
    where = Place(record=place, column=_column(finding))
    return Diagnostic(finding.rule, where, problem, "", Severity.WARNING)


def _column(finding: CoreFinding) -> str:
    return finding.values[0][0] if finding.values else ""
