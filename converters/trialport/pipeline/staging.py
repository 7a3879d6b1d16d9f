"""Raw tables in the engine: typed, digested and held against their contracts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from trialport.diagnostics import Diagnostic
from trialport.engine.execute import MOST_FINDINGS
from trialport.engine.together import Part, together
from trialport.read.check import Check, Fault, finding
from trialport.read.digest import content_digest
from trialport.read.stage import ReadTexts
from trialport.read.typed import Reading, typed

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
    read = _read(engine, plans, tables)
    parts = [
        Part(f"raw {name}", (), partial(_stage, plan=plan, texts=tables[name], read=read))
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
    return [each for found in together(engine, parts, _quietly) for each in found]


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


def _read(
    engine: Engine, plans: Mapping[str, StagePlan], tables: Mapping[str, RawTexts]
) -> dict[Reading, ReadTexts]:
    """Read the texts of all columns that are not of type text.

    Each text is read once, though a few hundred dates stand in many thousand records; and columns
    that are read alike in one query, which for most of them takes longer to plan than to run.
    """
    texts: dict[Reading, list[pa.Array]] = {}
    for name, plan in plans.items():
        for each in plan.columns:
            if not each.reading.is_text:
                texts.setdefault(each.reading, []).append(each.different_texts(tables[name]))
    parts = [
        Part(reading.type, (), partial(_read_alike, reading=reading, texts=pa.chunked_array(each)))
        for reading, each in texts.items()
    ]
    return dict(zip(texts, together(engine, parts, _quietly), strict=True))


def _read_alike(engine: Engine, reading: Reading, texts: pa.ChunkedArray) -> ReadTexts:
    """Return what texts are read as."""
    engine.load("given", pa.table({"text": texts.unique()}))
    text = exp.column("text")
    value = exp.alias_(typed(text, reading), "value")
    read = engine.table(exp.select(text, value).from_("given"))
    engine.unload("given")
    # Several threads do not keep the order of an Arrow table, so each text is taken with its value.
    return ReadTexts(read["text"].combine_chunks(), read["value"].combine_chunks())


def _stage(
    engine: Engine, plan: StagePlan, texts: RawTexts, read: Mapping[Reading, ReadTexts]
) -> str:
    engine.store(plan.name, plan.staged(texts, read), plan.schema)
    return content_digest(texts.table)


def _contract_findings(engine: Engine, plan: StagePlan, there: Collection[str]) -> list[Diagnostic]:
    """Ask at once which conditions are met at all, and then the checks that this leaves."""
    met: set[exp.Expr] = set()
    if plan.conditions:
        numbers = engine.rows(plan.counts)[0]
        met = {each for each, number in zip(plan.conditions, numbers, strict=True) if number}
    asked = [each for each in plan.checks if each.condition is None or each.condition in met]
    return check_findings(engine, asked, there)


def _quietly(_: str) -> None:
    """Show no progress: it is over before anybody can read it."""
