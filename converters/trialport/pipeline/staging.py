"""Raw tables in the engine: typed, digested and held against their contracts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from trialport.diagnostics import Diagnostic
from trialport.engine.execute import MOST_FINDINGS
from trialport.engine.together import Part, together
from trialport.read.check import Check, Fault, finding
from trialport.read.digest import content_digest

if TYPE_CHECKING:
    from trialport.engine.duckdb import Engine
    from trialport.read.stage import StagePlan
    from trialport.read.texts import RawTexts


def stage_tables(
    engine: Engine,
    plans: Mapping[str, StagePlan],
    tables: Mapping[str, RawTexts],
    progress: Callable[[str], None],
) -> dict[str, str]:
    """Create the staged tables, and return the digest of each raw table by its name."""
    parts = [
        Part(f"raw {name}", (), partial(_stage, plan=plan, texts=tables[name]))
        for name, plan in plans.items()
    ]
    return dict(zip(plans, together(engine, parts, progress), strict=True))


def contract_findings(engine: Engine, plans: Iterable[StagePlan]) -> list[Diagnostic]:
    """Return what in the staged tables is not as their contracts say."""
    staged = {each.name: each for each in plans}
    parts = [
        Part(name, (), partial(_contract_findings, plan=plan, there=set(staged)))
        for name, plan in staged.items()
    ]
    return [each for found in together(engine, parts, lambda _: None) for each in found]


def check_findings(
    engine: Engine, checks: Iterable[Check], there: Collection[str]
) -> list[Diagnostic]:
    """Return what checks find, those that need a table that is not there left out."""
    found: list[Diagnostic] = []
    for each in checks:
        if set(each.needs) <= set(there):
            rows = engine.ordered_rows(each.query, MOST_FINDINGS)
            found += [finding(each, Fault(*row)) for row in rows]
    return found


def _stage(engine: Engine, plan: StagePlan, texts: RawTexts) -> str:
    engine.load(plan.texts, texts.with_lines)
    engine.create(plan.name, plan.select, "raw")
    engine.unload(plan.texts)
    return content_digest(texts.table)


def _contract_findings(engine: Engine, plan: StagePlan, there: Collection[str]) -> list[Diagnostic]:
    """Ask all checks of single records at once, and then those that find something one by one."""
    numbers = iter(engine.rows(plan.counts)[0] if plan.conditions else ())
    asked = [each for each in plan.checks if each.condition is None or next(numbers)]
    return check_findings(engine, asked, there)
