"""Tables: summaries of variables and counts of subjects by arm, with tests between the arms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from trialport.report.records import by_arm, number_of_subjects, numbers, records
from trialport.report.results import Frame, Kind, Lineage, RowResult, TableResult, Value
from trialport.spec.report_nodes import (
    OVERALL,
    Comparison,
    Report,
    ReportTable,
    Statistic,
    TableRow,
    Where,
)
from trialport.statistics import groups

_SUMMARIES = {
    Statistic.MEDIAN_QUARTILES: (Kind.MEDIAN_QUARTILES, groups.median_and_quartiles),
    Statistic.MEDIAN_RANGE: (Kind.MEDIAN_RANGE, groups.median_and_range),
    Statistic.MEAN_DEVIATION: (Kind.MEAN_DEVIATION, groups.mean_and_deviation),
}
_NUMBERS = {Kind.MEDIAN_QUARTILES: 3, Kind.MEDIAN_RANGE: 3, Kind.MEAN_DEVIATION: 2}

Arms = Mapping[str, Frame]


def table_result(
    name: str, table: ReportTable, report: Report, frames: Mapping[str, Frame]
) -> TableResult:
    """Return the rows of a table, levels below their characteristic."""
    population = records(frames[table.subjects], {table.population: ("Y",)})
    subjects = {
        arm: number_of_subjects(own)
        for arm, own in by_arm(population, table.arm, report, total=table.total).items()
    }
    frame = frames[table.dataset]
    frame = records(frame[frame["USUBJID"].isin(population["USUBJID"])], table.where)
    rows: list[RowResult] = []
    for row in table.rows:
        found = records(frame, row.where)
        arms = by_arm(found, table.treatment, report, total=table.total)
        rows += _rows(row, table, arms, subjects)
    return TableResult(
        id=name,
        title=table.title,
        at=table.at,
        reason=table.reason.value,
        purpose=table.purpose.value,
        population=table.population,
        subjects=subjects,
        rows=tuple(rows),
    )


def _rows(
    row: TableRow, table: ReportTable, arms: Arms, subjects: Mapping[str, int]
) -> Iterator[RowResult]:
    variable = row.variable or "USUBJID"
    where = {**table.where, **row.where}
    lineage = _lineage(table, where, variable)
    levels = {
        label: {arm: _number_with(own, variable, level.values) for arm, own in arms.items()}
        for label, level in row.levels.items()
    }
    values: Mapping[str, Value] = {}
    counted: Sequence[Mapping[str, int]] = list(levels.values())
    if row.statistic is not None:
        values = {arm: _summary(row, own, row.printed.get(arm, ())) for arm, own in arms.items()}
    elif not row.levels:
        with_record = {arm: number_of_subjects(own) for arm, own in arms.items()}
        without = {arm: subjects[arm] - number for arm, number in with_record.items()}
        counted = [with_record, without]
        values = {
            arm: _share(number, subjects[arm], row.printed.get(arm, ()))
            for arm, number in with_record.items()
        }
    p, test = _test(row, arms, counted)
    notes = tuple(each.text for each in row.notes)
    yield RowResult(row.label, False, values, p, test, notes, lineage)
    for label, level in row.levels.items():
        shares = {
            arm: _share(number, subjects[arm], level.printed.get(arm, ()))
            for arm, number in levels[label].items()
        }
        own = replace(lineage, where={**lineage.where, variable: level.values})
        yield RowResult(label, True, shares, None, "", (), own)


def _lineage(table: ReportTable, where: Where, variable: str) -> Lineage:
    variables = (variable, table.treatment)
    if table.subjects == table.dataset:
        return Lineage(table.dataset, {table.population: ("Y",), **where}, variables)
    population = f"{table.subjects}.{table.population} = Y"
    return Lineage(table.dataset, where, variables, population)


def _number_with(frame: Frame, variable: str, values: tuple[str, ...]) -> int:
    return number_of_subjects(records(frame, {variable: values}))


def _share(number: int, of: int, printed: tuple[str, ...]) -> Value:
    percent = 100 * number / of if of else math.nan
    return Value(Kind.COUNT_PERCENT, (number, percent), printed, 1)


def _summary(row: TableRow, frame: Frame, printed: tuple[str, ...]) -> Value:
    assert row.statistic is not None
    assert row.variable is not None
    kind, summary = _SUMMARIES[row.statistic]
    values = numbers(frame, row.variable)
    found = tuple(summary(values)) if values else (math.nan,) * _NUMBERS[kind]
    return Value(kind, found, printed, row.decimals)


def _test(
    row: TableRow, arms: Arms, counted: Sequence[Mapping[str, int]]
) -> tuple[Value | None, str]:
    """Return the p-value of the test that a row asks for, and what the test is called."""
    if row.test is None:
        return None, ""
    names = [each for each in arms if each != OVERALL]
    if row.test in (Comparison.MANN_WHITNEY, Comparison.T):
        one, other = (numbers(arms[name], row.variable or "") for name in names)
        p, what = _test_of_values(row.test, one, other)
    else:
        table = [[each[name] for name in names] for each in counted]
        p, what = _test_of_counts(row.test, table)
    return Value(Kind.P, (p,), (row.p,) if row.p else (), 3), what


def _test_of_values(
    test: Comparison, one: Sequence[float], other: Sequence[float]
) -> tuple[float, str]:
    is_t = test is Comparison.T
    what = "Student's t" if is_t else "Mann-Whitney"
    if min(len(one), len(other)) < 2:
        return math.nan, what
    return (groups.t_test if is_t else groups.mann_whitney)(one, other).p, what


def _test_of_counts(test: Comparison, table: list[list[int]]) -> tuple[float, str]:
    """Test a table of counts; levels that nobody has say nothing."""
    told = [each for each in table if sum(each)]
    if any(sum(column) == 0 for column in zip(*table, strict=True)):
        return math.nan, "not applicable"
    is_fourfold = len(table) == 2
    if test is Comparison.CHI_SQUARE_OR_FISHER and is_fourfold and groups.is_sparse(table):
        return groups.fisher(table).p, "Fisher's exact"
    what = "chi-square, corrected" if is_fourfold else "chi-square"
    return (groups.chi_square(told).p if len(told) > 1 else math.nan), what
