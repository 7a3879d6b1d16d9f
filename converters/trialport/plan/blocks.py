"""The records of one block: its source, joined tables, filter and tests, before any variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlglot import exp

from trialport.diagnostics import Place
from trialport.functions.model import Type
from trialport.plan.catalogue import Catalogue, Relation
from trialport.plan.chain import Chain, FaultColumns
from trialport.plan.collect import Collector
from trialport.plan.fault_queries import fault_query, filter_faults
from trialport.plan.lookups import sorted_uses
from trialport.plan.model import FaultQuery, Source
from trialport.plan.scopes import RecordScope, RelationScope
from trialport.plan.text_length import bounded
from trialport.spec import sql
from trialport.spec.expressions import Compiled, Fault
from trialport.spec.nodes import Expect, Expression, Join, Records, Test, Variable, Visit
from trialport.spec.parse import ExpressionError
from trialport.spec.sql import table

VISIT_COLUMNS = {
    "name": Type.TEXT,
    **dict.fromkeys(("number", "low", "high", "target"), Type.NUMBER),
}


@dataclass(slots=True)
class Base:
    """The base of a block: what its records hold, and what went into them."""

    relation: Relation
    sources: dict[str, Relation]
    tests: dict[str, Type] = field(default_factory=dict)
    row_keys: list[tuple[str, str]] = field(default_factory=list)
    row_sources: list[Source] = field(default_factory=list)
    fault_queries: list[FaultQuery] = field(default_factory=list)
    test_lineage: dict[str, tuple[Source, ...]] = field(default_factory=dict)


def base_relation(node: Records, catalogue: Catalogue, collector: Collector) -> Relation | None:
    """Return the relation that the block reads, or None and a fault."""
    if node.rows is not None and node.source is None:
        columns = {name: Type.TEXT for row in node.rows for name in row}
        return Relation("", "the rows of the specification", columns, "__row", tuple(columns))
    if node.source is None or node.rows is not None:
        collector.fault("E1102", node.place, "a block needs 'from' or 'rows', and not both")
        return None
    try:
        return catalogue.relation(node.source.text)
    except ExpressionError as error:
        collector.add(error, node.source.place)
        return None


def add_base(
    node: Records,
    relation: Relation,
    catalogue: Catalogue,
    chain: Chain,
    faults: FaultColumns,
    dataset: str,
    collector: Collector,
    visits: Mapping[str, Visit] = MappingProxyType({}),
) -> Base:
    """Add the tables of a block up to its tests, and return what its records hold."""
    faults.test_columns = {}
    base = Base(relation, {"src": relation})
    select = exp.select(
        sql.alias(sql.cast(sql.column(relation.key, "src"), exp.DataType.Type.BIGINT), "__row")
    )
    _take(select, "src", relation)
    source = _rows(node) if node.rows is not None else table(relation.name, "src")
    select = select.from_(source, copy=False)
    tail: list[exp.Expr] = []
    for join in node.join:
        tail += _join(select, join, base, catalogue, faults, collector)
    if node.each_visit:
        _visits(select, node, visits, base, collector)
    select.select(sql.alias(exp.Window(this=exp.RowNumber()), "__rid"), *tail, copy=False)
    chain.add(select)
    _filter(node, base, chain, dataset, collector)
    if node.tests:
        _tests(node.tests, base, chain, faults, dataset, collector)
    return base


def _take(select: exp.Select, alias: str, relation: Relation) -> None:
    """Add every column of the relation as `alias.column`, collected texts too."""
    names = dict.fromkeys([*relation.columns, *relation.collected.values()])
    columns = [sql.alias(sql.column(each, alias), f"{alias}.{each}") for each in names]
    select.select(*columns, copy=False)


def _rows(node: Records) -> exp.Subquery:
    """Return the rows written in the specification as a subquery `src`."""
    assert node.rows is not None
    columns = list(dict.fromkeys(name for row in node.rows for name in row))
    selects: list[exp.Select] = []
    for number, row in enumerate(node.rows, start=1):
        cells = [sql.text(row[each].text) if each in row else exp.Null() for each in columns]
        texts = [
            sql.alias(sql.cast(cell, exp.DataType.Type.VARCHAR), name)
            for cell, name in zip(cells, columns, strict=True)
        ]
        selects.append(exp.select(sql.alias(exp.Literal.number(number), "__row"), *texts))
    whole = sql.stacked(selects)
    return sql.subquery(whole, "src")


def _visits(
    select: exp.Select,
    node: Records,
    visits: Mapping[str, Visit],
    base: Base,
    collector: Collector,
) -> None:
    """Join every analysis visit of the dataset to every record, as source `visit`."""
    if not visits:
        problem = "the block has each_visit, and the dataset has no visits"
        collector.fault("E1102", node.place, problem, "add visits: ...")
        return
    if "visit" in base.sources:
        collector.fault("E1211", node.place, "the name 'visit' is taken", "name the join otherwise")
        return
    for name, each in visits.items():
        if each.low is not None and each.high is not None and float(each.low) > float(each.high):
            problem = f"the window of visit '{name}' ends before it begins"
            collector.fault("E1219", each.place, problem, "exchange low and high")
    base.sources["visit"] = Relation("", "the analysis visits", VISIT_COLUMNS, "__row", ())
    rows = [exp.select(*_visit_cells(name, each)) for name, each in visits.items()]
    select.join(sql.inner_join(sql.subquery(sql.stacked(rows), "visit"), exp.true()), copy=False)
    for column in VISIT_COLUMNS:
        select.select(sql.alias(sql.column(column, "visit"), f"visit.{column}"), copy=False)


def _visit_cells(name: str, visit: Visit) -> list[exp.Expr]:
    given = {each: getattr(visit, each) for each in VISIT_COLUMNS if each != "name"}
    numbers = {
        each: sql.number(value) if value is not None else exp.Null()
        for each, value in given.items()
    }
    cells = [
        sql.alias(sql.cast(number, exp.DataType.Type.DOUBLE), each)
        for each, number in numbers.items()
    ]
    return [sql.alias(sql.text(name), "name"), *cells]


def _join(
    select: exp.Select,
    node: Join,
    base: Base,
    catalogue: Catalogue,
    faults: FaultColumns,
    collector: Collector,
) -> list[exp.Expr]:
    """Join one table; return the fault columns that watch its cardinality."""
    try:
        relation = catalogue.relation(node.table.text)
    except ExpressionError as error:
        collector.add(error, node.table.place)
        return []
    name = node.alias.text if node.alias else relation.shown
    taken = {each.casefold() for each in (*base.sources, "test", "study", "this")}
    if name.casefold() in taken:
        collector.fault("E1211", node.place, f"the name '{name}' is taken", "add as: another_name")
        return []
    pairs = _pairs(node, relation, base, collector)
    if pairs is None:
        return []
    inner = RelationScope(relation, "r", name)
    where = collector.condition(node.where, inner) if node.where is not None else None
    single = node.expect in {Expect.EXACTLY_ONE, Expect.AT_MOST_ONE}
    if where is not None and node.where is not None:
        base.fault_queries += filter_faults(where, relation, name, node.where.place)
    right = _joined_rows(
        relation, [theirs for _, theirs, _ in pairs], where.sql if where else None, single
    )
    on = exp.and_(
        *[exp.EQ(this=mine, expression=sql.column(theirs, name)) for mine, theirs, _ in pairs],
        copy=False,
    )
    select.join(sql.left_join(sql.subquery(right, name), on), copy=False)
    _take(select, name, relation)
    select.select(sql.alias(sql.column("__key", name), f"__row.{name}"), copy=False)
    base.sources[name] = relation
    base.row_keys.append((f"__row.{name}", relation.name))
    base.row_sources += [source for _, _, source in pairs]
    base.row_sources += [Source(relation.name, theirs, "key") for _, theirs, _ in pairs]
    uses = sorted_uses(where.uses) if where else []
    base.row_sources += [Source(each.relation, each.name, "filter") for each in uses]
    return _watch(node, name, relation, faults)


def _pairs(
    node: Join, relation: Relation, base: Base, collector: Collector
) -> list[tuple[exp.Expr, str, Source]] | None:
    found: list[tuple[exp.Expr, str, Source]] = []
    for mine, theirs in node.on.items():
        alias, _, column = mine.rpartition(".")
        alias = alias or "src"
        try:
            if alias not in base.sources:
                raise ExpressionError("E1201", f"unknown name '{alias}' in '{mine}'")
            kinds = base.sources[alias].type_of(column), relation.type_of(theirs.text)
        except ExpressionError as error:
            collector.add(error, theirs.place)
            return None
        texts = {Type.TEXT, Type.DTC}
        if kinds[0] is not kinds[1] and not set(kinds) <= texts:
            problem = (
                f"join key '{mine}' is {kinds[0]}, '{relation.shown}.{theirs.text}' is {kinds[1]}"
            )
            collector.fault("E1401", theirs.place, problem)
            return None
        source = Source(base.sources[alias].name, column, "key")
        found.append((sql.column(column, alias), theirs.text, source))
    return found


def _joined_rows(
    relation: Relation, keys: list[str], where: exp.Expr | None, single: bool
) -> exp.Select:
    """Return the rows of the joined table, reduced to one a key where one is expected."""
    select = exp.select(exp.Column(this=exp.Star(), table=sql.name("r")))
    select.select(sql.alias(sql.column(relation.key, "r"), "__key"), copy=False)
    select.from_(table(relation.name, "r"), copy=False)
    if where is not None:
        select.where(where, copy=False)
    if not single:
        return select
    group = [sql.column(each, "r") for each in keys]
    order = [
        exp.Ordered(this=sql.column(each, "r"), nulls_first=False)
        for each in (*relation.order, relation.key)
    ]
    count = exp.Window(this=exp.Count(this=exp.Star()), partition_by=list(group))
    number = exp.Window(
        this=exp.RowNumber(), partition_by=group, order=exp.Order(expressions=order)
    )
    select.select(sql.alias(count, "__matches"), copy=False)
    first = exp.EQ(this=number, expression=exp.Literal.number(1))
    return select.qualify(first, copy=False)


def _watch(node: Join, name: str, relation: Relation, faults: FaultColumns) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    if node.expect in {Expect.EXACTLY_ONE, Expect.AT_MOST_ONE}:
        several = exp.GT(this=sql.column("__matches", name), expression=exp.Literal.number(1))
        value = sql.when(several, sql.column("__matches", name))
        problem = f"{{value}} records of {relation.shown} belong to it, '{node.expect}' is declared"
        fault = Fault(
            "E3210", value, problem, "correct the records, or declare expect: many", frozenset()
        )
        found.append(faults.add(fault, name, node.place))
    if node.expect in {Expect.EXACTLY_ONE, Expect.SOME}:
        value = sql.when(sql.is_null(sql.column("__key", name)), sql.text("no"))
        problem = f"{{value}} record of {relation.shown} belongs to it, '{node.expect}' is declared"
        fault = Fault(
            "E3211",
            value,
            problem,
            "correct the records, or declare expect: at most one",
            frozenset(),
        )
        found.append(faults.add(fault, name, node.place))
    return found


def _filter(node: Records, base: Base, chain: Chain, dataset: str, collector: Collector) -> None:
    if node.where is None:
        return
    scope = RecordScope(dataset, base.sources)
    where = collector.condition(node.where, scope)
    if where is None:
        return
    uses = sorted_uses(where.uses)
    base.row_sources += [Source(each.relation, each.name, "filter") for each in uses]
    base.fault_queries += condition_faults(where, node.where, "where", base, chain)
    chain.filter(where.sql)


def condition_faults(
    condition: Compiled, written: Expression, key: str, base: Base, chain: Chain
) -> list[FaultQuery]:
    """Return the queries for what a condition on the records of a block cannot read."""
    records = exp.select(sql.column("__row")).from_(table(chain.last))
    return [
        fault_query(each, records, base.relation.name, key, written.place, chain.ctes)
        for each in condition.faults
    ]


_TEST_PARTS = ("code", "name", "result", "unit", "standard_unit")


def _tests(
    tests: Mapping[str, Test],
    base: Base,
    chain: Chain,
    faults: FaultColumns,
    dataset: str,
    collector: Collector,
) -> None:
    """Add one record for each test of each record."""
    scope = RecordScope(dataset, base.sources)
    extra = list(dict.fromkeys(name for test in tests.values() for name in test.given))
    kinds: dict[str, Type] = dict.fromkeys((*_TEST_PARTS, *extra), Type.TEXT)
    lineage: dict[str, list[Source]] = {}
    selects: list[exp.Select] = []
    for code, test in tests.items():
        parts: dict[str, exp.Expr] = {
            "code": sql.text(code),
            "name": sql.text(test.name) if test.name else exp.Null(),
            "standard_unit": sql.text(test.standard_unit) if test.standard_unit else exp.Null(),
        }
        watched: list[exp.Expr] = []
        result = Variable(place=test.result.place, value=test.result)
        for name, node in {"result": result, "unit": test.unit, **test.given}.items():
            if node is None:
                continue
            filled = _test_part(name, node, scope, kinds, faults, code, collector)
            if filled is None:
                continue
            parts[name], sources, columns = filled
            lineage.setdefault(name, []).extend(sources)
            watched += columns
        cells = [
            _text(parts.get(name, exp.Null()), f"test.{name}") for name in (*_TEST_PARTS, *extra)
        ]
        star = exp.Column(this=exp.Star(), table=sql.name("p"))
        select = exp.select(star, *cells, *watched)
        selects.append(select.from_(table(chain.last, "p"), copy=False))
    base.tests = kinds
    base.test_lineage = {
        f"test.{name}": tuple(dict.fromkeys(found)) for name, found in lineage.items()
    }
    faults.test_columns = {
        name: frozenset(each.column for each in found if each.relation == base.relation.name)
        for name, found in lineage.items()
        if base.relation.is_raw
    }
    _stack(selects, chain)


def _text(tree: exp.Expr, name: str) -> exp.Expr:
    return sql.alias(sql.cast(tree, exp.DataType.Type.VARCHAR), name)


def _stack(selects: list[exp.Select], chain: Chain) -> None:
    """Stack the selects by column name; their fault columns differ."""
    whole = sql.stacked(selects, by_name=True)
    chain.materialise()
    stacked = chain.add(whole)
    star = exp.Star(**{"except_": [sql.column("__rid")]})
    renumbered = exp.select(star, sql.alias(exp.Window(this=exp.RowNumber()), "__rid"))
    chain.add(renumbered.from_(table(stacked), copy=False))


def _test_part(
    name: str,
    node: Variable,
    scope: RecordScope,
    kinds: dict[str, Type],
    faults: FaultColumns,
    code: str,
    collector: Collector,
) -> tuple[exp.Expr, list[Source], list[exp.Expr]] | None:
    if node.text is not None:
        return sql.text(node.text), [], []
    if node.value is None:
        collector.fault("E1102", node.place, f"'{name}' needs a value or a text")
        return None
    made = collector.compile_variable(node, scope)
    if made is None:
        return None
    made = bounded(made)
    tree = made.sql
    collected = _collected(node, scope, collector)
    if collected is not None:
        tree = collected
    elif made.type is Type.NUMBER:
        tree = sql.call("tp_number_text", tree)
    elif made.type is Type.DTC and name not in _TEST_PARTS:
        kinds[name] = Type.DTC
    elif made.type not in {Type.TEXT, Type.DTC, Type.NULL}:
        problem = f"'{name}' of test {code} is {made.type}, text is needed"
        collector.fault("E1401", node.place, problem)
        return None
    sources = [Source(each.relation, each.name) for each in sorted_uses(made.uses)]
    place = node.value.place
    return tree, sources, [faults.add(each, f"test {code}", place) for each in made.faults]


def _collected(node: Variable, scope: RecordScope, collector: Collector) -> exp.Expr | None:
    """Return the text as collected, where the value is a raw number column and nothing else."""
    named = collector.names(node.value)
    if node.value is None or node.codelist is not None or len(named) != 1:
        return None
    qualifier, name = named[0]
    if node.value.text.strip().replace('"', "") not in {name, f"{qualifier}.{name}"}:
        return None
    found = scope.resolve(qualifier, name)
    return found.collected if found.type is Type.NUMBER else None


def block_place(node: Records) -> Place:
    """Return where a block's source is written."""
    return node.source.place if node.source is not None else node.place
