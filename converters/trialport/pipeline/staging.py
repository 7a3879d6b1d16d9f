"""Raw tables in the engine: typed, digested and held against their contracts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

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
        Part(f"raw {name}", (), partial(_stage, plan=plan, texts=tables[name], read=read[name]))
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
) -> dict[str, dict[str, ReadTexts]]:
    """Read the texts of all columns that are not of type text, by table and column.

    Each text of a column is read once, though a few hundred dates stand in many thousand records;
    and columns that are read alike in one query, which for most takes longer to plan than to run.
    """
    alike: dict[Reading, list[_Column]] = {}
    for name, plan in plans.items():
        for each in plan.columns:
            if not each.reading.is_text:
                texts = each.different_texts(tables[name])
                alike.setdefault(each.reading, []).append(_Column(name, each.name, texts))
    parts = [
        Part(reading.type, (), partial(_read_alike, reading=reading, columns=columns))
        for reading, columns in alike.items()
    ]
    read: dict[str, dict[str, ReadTexts]] = {name: {} for name in plans}
    for columns, found in zip(alike.values(), together(engine, parts, _quietly), strict=True):
        for each, its in zip(columns, found, strict=True):
            read[each.table][each.name] = its
    return read


class _Column(NamedTuple):
    """A column of a raw table, and each of its texts once."""

    table: str
    name: str
    texts: pa.Array


def _read_alike(engine: Engine, reading: Reading, columns: Sequence[_Column]) -> list[ReadTexts]:
    """Return what the texts of columns with the same reading are read as, in their order."""
    given = pa.chunked_array([each.texts for each in columns])
    values = engine.computed(typed(exp.column("text"), reading), pa.table({"text": given}))
    found: list[ReadTexts] = []
    at = 0
    for each in columns:
        its = values.slice(at, len(each.texts)).combine_chunks()
        found.append(ReadTexts(each.texts, its))
        at += len(each.texts)
    return found


def _stage(engine: Engine, plan: StagePlan, texts: RawTexts, read: Mapping[str, ReadTexts]) -> str:
    engine.store(plan.name, plan.staged(texts, read), plan.schema)
    return content_digest(texts.table)


def _contract_findings(engine: Engine, plan: StagePlan, there: Collection[str]) -> list[Diagnostic]:
    """Ask all checks of single records at once, and then those that find something one by one."""
    numbers = iter(engine.rows(plan.counts)[0] if plan.conditions else ())
    asked = [each for each in plan.checks if each.condition is None or next(numbers)]
    return check_findings(engine, asked, there)


def _quietly(_: str) -> None:
    """Show no progress: it is over before anybody can read it."""
