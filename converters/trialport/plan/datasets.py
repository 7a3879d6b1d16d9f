"""One dataset of a specification to one step: blocks filled, stacked, then what sees them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.block_metadata import check_block_metadata
from trialport.plan.blocks import Base, add_base, base_relation, block_place, condition_faults
from trialport.plan.catalogue import Catalogue, Relation
from trialport.plan.chain import Chain, FaultColumns
from trialport.plan.checks import add_checks
from trialport.plan.collect import Collector
from trialport.plan.fill import Filled, Filler
from trialport.plan.imputed_dates import check_imputed
from trialport.plan.late import asks_late, common_variables, window_variables
from trialport.plan.limits import add_cutoff, add_subset, cut_dates
from trialport.plan.locality import is_subject_local
from trialport.plan.lookups import CompiledLookup, key_pairs, sorted_uses
from trialport.plan.members import MEMBER
from trialport.plan.metadata import (
    Guides,
    check_label,
    declared_type,
    in_order,
    leaf_plan,
    variable_plan,
)
from trialport.plan.model import BlockSource, FaultQuery, Source, Step, VariablePlan, Written
from trialport.plan.scopes import LookupNames, RecordScope
from trialport.plan.time_to_event import add_time_to_event
from trialport.plan.unused_lookups import check_unused
from trialport.plan.value_level import add_value_checks, endpoint_values, value_plans
from trialport.plan.windows import TIE
from trialport.spec import sql
from trialport.spec.compiled import Reference
from trialport.spec.nodes import (
    Dataset,
    DataType,
    Expression,
    Lookup,
    Origin,
    Records,
    StatedOrigin,
    Variable,
)
from trialport.spec.sql import table
from trialport.standard.model import Variable as StandardVariable

SUPPLEMENTAL = "q."


@dataclass(slots=True)
class _Work:
    """What planning one dataset gathers."""

    node: Dataset
    group: str
    catalogue: Catalogue
    collector: Collector
    guides: Guides
    faults: FaultColumns = field(default_factory=FaultColumns)
    standards: dict[str, StandardVariable | None] = field(default_factory=dict)
    copied: dict[str, VariablePlan | None] = field(default_factory=dict)
    lineage: dict[str, dict[Source, None]] = field(default_factory=dict)
    row_sources: dict[Source, None] = field(default_factory=dict)
    row_keys: dict[str, str] = field(default_factory=dict)
    fault_queries: list[FaultQuery] = field(default_factory=list)
    blocks: list[BlockSource] = field(default_factory=list)
    types: dict[str, Type] = field(default_factory=dict)
    cut_counts: list[exp.Expr] = field(default_factory=list[exp.Expr])
    scopes: list[RecordScope] = field(default_factory=list[RecordScope])
    asked: set[str] = field(default_factory=set[str])
    set_keys: set[str] = field(default_factory=set[str])
    uses: dict[str, frozenset[Reference]] = field(default_factory=dict[str, frozenset[Reference]])
    ties_by_keys: bool = False


@dataclass(slots=True)
class _Block:
    """One filled block: the tables that make it, and the columns that its last table has."""

    chain: Chain
    columns: frozenset[str]
    types: Mapping[str, Type]


def plan_dataset(
    node: Dataset, group: str, catalogue: Catalogue, guides: Guides, collector: Collector
) -> Step | None:
    """Return the step of a dataset, or None where its faults leave nothing to plan."""
    work = _Work(node, group, catalogue, collector, guides)
    records = _records(node, collector)
    written = [_definitions(node, each, work) for each in records]
    names = list(dict.fromkeys(name for each in written for name in each))
    definitions = [_completed(each, written, names) for each in written]
    windows = window_variables(names, definitions, node, collector)
    common = common_variables(records, definitions, windows, node, catalogue, collector)
    late = [name for name in names if name in {*windows, *common}]
    _check_keys(node, names, collector)
    blocks = [
        _block(place, block, defined, late, work)
        for place, (block, defined) in enumerate(zip(records, definitions, strict=True))
    ]
    filled = [each for each in blocks if each is not None]
    if not filled:
        return None
    early = [name for name in names if name not in late]
    chain = _stack(filled, early, work)
    _fill_late(late, written, chain, names, work)
    _check_kept(names, written, work)
    if group == "adam":
        check_imputed(node, definitions, work.types, collector)
    check_unused(node.lookups, work.asked, work.scopes, catalogue, collector)
    scope = _stacked_scope(names, work)
    add_checks(node, scope, chain, work.faults, collector)
    add_value_checks(node, scope, chain, work.faults, collector)
    step = _step(chain, names, written, work)
    local = is_subject_local(node, list(zip(records, definitions, strict=True)), collector)
    return replace(step, is_local=local)


def _records(node: Dataset, collector: Collector) -> list[Records]:
    if node.structure == "time_to_event":
        if node.subjects is None:
            collector.fault("E1102", node.place, "a time-to-event dataset needs 'subjects'")
            return []
        return [node.subjects]
    if not node.records:
        collector.fault(
            "E1102", node.place, f"dataset {node.dataset.text} has no records", "add records: ..."
        )
    return list(node.records)


def _definitions(node: Dataset, block: Records, work: _Work) -> dict[str, Variable]:
    """Return the variables of one block: copies, the dataset's own, supplemental, the block's."""
    found: dict[str, Variable] = {}
    for alias, names in node.copy.items():
        for name in names:
            value = Expression(f'{alias}."{name.text}"', name.place)
            before, is_helper = _predecessor(alias, name.text, block, work)
            work.copied[name.text] = before
            found[name.text] = Variable(place=name.place, value=value)
            if is_helper and before is not None:
                found[name.text] = _as_in_helper(found[name.text], before)
    found.update(node.variables)
    found.update({f"{SUPPLEMENTAL}{name}": each for name, each in node.supplemental.items()})
    for name, each in block.set.items():
        if name in found and name in node.variables:
            each = _inherit(each, found[name])
        found[name] = each
    return found


def _completed(
    own: Mapping[str, Variable], written: Sequence[Mapping[str, Variable]], names: Sequence[str]
) -> dict[str, Variable]:
    """Return the variables of a block with those that only other blocks fill, as nulls."""
    found = dict(own)
    for name in names:
        if name not in found:
            other = next(each[name] for each in written if name in each)
            null = Expression("null", other.place)
            found[name] = replace(
                other, value=null, text=None, number=None, window=None, codelist=None
            )
    return found


def _inherit(own: Variable, general: Variable) -> Variable:
    """Return a block's variable with what the dataset's own definition says beside the value."""
    keep = {
        each: getattr(general, each)
        for each in (
            "label",
            "type",
            "length",
            "format",
            "origin",
            "method",
            "comment",
            "dictionary",
            "role",
            "core",
        )
        if not getattr(own, each)
    }
    return replace(own, **keep)


def _predecessor(
    alias: str, name: str, block: Records, work: _Work
) -> tuple[VariablePlan | None, bool]:
    """Return the variable that is copied, and whether its dataset only helps others."""
    source = block.source.text if alias == "src" and block.source else None
    joined = {
        join.alias.text if join.alias else join.table.text: join.table.text for join in block.join
    }
    source = source or joined.get(alias)
    if alias in work.node.lookups:
        source = work.node.lookups[alias].source.text
    relation = work.catalogue.relations.get(source or "")
    if relation is None:
        return None, False
    return relation.variables.get(name), relation.is_helper


def _as_in_helper(node: Variable, before: VariablePlan) -> Variable:
    """Return a copy with what its helper says of it: no file has the predecessor."""
    origin = StatedOrigin(
        place=node.place,
        type=before.origin or Origin.DERIVED,
        source=before.source,  # pyright: ignore[reportArgumentType] - as it was read
        crf=before.crf,
    )
    method = before.method or before.expression
    return replace(node, origin=origin, method=method, comment=before.comment)


def _check_keys(node: Dataset, names: Sequence[str], collector: Collector) -> None:
    for key in node.keys:
        if key.text not in names:
            problem = f"key '{key.text}' is not a variable of {node.dataset.text}"
            collector.fault("E1213", key.place, problem)


# --- one block ---


def _block(
    place: int, block: Records, defined: Mapping[str, Variable], late: Sequence[str], work: _Work
) -> _Block | None:
    relation = base_relation(block, work.catalogue, work.collector)
    if relation is None:
        return None
    chain = Chain(f"block_{place}_")
    known_faults = len(work.faults.columns)
    name = work.node.dataset.text
    visits = work.node.visits
    base = add_base(
        block, relation, work.catalogue, chain, work.faults, name, work.collector, visits
    )
    written = {each: _written(node) for each, node in defined.items()}
    work.blocks.append(BlockSource(relation.name, block_place(block), written))
    early = {each: node for each, node in defined.items() if each not in late}
    lookups = dict(work.node.lookups)
    known: dict[str, LookupNames] = {}
    if work.node.structure == "time_to_event":
        if asks_late(_expressions_of_censoring(work.node), late, work.node, work.collector):
            return None
        known = _expand(base, early, chain, work)
        lookups = {each: node for each, node in lookups.items() if each not in known}
    scope = _scope(base, frozenset(defined), early, work)
    scope.lookups = known
    others = [block.unless] if block.unless is not None else []
    if asks_late(others, late, work.node, work.collector):
        return None
    filled = _fill(early, chain, scope, lookups, others, work)
    work.scopes.append(scope)
    _unless(block, base, scope, chain, work)
    _limit(relation, filled, chain, work)
    for row_key, relation_name in base.row_keys:
        work.row_keys.setdefault(row_key, relation_name)
    work.row_sources.update(dict.fromkeys(base.row_sources))
    work.fault_queries += base.fault_queries
    for test, sources in base.test_lineage.items():
        work.lineage.setdefault(test, {}).update(dict.fromkeys(sources))
    _remember(filled, work)
    columns = {*early, *(each.row_key for each in filled.lookups if each.carries_key)}
    columns |= {each for each, _ in base.row_keys}
    return _Block(
        chain,
        frozenset(columns | {each.column for each in work.faults.columns[known_faults:]}),
        filled.types,
    )


def _written(node: Variable) -> Written:
    """Return how a variable is written: its expression, its constant, or that it is a window."""
    if node.value is not None:
        return Written(node.value.text.strip(), node.value.place)
    if node.window is not None:
        return Written("window", node.window.place)
    return Written(f"'{node.text}'" if node.text is not None else node.number or "", node.place)


def _scope(
    base: Base, targets: frozenset[str], early: Mapping[str, Variable], work: _Work
) -> RecordScope:
    copies = frozenset(
        name
        for name, node in early.items()
        if node.value is not None
        and node.codelist is None
        and node.value.text.strip() in {name, f"src.{name}", f'src."{name}"'}
    )
    return RecordScope(
        work.node.dataset.text, base.sources, tests=base.tests, targets=targets, copies=copies
    )


def _expand(
    base: Base, early: Mapping[str, Variable], chain: Chain, work: _Work
) -> dict[str, LookupNames]:
    """Make one record per subject and endpoint; return the lookups that are joined already."""
    scope = _scope(base, frozenset(), {}, work)
    node = work.node
    others = _expressions_of_censoring(node)
    named = work.collector.names
    joined = {each for one in others for each, _ in named(one)} & set(node.lookups)
    values = [each.value for each in early.values() if each.value is not None]
    others += [each for each in values if joined & {qualifier for qualifier, _ in named(each)}]
    lookups = {each: node.lookups[each] for each in node.lookups if each in joined}
    filled = _fill({}, chain, scope, lookups, others, work)
    _watch(filled, work)
    for lookup in filled.lookups:
        _remember_key(lookup, work)
    base.row_keys += [(each.row_key, "") for each in filled.lookups if each.carries_key]
    add_time_to_event(node, base, scope, chain, work.catalogue, work.faults, work.collector)
    return dict(scope.lookups)


def _expressions_of_censoring(node: Dataset) -> list[Expression]:
    found = [node.cutoff, node.start.date if node.start else None]
    found += [it for each in node.censoring for it in (each.when, each.date)]
    found += [each.where for each in node.endpoints.values()]
    return [each for each in found if each is not None]


def _fill(
    definitions: Mapping[str, Variable],
    chain: Chain,
    scope: RecordScope,
    lookups: Mapping[str, Lookup],
    others: Sequence[Expression],
    work: _Work,
    row_prefix: str = "__row.",
) -> Filled:
    for name, node in definitions.items():
        if name not in work.standards:
            plain = name.removeprefix(SUPPLEMENTAL)
            supplemental = plain != name
            work.standards[name] = (
                None if supplemental else work.guides.variable(work.node, work.group, plain)
            )
        del node
    declared = {
        name: DataType.CHAR
        if name.startswith(SUPPLEMENTAL)
        else declared_type(node, work.standards[name], work.copied.get(name))
        for name, node in definitions.items()
    }
    keys = tuple(each.text for each in work.node.keys)
    filler = Filler(
        work.node.dataset.text,
        scope,
        chain,
        work.catalogue,
        work.collector,
        work.faults,
        declared,
        keys,
        row_prefix,
    )
    filled = filler.fill(definitions, lookups, others)
    work.asked.update(each.partition(".")[0] for each in filled.asked)
    return filled


def _unless(block: Records, base: Base, scope: RecordScope, chain: Chain, work: _Work) -> None:
    if block.unless is None:
        return
    found = work.collector.condition(block.unless, scope)
    if found is None:
        return
    sources = (Source(each.relation, each.name, "filter") for each in sorted_uses(found.uses))
    work.row_sources.update(dict.fromkeys(sources))
    base.fault_queries += condition_faults(found, block.unless, "unless", base, chain)
    stays = exp.Not(this=sql.call("coalesce", found.sql, exp.false()))
    chain.filter(stays)


def _watch(filled: Filled, work: _Work) -> None:
    """Keep the queries for faults inside lookups, once where several blocks use the same."""
    found = [query for each in filled.lookups for query in each.fault_queries]
    work.fault_queries += [each for each in found if each not in work.fault_queries]


def _limit(relation: Relation, filled: Filled, chain: Chain, work: _Work) -> None:
    """Leave out what a choice of subjects and a data cut-off leave out."""
    limits = work.collector.limits
    if limits.is_subset and relation.name.startswith("raw."):
        add_subset(chain, filled.types)
    if not limits.cutoff or work.group != "sdtm":
        return
    dates = cut_dates(work.node.dataset.text, filled.types)
    query = add_cutoff(chain, dates, limits.cutoff)
    if query is not None:
        work.cut_counts.append(query)
        sources = [each for name in dates.deciding for each in filled.lineage.get(name, ())]
        work.row_sources.update({replace(each, role="filter"): None for each in sources})


def _remember(filled: Filled, work: _Work) -> None:
    """Keep the lineage: each variable's own sources, and those of the lookups that it reads."""
    of_lookup = {each.name: each.sources for each in filled.lookups}
    _watch(filled, work)
    for name, sources in filled.lineage.items():
        work.lineage.setdefault(name, {}).update(dict.fromkeys(sources))
    for lookup in filled.lookups:
        _remember_key(lookup, work)
    for name, uses in filled.uses.items():
        work.uses[name] = work.uses.get(name, frozenset()) | uses
    for name, kind in filled.types.items():
        known = work.types.get(name, Type.NULL)
        work.types[name] = _common(known, kind)
    for name in filled.lineage:
        for lookup in filled.lookup_uses.get(name, ()):
            work.lineage[name].update(dict.fromkeys(of_lookup.get(lookup, ())))


def _remember_key(lookup: CompiledLookup, work: _Work) -> None:
    if lookup.carries_key:
        work.row_keys[lookup.row_key] = work.catalogue.relations[lookup.node.source.text].name
        if lookup.is_set:
            work.set_keys.add(lookup.row_key)


def _common(one: Type, other: Type) -> Type:
    if Type.NULL in {one, other}:
        return other if one is Type.NULL else one
    return one if one is other else Type.TEXT


# --- all blocks ---

_SQL_TYPES = {
    Type.TEXT: exp.DataType.Type.VARCHAR,
    Type.DTC: exp.DataType.Type.VARCHAR,
    Type.NUMBER: exp.DataType.Type.DOUBLE,
    Type.DATE: exp.DataType.Type.DATE,
    Type.DATETIME: exp.DataType.Type.TIMESTAMP,
    Type.BOOLEAN: exp.DataType.Type.BOOLEAN,
    Type.NULL: exp.DataType.Type.VARCHAR,
}


def _stack(blocks: Sequence[_Block], early: Sequence[str], work: _Work) -> Chain:
    """Stack the blocks: the same columns in each, and a number for each record by its content."""
    for name in early:
        kinds = {each.types[name] for each in blocks if name in each.types} - {Type.NULL}
        texts = {Type.TEXT, Type.DTC}
        if len(kinds) > 1 and not kinds <= texts:
            shown = " and ".join(sorted(kinds))
            work.collector.fault("E1412", work.node.place, f"{name} is {shown} in different blocks")
    row_keys = list(work.row_keys)
    faults = [each.column for each in work.faults.columns]
    chain = Chain("dataset_")
    selects: list[exp.Query] = []
    for place, block in enumerate(blocks):
        chain.ctes += block.chain.ctes
        cells: list[exp.Expr] = [
            sql.alias(sql.cast(exp.Literal.number(place), exp.DataType.Type.INT), "__block")
        ]
        cells.append(sql.column("__row"))
        cells += [_cell(name, _key_type(name, work)) for name in row_keys if name in block.columns]
        cells += [sql.column(name) for name in faults if name in block.columns]
        cells += [_early(name, block, work) for name in early]
        selects.append(exp.select(*cells).from_(table(block.chain.last), copy=False))
    # Row keys and fault columns that a block does not have are null in its records.
    whole = sql.stacked(selects, by_name=True)
    stacked = chain.add(whole)
    keys = [each.text for each in work.node.keys if each.text in early]
    work.ties_by_keys = len(keys) == len(work.node.keys)
    order = [*keys, *(name for name in early if name not in keys), "__block", "__row", *row_keys]
    terms = [exp.Ordered(this=sql.column(name), nulls_first=True) for name in order]
    tie = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=terms))
    numbered = exp.select(exp.Star(), sql.alias(tie, TIE), sql.alias(tie, "__rid"))
    chain.add(numbered.from_(table(stacked), copy=False))
    chain.materialise()
    return chain


def _key_type(name: str, work: _Work) -> exp.DType | exp.DataType:
    if name in work.set_keys:
        return exp.DataType.build("BIGINT[]", dialect="duckdb")
    return exp.DataType.Type.BIGINT


def _sql_type(name: str, work: _Work) -> exp.DType | exp.DataType:
    kind = work.types.get(name, Type.NULL)
    if name.startswith(MEMBER):
        return exp.DataType.build(f"{_SQL_TYPES[kind].value}[]", dialect="duckdb")
    if kind is not Type.NULL:
        return _SQL_TYPES[kind]
    standard = work.standards.get(name)
    numeric = standard is not None and standard.type == "Num"
    return exp.DataType.Type.DOUBLE if numeric else exp.DataType.Type.VARCHAR


def _early(name: str, block: _Block, work: _Work) -> exp.Expr:
    """Return a variable of a block in the type of the dataset's; a text is one already."""
    is_text = {block.types.get(name), work.types.get(name)} <= {Type.TEXT, Type.DTC}
    if is_text and not name.startswith(MEMBER):
        return sql.column(name)
    return _cell(name, _sql_type(name, work))


def _cell(name: str, kind: exp.DType | exp.DataType) -> exp.Expr:
    return sql.alias(sql.cast(sql.column(name), kind), name)


def _fill_late(
    late: Sequence[str],
    written: Sequence[Mapping[str, Variable]],
    chain: Chain,
    names: Sequence[str],
    work: _Work,
) -> None:
    if not late:
        return
    scope = _stacked_scope(names, work)
    for name in late:
        places = {each[name].place for each in written if name in each}
        if len(places) > 1 or not all(name in each for each in written):
            problem = f"{name} sees the whole dataset, and must be one and the same for all blocks"
            work.collector.fault(
                "E2002", next(iter(places)), problem, "move it from set to variables"
            )
    defined = {name: next(each[name] for each in written if name in each) for name in late}
    before, known, place = list(work.row_keys), len(work.faults.columns), len(chain.ctes)
    stacked = chain.last
    read = exp.select(exp.Star()).from_(table(stacked), copy=False)
    chain.add(read)
    filled = _fill(defined, chain, scope, work.node.lookups, [], work, "__row.late.")
    asked = {each.name for made in chain.ctes[place:] for each in made.this.find_all(exp.Column)}
    there = ["__block", "__row", *before, *(each for each in names if each not in late)]
    kept = [sql.column(each) for each in there if each in asked]
    read.set("expressions", [sql.column("__rid"), sql.column(TIE), *kept])
    _remember(filled, work)
    keys = [each.row_key for each in filled.lookups if each.carries_key]
    _beside(chain, stacked, [*late, *keys, *(each.column for each in work.faults.columns[known:])])


def _beside(chain: Chain, stacked: str, columns: Sequence[str]) -> None:
    """Join what was made of the stacked records to them, by the number of the record.

    A window writes down every column of its records. So what windows and lookups are made from has
    only the columns that they read, and the wide records of the dataset go past them.
    """
    select = exp.select(exp.Column(this=exp.Star(), table=sql.name("p")))
    select.select(*(sql.column(each, "late") for each in columns), copy=False)
    select.from_(table(stacked, "p"), copy=False)
    same = exp.EQ(this=sql.column("__rid", "late"), expression=sql.column("__rid", "p"))
    chain.add(select.join(sql.inner_join(table(chain.last, "late"), same), copy=False))


def _stacked_scope(names: Sequence[str], work: _Work) -> RecordScope:
    """Return what names mean once the blocks are stacked: the variables of the dataset."""
    variables = {each: kind for each, kind in work.types.items() if each in names}
    return RecordScope(
        work.node.dataset.text,
        targets=frozenset(names),
        variables=variables,
        stacked=True,
        ties_by_keys=work.ties_by_keys,
    )


def _check_kept(
    names: Sequence[str], written: Sequence[Mapping[str, Variable]], work: _Work
) -> None:
    """Report `keep: no` of a key or a qualifier, and blocks that disagree about it (E1271)."""
    keys = {each.text for each in work.node.keys}
    for name in names:
        definitions = [each[name] for each in written if name in each]
        dropped = [each for each in definitions if not each.keep]
        if not dropped:
            continue
        place, shown = dropped[0].place, name.removeprefix(SUPPLEMENTAL)
        if name in keys:
            problem = f"{name} is a key of {work.node.dataset.text}, and 'keep: no' leaves it out"
            work.collector.fault("E1271", place, problem, "keep it, or take it out of keys")
        elif name != shown:
            problem = f"qualifier {shown} is there to be written, and 'keep: no' leaves it out"
            work.collector.fault("E1271", place, problem, "make it a variable with keep: no")
        elif len(dropped) < len(definitions):
            problem = f"{name} is kept in one block and left out in another"
            work.collector.fault("E1271", place, problem, "say the same in each block")


def _step(
    chain: Chain, names: Sequence[str], definitions: Sequence[Mapping[str, Variable]], work: _Work
) -> Step:
    node = work.node
    merged = {name: each for defined in reversed(definitions) for name, each in defined.items()}
    check_block_metadata(definitions, merged, work.collector)
    plain = [name for name in names if merged[name].keep and not name.startswith(SUPPLEMENTAL)]
    ordered = in_order(plain, work.standards, node, work.group)
    plan = leaf_plan if work.group == "fhir" else variable_plan
    told = work.collector if node.keep else Collector(work.collector.vocabulary)
    variables = tuple(
        plan(
            name,
            merged[name],
            work.types.get(name, Type.NULL),
            work.standards.get(name),
            work.copied.get(name),
            told,
        )
        for name in ordered
    )
    if not node.keep:  # who reads the helper knows its variables; no label is written
        work.collector.found += [each for each in told.found if each.code != "E1231"]
    variables = tuple(
        replace(each, limited_to=limits) if limits else each
        for each in variables
        for limits in [_limits(each.name, definitions)]
    )
    keys = tuple(each.text for each in node.keys)
    label = node.label.text if node.label else work.guides.label(node, work.group)
    if node.label:
        check_label(node.dataset.text, node.label, work.collector)
    if not label and work.group != "fhir" and node.keep:
        work.collector.fault(
            "E1231", node.place, f"dataset {node.dataset.text} has no label", "add label: ..."
        )
    return Step(
        name=node.dataset.text,
        group=work.group,
        label=label,
        class_=work.guides.class_of(node, work.group),
        structure=node.structure,
        keys=keys,
        variables=variables,
        query=_whole(chain, names, keys, work),
        depends=_depends(node, work),
        blocks=tuple(work.blocks),
        place=node.place,
        faults=tuple(work.faults.columns),
        fault_queries=tuple(work.fault_queries),
        row_keys=tuple(work.row_keys.items()),
        lineage={name: tuple(sources) for name, sources in work.lineage.items()},
        row_sources=tuple(work.row_sources),
        values=(*endpoint_values(node), *value_plans(node)),
        cut_counts=tuple(work.cut_counts),
        uses=work.uses,
        raw_datasets=_raw_datasets(node, work),
        is_kept=node.keep,
        helpers=frozenset(
            each.name for each in work.catalogue.relations.values() if each.is_helper
        ),
    )


def _limits(name: str, definitions: Sequence[Mapping[str, Variable]]) -> tuple[str, ...]:
    """Return the codelists that a variable is mapped through, unless a block leaves it free."""
    found: list[str] = []
    for defined in definitions:
        node = defined.get(name)
        if node is None:
            continue
        if node.codelist is None:
            return ()
        found.append(node.codelist.text)
    return tuple(dict.fromkeys(found))


def _whole(chain: Chain, names: Sequence[str], keys: Sequence[str], work: _Work) -> exp.Expr:
    """Return the SELECT of the step's table: `__id` first, then variables, row keys and faults."""
    columns = [
        "__block",
        "__row",
        *work.row_keys,
        *names,
        *(each.column for each in work.faults.columns),
    ]
    select = exp.select(
        sql.alias(_number(keys, names, work), "__id"), *(sql.column(name) for name in columns)
    )
    select.from_(table(chain.last), copy=False)
    select.order_by(exp.Ordered(this=sql.column("__id"), nulls_first=False), copy=False)
    select.set("with_", exp.With(expressions=chain.ctes))
    return select


def _number(keys: Sequence[str], names: Sequence[str], work: _Work) -> exp.Expr:
    """Return the number of a record by the keys, where the tie breaker does not give it already."""
    if work.ties_by_keys:
        return sql.column(TIE)
    order = [*(key for key in keys if key in names), TIE]
    terms = [exp.Ordered(this=sql.column(name), nulls_first=True) for name in order]
    return exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=terms))


def _depends(node: Dataset, work: _Work) -> tuple[str, ...]:
    """Return the relations that must be there before, by the engine's names."""
    return tuple(
        dict.fromkeys(
            work.catalogue.relations[name].name
            for name in reads(node)
            if name in work.catalogue.relations
        )
    )


def _raw_datasets(node: Dataset, work: _Work) -> dict[str, str]:
    """Return the SDTM dataset that each raw table is which the dataset reads."""
    known = work.catalogue.relations
    found = [known[name] for name in reads(node) if name in known]
    return {each.name: each.dataset for each in found if each.dataset}


def reads(node: Dataset) -> list[str]:
    """Return the tables and datasets that a dataset reads, as the specification names them."""
    blocks = [*node.records, *([node.subjects] if node.subjects else [])]
    found = [each.source.text for each in blocks if each.source]
    found += [join.table.text for each in blocks for join in each.join]
    found += [each.source.text for each in node.lookups.values()]
    found += [each.source.text for each in node.events.values()]
    found += [each.source.text for relation in node.relationships for each in relation.records]
    return list(dict.fromkeys(found))


def as_relation(step: Step) -> Relation:
    """Return a planned dataset as a relation that others may read."""
    columns = {each.name: each.kind for each in step.variables}
    return Relation(
        step.name,
        step.name,
        columns,
        "__id",
        (),
        variables={each.name: each for each in step.variables},
        is_helper=not step.is_kept,
    )


__all__ = ["as_relation", "key_pairs", "plan_dataset", "reads"]
