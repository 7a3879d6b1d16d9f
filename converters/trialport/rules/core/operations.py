"""All operations by name: values worked out before the check."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from trialport.rules.core.dates import day, is_complete, known
from trialport.rules.core.frame import RECORD, Frame
from trialport.rules.core.model import Operation
from trialport.rules.core.study import CoreDataset, Kind
from trialport.rules.core.values import (
    Column,
    Listed,
    MissingVariableError,
    NotAskableError,
    SetOf,
    as_text,
    constant,
    leading,
)
from trialport.rules.standards import published_codelists
from trialport.spec import sql
from trialport.standard.model import Variable

Worker = Callable[[Frame, Operation], Frame]

_OTHER = "d"


def work_out(operation: Operation, frame: Frame) -> Frame:
    """Return the frame with the value of an operation.

    Raises:
        NotAskableError: the operation is not known, or the dataset it looks into is not there.
        MissingVariableError: that dataset does not have the variable.
    """
    worker = OPERATIONS.get(operation.operator)
    if worker is None:
        raise NotAskableError(f"the operation {operation.operator} is not known")
    return worker(frame, operation)


def _distinct(frame: Frame, operation: Operation) -> Frame:
    parts = _parts(frame, operation)
    name = _name(operation, parts[0])
    kind = _kind(parts, name)
    if operation.options.get("value_is_reference"):
        return _distinct_references(frame, operation, parts, name)
    grouped = [(_name_of(each, parts[0]), frame.column(each).sql) for each in operation.group]
    cells = [sql.alias(sql.column(name, _OTHER), "value")]
    cells += [
        sql.alias(sql.column(theirs, _OTHER), f"g{i}") for i, (theirs, _) in enumerate(grouped)
    ]
    query = exp.select(*cells).from_(_records(frame, parts)).distinct()
    query = _filtered(query, operation)
    by = tuple((mine, f"g{i}") for i, (_, mine) in enumerate(grouped))
    return frame.with_value(operation.id, SetOf(query, kind, by))


def _distinct_references(
    frame: Frame, operation: Operation, parts: tuple[CoreDataset, ...], name: str
) -> Frame:
    """Return the names that RDOMAIN's dataset has as variables, of all that are referred to."""
    fits: list[exp.Expr] = []
    for dataset in frame.study.datasets:
        of_dataset = exp.EQ(this=sql.column("RDOMAIN", _OTHER), expression=sql.text(dataset.name))
        names = [sql.text(each) for each in dataset.columns]
        listed = exp.In(this=sql.column(name, _OTHER), expressions=names)
        fits.append(exp.and_(of_dataset, listed))
    value = sql.alias(sql.column(name, _OTHER), "value")
    query = exp.select(value).from_(_records(frame, parts)).where(exp.or_(*fits)).distinct()
    return frame.with_value(operation.id, SetOf(query, Kind.TEXT))


def _record_count(frame: Frame, operation: Operation) -> Frame:
    parts = _parts(frame, operation)
    counted: exp.Expr = exp.Count(this=exp.Star())
    if operation.filter:
        kept = exp.and_(*_conditions(operation))
        counted = exp.Count(this=sql.when(kept, exp.Literal.number(1)))
    return _aggregated(frame, operation, parts, counted, Kind.NUMBER)


def _extreme_date(function: type[exp.AggFunc]) -> Worker:
    def work(frame: Frame, operation: Operation) -> Frame:
        parts = _parts(frame, operation)
        name = _name(operation, parts[0])
        _kind(parts, name)
        extreme = function(this=known(sql.column(name, _OTHER)))
        return _aggregated(frame, operation, parts, extreme, Kind.TEXT)

    return work


def _aggregated(
    frame: Frame, operation: Operation, parts: tuple[CoreDataset, ...], value: exp.Expr, kind: Kind
) -> Frame:
    """Return the frame with an aggregate over the records of a dataset, by its groups."""
    names = frame.expanded(operation.group)
    theirs = [_name_of(each, parts[0]) for each in names]
    pattern = operation.options.get("regex")
    cells = [
        sql.alias(leading(Column(sql.column(n, _OTHER), _kind(parts, n)), pattern), f"g{i}")
        for i, n in enumerate(theirs)
    ]
    aggregated = exp.cast(value, exp.DataType.Type.DOUBLE) if kind is Kind.NUMBER else value
    query = exp.select(sql.alias(aggregated, "value"), *cells).from_(_records(frame, parts))
    if cells:
        query = query.group_by(*(exp.Literal.number(i + 2) for i in range(len(cells))))
    by = [(leading(frame.column(each), pattern), f"g{i}") for i, each in enumerate(names)]
    return frame.joined(query, operation.id, kind, tuple(by))


def _study_day(frame: Frame, operation: Operation) -> Frame:
    """Source: SDTMIG 3.4, 4.4.4: the day of RFSTDTC is day 1, the one before it is day -1."""
    subjects = frame.study.named("DM")
    if subjects is None:
        raise NotAskableError("there is no dataset DM")
    _kind((subjects,), "RFSTDTC")
    reference = as_text(frame.column("RFSTDTC")) if frame.has("RFSTDTC") else None
    if reference is None:
        cells = [
            sql.alias(sql.column(each, _OTHER), name)
            for each, name in (("RFSTDTC", "value"), ("USUBJID", "g0"))
        ]
        query = exp.select(*cells).from_(_records(frame, (subjects,)))
        frame = frame.joined(query, "__rfstdtc", Kind.TEXT, ((frame.column("USUBJID").sql, "g0"),))
        reference = sql.column("__rfstdtc", RECORD)
    date = as_text(frame.column(operation.name))
    days = exp.Sub(this=day(date), expression=day(reference))
    shifted = exp.Add(this=sql.paren(days.copy()), expression=exp.Literal.number(1))
    before = exp.LT(this=sql.paren(days.copy()), expression=exp.Literal.number(0))
    value = sql.when(
        exp.and_(is_complete(date), is_complete(reference)), sql.when(before, days, shifted)
    )
    return frame.with_cell(operation.id, exp.cast(value, exp.DataType.Type.DOUBLE), Kind.NUMBER)


def _variables_of_guide(core: str) -> Worker:
    def work(frame: Frame, operation: Operation) -> Frame:
        found = [each.name for each in _guide_variables(frame) if not core or each.core == core]
        return frame.with_value(operation.id, Listed(tuple(found)))

    return work


def _variables_of_model(frame: Frame, operation: Operation) -> Frame:
    dataset = _dataset(frame)
    allowed = frame.study.guide.model_variables(dataset.whole, dataset.prefix, dataset.columns)
    if not allowed:
        raise NotAskableError(_UNKNOWN)
    role = operation.options.get("key_value")
    found = [each.name for each in allowed if not role or each.role == role]
    return frame.with_value(operation.id, Listed(tuple(found)))


def _own_variables_of_guide(frame: Frame, operation: Operation) -> Frame:
    role = operation.options.get("key_value")
    found = [each.name for each in _guide_variables(frame) if each.role == role]
    there = tuple(each for each in found if each in frame.columns)
    return frame.with_value(operation.id, Listed(there))


def _variables_of_parents(frame: Frame, operation: Operation) -> Frame:
    """Return, for each parent that RDOMAIN names, the variables that the model allows it."""
    parents = exp.select(sql.column("RDOMAIN", RECORD)).distinct().from_(frame.source)
    pairs: list[exp.Select] = []
    listed: list[str] = []
    for (parent,) in frame.study.rows(parents):
        dataset = frame.study.named(str(parent))
        if dataset is None:
            raise NotAskableError(f"there is no dataset {parent}")
        guide = frame.study.guide
        names = guide.model_variables(dataset.whole, dataset.prefix, dataset.columns)
        listed += [each.name for each in names]
        pairs += [
            exp.select(
                sql.alias(sql.text(each.name), "value"), sql.alias(sql.text(str(parent)), "g0")
            )
            for each in names
        ]
    if not pairs:
        return frame.with_value(operation.id, Listed(()))
    query = exp.select(exp.Star()).from_(sql.subquery(sql.stacked(pairs), "u"))
    return frame.with_value(
        operation.id,
        SetOf(query, Kind.TEXT, ((frame.column("RDOMAIN").sql, "g0"),), tuple(listed)),
    )


def _own_variables(frame: Frame, operation: Operation) -> Frame:
    return frame.with_value(operation.id, Listed(tuple(_dataset(frame).columns)))


def _study_domains(frame: Frame, operation: Operation) -> Frame:
    return frame.with_value(operation.id, Listed(frame.study.domains))


def _dataset_names(frame: Frame, operation: Operation) -> Frame:
    return frame.with_value(operation.id, Listed(frame.study.names))


def _label(frame: Frame, operation: Operation) -> Frame:
    label = frame.study.guide.label(_dataset(frame).whole)
    return frame.with_value(operation.id, constant(label))


def _is_custom(frame: Frame, operation: Operation) -> Frame:
    domain = _dataset(frame).whole
    is_custom = frame.study.guide.is_custom(domain)
    return frame.with_value(operation.id, constant(is_custom))


def _is_there(frame: Frame, operation: Operation) -> Frame:
    there = any(operation.name in each.columns for each in frame.study.datasets)
    return frame.with_value(operation.id, constant(there))


def _count_of_variable(frame: Frame, operation: Operation) -> Frame:
    wholes = {each.whole: each for each in frame.study.datasets}
    count = sum(_name(operation, each) in each.columns for each in wholes.values())
    return frame.with_value(operation.id, constant(float(count)))


def _codelist_terms(frame: Frame, operation: Operation) -> Frame:
    """Return codes or values of published codelists, or of their terms.

    The package is the one that the define.xml names where it is shipped, else the newest.
    """
    options = operation.options
    level, wants = options.get("level"), options.get("returntype")
    if level not in ("codelist", "term") or wants not in ("code", "value"):
        raise NotAskableError(f"{wants} of a {level} is not known")
    found = published_codelists(options["codelists"], frame.study.terminology)
    if level == "codelist":
        values = [each.code if wants == "code" else each.submission_name for each in found]
    else:
        terms = [term for each in found for term in each.terms]
        values = [each.code if wants == "code" else each.value for each in terms]
    return frame.with_value(operation.id, Listed(tuple(dict.fromkeys(values))))


def _metadata(frame: Frame, operation: Operation) -> Frame:
    dataset = _dataset(frame)
    facts = {"dataset_name": dataset.name, "dataset_label": dataset.metadata.label}
    if operation.name not in facts:
        raise NotAskableError(f"{operation.name} of a dataset is not known")
    return frame.with_value(operation.id, constant(facts[operation.name]))


OPERATIONS: Mapping[str, Worker] = {
    "distinct": _distinct,
    "record_count": _record_count,
    "min_date": _extreme_date(exp.Min),
    "max_date": _extreme_date(exp.Max),
    "dy": _study_day,
    "required_variables": _variables_of_guide("Req"),
    "expected_variables": _variables_of_guide("Exp"),
    "get_column_order_from_library": _variables_of_guide(""),
    "get_model_column_order": _variables_of_model,
    "get_model_filtered_variables": _variables_of_model,
    "get_parent_model_column_order": _variables_of_parents,
    "get_dataset_filtered_variables": _own_variables_of_guide,
    "get_column_order_from_dataset": _own_variables,
    "study_domains": _study_domains,
    "dataset_names": _dataset_names,
    "domain_label": _label,
    "domain_is_custom": _is_custom,
    "variable_exists": _is_there,
    "variable_count": _count_of_variable,
    "extract_metadata": _metadata,
    "codelist_terms": _codelist_terms,
}
"""Operation names as CORE rules write them."""


_UNKNOWN = "the guide knows neither the dataset nor its class"


def _dataset(frame: Frame) -> CoreDataset:
    if frame.dataset is None:
        raise NotAskableError("the rule is not of one dataset")
    return frame.dataset


def _guide_variables(frame: Frame) -> tuple[Variable, ...]:
    dataset = _dataset(frame)
    found = frame.study.guide.variables(dataset.whole, dataset.prefix, dataset.columns)
    if not found:
        raise NotAskableError(_UNKNOWN)
    return found


def _parts(frame: Frame, operation: Operation) -> tuple[CoreDataset, ...]:
    """Return the datasets that an operation looks into: those it names, else the own ones."""
    if not operation.domain:
        own = _dataset(frame)
        return frame.study.parts(own.whole)
    wanted = operation.domain
    if wanted.endswith("--") and frame.dataset is not None and frame.dataset.is_supplemental:
        wanted = wanted.removesuffix("--") + frame.dataset.parent
    found = frame.study.named(wanted)
    if found is None:
        raise NotAskableError(f"there is no dataset {wanted}")
    return frame.study.parts(found.whole)


def _records(frame: Frame, parts: tuple[CoreDataset, ...]) -> exp.Subquery:
    return sql.subquery(frame.study.records(parts), _OTHER)


def _name(operation: Operation, dataset: CoreDataset) -> str:
    return _name_of(operation.name, dataset)


def _name_of(name: str, dataset: CoreDataset) -> str:
    return name.replace("--", dataset.prefix, 1) if name.startswith("--") else name


def _kind(parts: tuple[CoreDataset, ...], name: str) -> Kind:
    for part in parts:
        if name in part.columns:
            return part.columns[name]
    raise MissingVariableError(name)


def _filtered(query: exp.Select, operation: Operation) -> exp.Select:
    return query.where(*_conditions(operation)) if operation.filter else query


def _conditions(operation: Operation) -> list[exp.Expr]:
    """Return the filter of an operation: values, or their beginning where they end with `&`."""
    found: list[exp.Expr] = []
    for name, value in operation.filter.items():
        column = sql.column(name, _OTHER)
        if value.endswith("&"):
            found.append(sql.call("starts_with", column, sql.text(value.rstrip("&"))))
        else:
            found.append(exp.EQ(this=column, expression=sql.text(value)))
    return found
