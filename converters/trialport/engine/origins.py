"""The raw cells and the line of the specification behind the values that findings name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from trialport.diagnostics import DataError, Diagnostic, Origin, Place
from trialport.engine.duckdb import Engine
from trialport.engine.explain import Cell, explain_cell, explain_record
from trialport.plan.model import Plan, Step

MOST_EXPLAINED = 5
"""How many findings of one code, dataset and variable are explained."""

_NUMBER = re.compile(r"record (\d+)")


def with_origins(
    found: Iterable[Diagnostic], engine: Engine, plan: Plan, files: Mapping[str, str]
) -> list[Diagnostic]:
    """Return findings with the origin of the value that each names, of some of each kind.

    Args:
        found: findings about records of datasets, which they name by keys or by number.
        engine: the engine, holding the tables of a run.
        plan: the plan that was run.
        files: file of each raw table, as messages show it.
    """
    steps = {each.name: each for each in plan.steps}
    explained: Counter[tuple[str, str, str]] = Counter()
    made: list[Diagnostic] = []
    for each in found:
        dataset, _, record = each.place.record.partition(" ")
        kind = (each.code, dataset, each.place.column)
        cell = None
        if dataset in steps and explained[kind] < MOST_EXPLAINED:
            cell = _cell(engine, plan, files, steps[dataset], record, each.place.column)
        explained[kind] += cell is not None
        made.append(each if cell is None else replace(each, origin=origin_of(cell)))
    return made


def origin_of(cell: Cell) -> Origin:
    """Return the line that fills a cell, and the raw cells that its value is made from."""
    raw = tuple(dict.fromkeys(_raw(cell)))
    return Origin(next(_lines(cell), None), raw)


def named_datasets(found: Iterable[Diagnostic], known: Collection[str]) -> list[str]:
    """Return the datasets that findings name, of those that are known."""
    names = dict.fromkeys(each.place.record.partition(" ")[0] for each in found)
    return [each for each in names if each in known]


def _cell(
    engine: Engine, plan: Plan, files: Mapping[str, str], step: Step, record: str, variable: str
) -> Cell | None:
    """Return the cell that a finding names, None where it names no single one."""
    names = {each.name for each in step.variables}
    if variable not in names or not record:
        return None
    try:
        number = _NUMBER.fullmatch(record)
        if number is not None:
            return explain_record(engine, plan, files, step.name, variable, int(number[1]))
        keys = _keys(record, names)
        return explain_cell(engine, plan, files, step.name, variable, keys) if keys else None
    except DataError:
        return None  # several records of one key: the finding is about that


def _keys(record: str, names: Collection[str]) -> dict[str, str]:
    """Return the values that name a record, from `USUBJID=S-001 AESEQ=3`."""
    marks = list(re.finditer(r"(?:^| )([A-Z_][A-Z0-9_]*)=", record))
    marks = [each for each in marks if each[1] in names]
    ends = [*(each.start() for each in marks[1:]), len(record)]
    return {each[1]: record[each.end() : end] for each, end in zip(marks, ends, strict=True)}


def _lines(cell: Cell) -> Iterator[Place]:
    if cell.line is not None:
        yield cell.line
    for each in cell.sources:
        yield from _lines(each)


def _raw(cell: Cell) -> Iterator[Place]:
    if cell.place.file:
        yield cell.place
    for each in cell.sources:
        yield from _raw(each)
