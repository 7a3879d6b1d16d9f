"""Ask CORE rules of the datasets of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlglot import exp

from trialport.rules.core import frame as frames
from trialport.rules.core.define_items import of_define_items
from trialport.rules.core.frame import RECORD, Frame
from trialport.rules.core.joins import join_matches
from trialport.rules.core.model import CoreRule
from trialport.rules.core.operations import work_out
from trialport.rules.core.operators import compile_check
from trialport.rules.core.scope import is_about
from trialport.rules.core.study import DATASET, ROW, CoreDataset, CoreStudy
from trialport.rules.core.values import (
    Column,
    Listed,
    MissingVariableError,
    NotAskableError,
    SetOf,
    as_text,
)
from trialport.rules.database import OTHER_TYPE, OtherTypeError
from trialport.spec import sql

NOT_THERE = "Not in dataset"
"""What a finding shows for a variable that the dataset does not have."""

MOST_FINDINGS = 1000
"""How many records are listed of one rule and dataset; the rest is counted."""

_Parts = tuple[CoreDataset, ...]

_FRAMES: dict[str, Callable[[CoreStudy, _Parts], Frame]] = {
    "Record Data": frames.of_datasets,
    "Variable Metadata Check": frames.of_variables,
    "Variable Metadata Check against Library Metadata": frames.of_variables,
    "Dataset Metadata Check": frames.of_dataset,
    "Define Item Metadata Check": of_define_items,
    "Define Item Metadata Check against Library Metadata": of_define_items,
    "Value Check with Variable Metadata": frames.of_values,
    "Value Check with Dataset Metadata": frames.of_values,
}
_OF_STUDY = "Domain Presence Check"


@dataclass(frozen=True, slots=True)
class CoreFinding:
    """A record, a variable or a dataset that breaks a rule; `row` is 0 where it is no record."""

    rule: str
    dataset: str
    row: int
    values: tuple[tuple[str, str | None], ...]
    message: str


@dataclass(frozen=True, slots=True)
class CoreResult:
    """What the rules found, how many records in all, and what could not be asked and why.

    `totals` are rule, dataset and count; `not_run` rule, dataset and reason, also for rules that
    were asked of another dataset; `ran` are the rules asked of at least one.
    """

    findings: tuple[CoreFinding, ...]
    totals: tuple[tuple[str, str, int], ...]
    not_run: tuple[tuple[str, str, str], ...]
    ran: frozenset[str]


def run_core(
    rules: Iterable[CoreRule], study: CoreStudy, *, most: int | None = MOST_FINDINGS
) -> CoreResult:
    """Return what CORE rules find in the datasets of a study.

    Args:
        rules: the rules, e.g. of SDTMIG 3.4.
        study: the datasets.
        most: how many records are listed of one rule and dataset; all where None. All are counted.
    """
    findings: list[CoreFinding] = []
    totals: list[tuple[str, str, int]] = []
    not_run: list[tuple[str, str, str]] = []
    ran: set[str] = set()
    for rule in rules:
        for parts in _asked(rule, study):
            name = parts[0].whole if parts else ""
            try:
                found, count = _ask(rule, study, parts, most)
            except MissingVariableError as error:
                not_run.append((rule.id, name, f"there is no variable {error.name}"))
            except NotAskableError as error:
                not_run.append((rule.id, name, str(error)))
            except OtherTypeError:
                not_run.append((rule.id, name, OTHER_TYPE))
            else:
                ran.add(rule.id)
                findings += found
                if count:
                    totals.append((rule.id, name, count))
    return CoreResult(tuple(findings), tuple(totals), tuple(not_run), frozenset(ran))


def _asked(rule: CoreRule, study: CoreStudy) -> Iterator[_Parts]:
    """Yield the datasets that a rule is about, the parts of a split domain together."""
    if rule.type == _OF_STUDY:
        yield ()
        return
    seen: set[str] = set()
    for dataset in study.datasets:
        if not is_about(rule, dataset, study):
            continue
        if rule.domains.include_split:
            yield (dataset,)
        elif dataset.whole not in seen:
            seen.add(dataset.whole)
            yield study.parts(dataset.whole)


def _ask(
    rule: CoreRule, study: CoreStudy, parts: _Parts, most: int | None
) -> tuple[list[CoreFinding], int]:
    """Return the findings of a rule for one dataset, and how many there are."""
    make = _FRAMES.get(rule.type)
    if rule.type == _OF_STUDY:
        frame = frames.of_study(study)
    elif make is None:
        raise NotAskableError(f"rules of type '{rule.type}' are not known")
    else:
        if make is not of_define_items and not any(each.records for each in parts):
            raise NotAskableError("the dataset has no records")
        frame = make(study, parts)
    frame = join_matches(rule, frame)
    for operation in rule.operations:
        frame = work_out(operation, frame)
    frame, condition = compile_check(rule.check, frame)
    if condition == exp.false():
        return [], 0
    targets = _targets(rule, frame)
    query = _query(frame, condition, targets)
    message = rule.message.replace("--", frame.prefix)
    if rule.sensitivity == "Dataset":
        most = 1
    whole = query.copy()  # the text of a query is made from its tree, which that uses up
    rows = study.rows(query if most is None else query.limit(most, copy=False))
    is_all = rule.sensitivity == "Dataset" or most is None or len(rows) < most
    count = len(rows) if is_all else _count(study, whole)
    return [_finding(rule, row, targets, message) for row in rows], count


def _targets(rule: CoreRule, frame: Frame) -> tuple[tuple[str, exp.Expr | None], ...]:
    """Return the variables that a finding shows, with SQL of their text; None: not there."""
    named = rule.outputs or tuple(each.name for each in rule.leaves if each.name)
    names = list(dict.fromkeys(named))
    for name in named:
        value = frame.values.get(name)
        if isinstance(value, Listed | SetOf):
            names += [str(each) for each in value.listed if each in frame.columns]
    own = dict.fromkeys(frame.own(each) for each in names)
    return tuple((name, _shown(frame, name)) for name in own)


def _shown(frame: Frame, name: str) -> exp.Expr | None:
    if not frame.has(name):
        return None
    value = frame.value(name)
    if isinstance(value, Column):
        return as_text(value)
    if isinstance(value, Listed):
        return sql.text(str(list(value.values)))
    return sql.text("")


def _query(
    frame: Frame, condition: exp.Expr, targets: tuple[tuple[str, exp.Expr | None], ...]
) -> exp.Select:
    cells = [
        sql.alias(value, f"__v{i}") for i, (_, value) in enumerate(targets) if value is not None
    ]
    place = [sql.column(DATASET, RECORD), sql.column(ROW, RECORD)]
    query = exp.select(*place, *cells).from_(frame.source, copy=False)
    query = query.where(condition, copy=False)
    return query.order_by(*(exp.Ordered(this=each.copy()) for each in place), copy=False)


def _count(study: CoreStudy, query: exp.Select) -> int:
    query.set("order", None)
    whole = sql.subquery(query, "q")
    return int(str(study.rows(exp.select(exp.Count(this=exp.Star())).from_(whole))[0][0]))


def _values(
    row: tuple[object, ...], targets: tuple[tuple[str, exp.Expr | None], ...]
) -> tuple[tuple[str, str | None], ...]:
    found = iter(row[2:])
    return tuple(
        (name, NOT_THERE if value is None else _text(next(found))) for name, value in targets
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _finding(
    rule: CoreRule,
    row: tuple[object, ...],
    targets: tuple[tuple[str, exp.Expr | None], ...],
    message: str,
) -> CoreFinding:
    number = 0 if rule.sensitivity == "Dataset" else int(float(str(row[1])))
    return CoreFinding(rule.id, str(row[0]), number, _values(row, targets), message)
