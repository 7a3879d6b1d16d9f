"""What a conversion tells its resources of itself, as tables: the raw tables read, the results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from trialport import __version__
from trialport.moment import creation_time
from trialport.plan.run_relations import INPUTS, RESULTS, columns_of
from trialport.spec import sql
from trialport.spec.report_nodes import EndpointAnalysis, Method, Report

if TYPE_CHECKING:
    from trialport.engine.duckdb import Engine
    from trialport.statistics.incidence import Incidence
    from trialport.study import PlannedStudy

Row = tuple[Any, ...]


def load_run_tables(
    engine: Engine,
    planned: PlannedStudy,
    digests: Mapping[str, Mapping[str, object]],
    wanted: Iterable[str],
) -> None:
    """Create the tables that resources read; the datasets that results come from are there."""
    names = set(wanted)
    if INPUTS in names:
        _create(engine, INPUTS, _inputs(planned, digests))
    if RESULTS in names:
        _create(engine, RESULTS, _results(engine, planned))


def _create(engine: Engine, name: str, rows: Iterable[Row]) -> None:
    import pyarrow as pa

    columns = columns_of(name)
    listed = list(rows)
    values = [[row[place] for row in listed] for place in range(len(columns))]
    numbers = {"RECORDS", "DAY", "SUBJECTS", "EVENTS", "COMPETING", "VALUE", "LOWER", "UPPER"}
    fields = [(each, pa.float64() if each in numbers else pa.string()) for each in columns]
    table = pa.table(
        [range(1, len(listed) + 1), *values], pa.schema([("__id", pa.int64()), *fields])
    )
    engine.load(f"{name}__rows", table)
    engine.create(name, exp.select(exp.Star()).from_(sql.table(f"{name}__rows")))
    engine.unload(f"{name}__rows")


def _inputs(planned: PlannedStudy, digests: Mapping[str, Mapping[str, object]]) -> Iterable[Row]:
    """Yield a record for each raw table, in the order of their names."""
    recorded = creation_time()
    moment = "1970-01-01T00:00:00Z" if recorded is None else f"{recorded:%Y-%m-%dT%H:%M:%S}Z"
    for name, told in sorted(digests.items()):
        yield (
            planned.plan.studyid,
            name,
            told["file"],
            told["records"],
            told["content_sha256"],
            planned.plan.digest,
            __version__,
            moment,
        )


def _results(engine: Engine, planned: PlannedStudy) -> Iterable[Row]:
    """Yield a record for each estimate of the report's endpoints, by arm and time."""
    report = planned.specification.report
    if report is None:
        return
    made = {each.name for each in planned.plan.steps}
    seen: set[str] = set()
    for name, endpoint in report.endpoints.items():
        if endpoint.dataset in made:
            is_first = endpoint.paramcd not in seen
            seen.add(endpoint.paramcd)
            yield from _endpoint_rows(
                engine, planned.plan.studyid, name, endpoint, report, is_first=is_first
            )


def _endpoint_rows(
    engine: Engine,
    studyid: str,
    name: str,
    endpoint: EndpointAnalysis,
    report: Report,
    *,
    is_first: bool,
) -> Iterable[Row]:
    for label, day in endpoint.times.items():
        for armcd, arm in report.arms.items():
            days, status = _times(engine, endpoint, arm.value)
            if not days:
                continue
            found = _incidence(endpoint, days, status, float(day))
            statistic = "SURVIVAL" if endpoint.method is Method.SURVIVAL else "CUMULATIVE INCIDENCE"
            yield (
                studyid,
                name,
                endpoint.paramcd,
                endpoint.title,
                endpoint.purpose.value,
                statistic,
                armcd,
                arm.value,
                label,
                float(day),
                "Y" if is_first else None,
                found.at_risk,
                found.events,
                found.competing,
                *_percent(endpoint, found),
            )
            is_first = False


def _times(engine: Engine, endpoint: EndpointAnalysis, arm: str) -> tuple[list[float], list[int]]:
    """Return the days and the status (0, 1, 2) of the subjects of an arm."""
    is_survival = endpoint.method is Method.SURVIVAL
    column = sql.column("CNSR" if is_survival else endpoint.status)
    query = exp.select(sql.column("AVAL"), column).from_(sql.table(endpoint.dataset))
    for variable, value in (
        ("PARAMCD", endpoint.paramcd),
        (endpoint.population, "Y"),
        (endpoint.treatment, arm),
    ):
        query = query.where(sql.column(variable).eq(sql.text(value)))
    rows = sorted(engine.rows(query.where(sql.not_null(sql.column("AVAL")))))
    status = [int(each == 0) if is_survival else int(each) for _, each in rows]
    return [float(day) for day, _ in rows], status


def _incidence(
    endpoint: EndpointAnalysis, days: list[float], status: list[int], until: float
) -> Incidence:
    from trialport.statistics.incidence import cumulative_incidence, survival

    estimate = survival if endpoint.method is Method.SURVIVAL else cumulative_incidence
    return estimate(days, status, until)


def _percent(endpoint: EndpointAnalysis, found: Incidence) -> list[float | None]:
    """Return value and limits in percent, with four decimals; None where there is no limit."""
    from trialport.statistics.limits import log_limits, log_log_limits

    limits = log_limits if endpoint.method is Method.SURVIVAL else log_log_limits
    made = limits(found.value, found.error)
    values = (made.value, made.lower, made.upper)
    return [round(100 * each, 4) if each == each else None for each in values]
