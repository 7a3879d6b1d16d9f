"""Supplemental qualifiers: one record a qualifier that has a value.

Source: SDTMIG 3.4, 8.4 Relating Non-Standard Variable Values to a Parent Domain.
"""

from __future__ import annotations

from sqlglot import exp

from trialport.functions.model import Type
from trialport.plan.collect import Collector
from trialport.plan.datasets import SUPPLEMENTAL
from trialport.plan.metadata import Guides
from trialport.plan.model import BlockSource, Source, Step, VariablePlan
from trialport.spec import sql
from trialport.spec.nodes import Dataset, DataType, Origin, Variable
from trialport.spec.sql import table

_KEYS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")


def plan_supplemental(node: Dataset, parent: Step, guides: Guides, collector: Collector) -> Step:
    """Return the step of SUPPxx, made from the table of its parent."""
    name = parent.name
    sequence = f"{name}SEQ"
    has_sequence = any(each.name == sequence for each in parent.variables)
    if not has_sequence and name != "DM":
        problem = f"supplemental qualifiers of {name} need {sequence} to point to their record"
        collector.fault("E1216", node.place, problem, f"add {sequence}: sequence()")
    selects = [
        _qualifier(qnam, each, name, sequence if has_sequence else "")
        for qnam, each in node.supplemental.items()
    ]
    _check(node, collector)
    whole = sql.stacked(selects)
    stacked = sql.subquery(whole, "s")
    terms = [exp.Ordered(this=sql.column(key), nulls_first=True) for key in (*_KEYS, "__row")]
    number = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=terms))
    query = exp.select(sql.alias(number, "__id"), exp.Star()).from_(stacked)
    query = query.order_by(exp.Ordered(this=sql.column("__id"), nulls_first=False))
    lineage = {"QVAL": tuple(Source(name, f"{SUPPLEMENTAL}{qnam}") for qnam in node.supplemental)}
    lineage |= {key: (Source(name, key),) for key in ("STUDYID", "USUBJID")}
    lineage["IDVARVAL"] = (Source(name, sequence),) if has_sequence else ()
    return Step(
        name=f"SUPP{name}",
        group=parent.group,
        label=f"Supplemental Qualifiers for {name}",
        class_="RELATIONSHIP",
        structure="One record per IDVAR, IDVARVAL, and QNAM value per subject",
        keys=_KEYS,
        variables=_variables(guides, node),
        query=query,
        depends=(name,),
        blocks=(BlockSource(name, node.place),),
        place=node.place,
        lineage=lineage,
        is_local=parent.is_local,
        is_kept=parent.is_kept,
        row_sources=tuple(Source(each.relation, each.column, "filter") for each in lineage["QVAL"]),
    )


def _check(node: Dataset, collector: Collector) -> None:
    for qnam, each in node.supplemental.items():
        if each.label is None:
            collector.fault("E1231", each.place, f"{qnam} has no label", "add label: ...")
        if len(qnam) > 8:
            collector.fault("E1110", each.place, f"'{qnam}' is longer than 8 characters")


def _qualifier(qnam: str, node: Variable, parent: str, sequence: str) -> exp.Select:
    value = sql.column(f"{SUPPLEMENTAL}{qnam}")
    assumed = Origin.ASSIGNED if node.text is not None else Origin.DERIVED
    origin = node.origin.type if node.origin else assumed
    key = sql.call("tp_number_text", sql.column(sequence)) if sequence else exp.Null()
    cells = {
        "STUDYID": sql.column("STUDYID"),
        "RDOMAIN": sql.text(parent),
        "USUBJID": sql.column("USUBJID"),
        "IDVAR": sql.text(sequence) if sequence else exp.Null(),
        "IDVARVAL": key,
        "QNAM": sql.text(qnam),
        "QLABEL": sql.text(node.label.text if node.label else qnam),
        "QVAL": value,
        "QORIG": sql.text(origin.value),
        "QEVAL": sql.text(node.evaluator) if node.evaluator else exp.Null(),
    }
    texts = [
        sql.alias(sql.cast(cell, exp.DataType.Type.VARCHAR), name) for name, cell in cells.items()
    ]
    row = [
        sql.alias(sql.cast(exp.Literal.number(0), exp.DataType.Type.INT), "__block"),
        sql.alias(sql.column("__id"), "__row"),
    ]
    return exp.select(*row, *texts).from_(table(parent)).where(sql.not_null(value))


def _variables(guides: Guides, node: Dataset) -> tuple[VariablePlan, ...]:
    known = guides.sdtm.dataset("SUPPQUAL") if guides.sdtm else None
    listed = known.variables if known is not None else ()
    return tuple(
        VariablePlan(
            name=each.name,
            label=each.label,
            type=DataType.CHAR,
            kind=Type.TEXT,
            place=node.place,
            role=each.role,
            core=each.core,
            nci_codelists=each.codelists,
            origin=Origin.ASSIGNED if each.name != "QVAL" else None,
        )
        for each in listed
    )
