"""RELREC: records, or datasets, that belong together.

Source: SDTMIG 3.4, 8.2 Relating Peer Records and 8.3 Relating Datasets.
"""

from __future__ import annotations

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.catalogue import Catalogue, Relation
from trialport.plan.collect import Collector
from trialport.plan.fault_queries import fault_query
from trialport.plan.lookups import sorted_uses
from trialport.plan.metadata import Guides
from trialport.plan.model import BlockSource, FaultQuery, Source, Step, VariablePlan
from trialport.plan.scopes import RelationScope
from trialport.spec import sql
from trialport.spec.expressions import Compiled
from trialport.spec.nodes import Dataset, DataType, Origin, Related, Relationship
from trialport.spec.parse import ExpressionError
from trialport.spec.sql import table

_KEYS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELID")


def plan_relationships(
    node: Dataset, catalogue: Catalogue, guides: Guides, collector: Collector
) -> Step | None:
    """Return the step of RELREC, or None where its faults leave nothing to plan."""
    selects: list[exp.Select] = []
    blocks: list[BlockSource] = []
    used: dict[Source, None] = {}
    watched: list[FaultQuery] = []
    for relationship in node.relationships:
        _check(relationship, collector)
        for related in relationship.records:
            made = _related(relationship, related, len(blocks), catalogue, collector, used, watched)
            if made is not None:
                selects.append(made[0])
                blocks.append(BlockSource(made[1].name, related.place))
    if not selects:
        return None
    whole = sql.stacked(selects)
    query = _peers(whole)
    known = guides.sdtm.dataset("RELREC") if guides.sdtm else None
    variables = tuple(
        VariablePlan(
            each.name,
            each.label,
            DataType.CHAR,
            Type.TEXT,
            node.place,
            role=each.role,
            core=each.core,
            nci_codelists=each.codelists,
            origin=Origin.DERIVED,
        )
        for each in (known.variables if known else ())
    )
    sources = tuple(used)
    return Step(
        name=node.dataset.text,
        group="sdtm",
        label=node.label.text if node.label else (known.label if known else ""),
        class_="RELATIONSHIP",
        structure="One record per related record, group of records or dataset",
        keys=_KEYS,
        variables=variables,
        query=query,
        depends=tuple(dict.fromkeys(each.relation for each in blocks)),
        blocks=tuple(blocks),
        place=node.place,
        fault_queries=tuple(watched),
        lineage={each.name: sources for each in variables},
    )


def _check(node: Relationship, collector: Collector) -> None:
    if len(node.records) < 2:
        collector.fault(
            "E1217", node.place, f"relationship {node.id} relates one dataset with nothing"
        )
    of_datasets = [bool(each.reltype) for each in node.records]
    if any(of_datasets) and not all(of_datasets):
        problem = f"relationship {node.id} mixes records (link) and datasets (reltype)"
        collector.fault(
            "E1217", node.place, problem, "give every entry a link, or every entry a reltype"
        )
    if not any(of_datasets) and any(each.link is None for each in node.records):
        collector.fault(
            "E1217",
            node.place,
            f"relationship {node.id} has an entry without link",
            "add link: ...",
        )


def _related(
    relationship: Relationship,
    node: Related,
    block: int,
    catalogue: Catalogue,
    collector: Collector,
    used: dict[Source, None],
    watched: list[FaultQuery],
) -> tuple[exp.Select, Relation] | None:
    """Return one entry's records: its link, and what RELREC says of each."""
    try:
        relation = catalogue.relation(node.source.text)
        kind = relation.type_of(node.variable.text)
    except ExpressionError as error:
        collector.add(error, node.source.place)
        return None
    scope = RelationScope(relation, "r", "")
    where = collector.condition(node.where, scope) if node.where else None
    link = collector.compile(node.link, scope) if node.link else None
    if (node.where and where is None) or (node.link and link is None):
        return None
    watched += _watched(relationship, relation, where, link, node)
    value: exp.Expr = sql.column(node.variable.text, "r")
    value = sql.call("tp_number_text", value) if kind is Type.NUMBER else value
    whole_dataset = bool(node.reltype)
    linked = exp.Null() if link is None else link.sql
    if link is not None and link.type is Type.NUMBER:
        linked = sql.call("tp_number_text", linked)
    cells = {
        "STUDYID": sql.column("STUDYID", "r"),
        "RDOMAIN": sql.text(relation.shown),
        "USUBJID": exp.Null() if whole_dataset else sql.column("USUBJID", "r"),
        "IDVAR": sql.text(node.variable.text),
        "IDVARVAL": exp.Null() if whole_dataset else value,
        "RELTYPE": sql.text(node.reltype) if whole_dataset else exp.Null(),
        "RELID": sql.text(relationship.id),
        "__link": linked,
    }
    texts = [
        sql.alias(sql.cast(cell, exp.DataType.Type.VARCHAR), name) for name, cell in cells.items()
    ]
    select = exp.select(
        sql.alias(sql.cast(exp.Literal.number(block), exp.DataType.Type.INT), "__block"),
        sql.alias(sql.column(relation.key, "r"), "__row"),
        *texts,
    ).from_(table(relation.name, "r"))
    select = select.where(where.sql) if where is not None else select
    if whole_dataset:
        first = exp.EQ(this=sql.column(relation.key, "r"), expression=exp.Literal.number(1))
        select = select.where(first)
    elif link is not None:
        select = select.where(sql.not_null(link.sql))
    uses = sorted_uses([*(where.uses if where else ()), *(link.uses if link else ())])
    used.update(dict.fromkeys(Source(each.relation, each.name, "key") for each in uses))
    used[Source(relation.name, node.variable.text)] = None
    return select, relation


def _watched(
    relationship: Relationship,
    relation: Relation,
    where: Compiled | None,
    link: Compiled | None,
    node: Related,
) -> list[FaultQuery]:
    """Return what looks for values that the condition, or the link where it holds, cannot read."""
    records = exp.select(sql.column(relation.key, "r")).from_(table(relation.name, "r"))
    linked = records if where is None else records.where(where.sql)
    asked = [*((each, records) for each in (where.faults if where is not None else ()))]
    asked += [(each, linked) for each in (link.faults if link is not None else ())]
    name = relationship.id
    return [fault_query(each, select, relation.name, name, node.place) for each, select in asked]


def _peers(whole: exp.Query) -> exp.Select:
    """Keep links that relate records of at least two entries, and number the records."""
    stacked = sql.subquery(whole, "s")
    group = [sql.column(each) for each in ("STUDYID", "USUBJID", "RELID", "__link")]
    blocks = [
        exp.Window(this=sql.call(each, sql.column("__block")), partition_by=list(group))
        for each in ("min", "max")
    ]
    related = exp.select(
        exp.Star(), sql.alias(exp.NEQ(this=blocks[0], expression=blocks[1]), "__related")
    ).from_(stacked)
    inner = sql.subquery(related, "t")
    suffix = sql.when(
        sql.not_null(sql.column("__link")),
        exp.DPipe(this=sql.text("-"), expression=sql.column("__link")),
    )
    relid = exp.DPipe(
        this=sql.column("RELID"), expression=sql.call("coalesce", suffix, sql.text(""))
    )
    names = ["STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE"]
    columns = [sql.column(each) for each in ("__block", "__row", *names)]
    kept = (
        exp.select(*columns, sql.alias(relid, "RELID")).from_(inner).where(sql.column("__related"))
    )
    distinct = sql.subquery(kept, "u")
    terms = [
        exp.Ordered(this=sql.column(key), nulls_first=True) for key in (*_KEYS, "__block", "__row")
    ]
    number = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=terms))
    query = exp.select(sql.alias(number, "__id"), exp.Star()).from_(distinct)
    return query.order_by(exp.Ordered(this=sql.column("__id"), nulls_first=False))
