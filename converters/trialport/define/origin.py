"""Where a variable comes from: what the specification says, else what its expression shows.

Source: Define-XML 2.1, def:Origin (codelists C170449 Origin Type, C170450 Origin Source).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlglot import exp

from trialport.define.model import DefineOrigin, DefinePages, DefineReference
from trialport.plan.model import Source, Step, VariablePlan
from trialport.spec.nodes import Origin
from trialport.spec.parse import ExpressionError, parse

_TRANSCRIBED = {"iso8601", "codelist", "number", "collected"}
_SOURCES = {
    Origin.COLLECTED: "Investigator",
    Origin.DERIVED: "Sponsor",
    Origin.ASSIGNED: "Sponsor",
    Origin.PROTOCOL: "Sponsor",
}


ANNOTATED_CRF = "LF.acrf"
"""The identifier of the annotated CRF."""


def variable_origin(step: Step, variable: VariablePlan) -> DefineOrigin:
    """Return the origin of a variable; a predecessor names its source, e.g. `ADSL.AGE`.

    Where the specification does not say it: without any source, Assigned (Not Available where
    the expression is null); what the specification itself lists, Protocol in trial design, else
    Assigned; a raw column as it is, or only put into ISO 8601, a number or a codelist, Collected
    (Assigned where it is coded with a dictionary); a variable of another dataset as it is,
    Predecessor; all else Derived.
    """
    values = value_sources(step, variable.name)
    origin = variable.origin or _shown(step, variable, values)
    named = [replace(each, relation=shown_relation(step, each.relation)) for each in values]
    return stated_origin(origin, named, variable.source, variable.crf)


def shown_relation(step: Step, relation: str) -> str:
    """Return the name of a relation, of a raw table that is an SDTM dataset the dataset's."""
    return step.raw_datasets.get(relation, relation)


def stated_origin(
    origin: Origin, sources: Sequence[Source] = (), source: str = "", crf: Sequence[int] = ()
) -> DefineOrigin:
    """Return an origin with its source; a predecessor with the variables it was copied from.

    Args:
        origin: the type.
        sources: what the values are made of.
        source: who the values come from, where it is stated.
        crf: pages of the annotated CRF.
    """
    names = [f"{each.relation}.{each.column}" for each in sources if each.relation]
    is_copy = origin is Origin.PREDECESSOR
    pages = DefinePages(refs=" ".join(map(str, crf)))
    return DefineOrigin(
        type=origin.value,
        source=source or _SOURCES.get(origin, ""),
        description=", ".join(dict.fromkeys(names)) if is_copy else "",
        documents=(DefineReference(ANNOTATED_CRF, (pages,)),) if crf else (),
    )


def value_sources(step: Step, variable: str) -> list[Source]:
    """Return the sources whose values a variable is made of; keys, filters and orders are not."""
    return [each for each in step.lineage.get(variable) or () if each.role == "value"]


def parsed(expression: str) -> exp.Expr | None:
    """Return the tree of an expression, or None for what is none (a fault told elsewhere)."""
    try:
        return parse(expression) if expression else None
    except ExpressionError:
        return None


def _shown(step: Step, variable: VariablePlan, values: Sequence[Source]) -> Origin:
    if not values:
        is_null = variable.expression.strip().lower() == "null"
        return Origin.NOT_AVAILABLE if is_null else Origin.ASSIGNED
    if not any(each.relation for each in values):
        return Origin.PROTOCOL if step.class_ == "TRIAL DESIGN" else Origin.ASSIGNED
    read = _columns_read(variable.expression)
    if not read or not _is_all(read, values):
        return Origin.DERIVED
    relations = {each.relation for each in values}
    relations = {shown_relation(step, each) for each in relations}
    if all(each.startswith("raw.") for each in relations):
        return Origin.ASSIGNED if variable.dictionary else Origin.COLLECTED
    as_it_is = not variable.codelist and _is_column(variable.expression)
    own = {step.name, *step.helpers}
    other = all(not each.startswith("raw.") and each not in own for each in relations)
    return Origin.PREDECESSOR if as_it_is and other else Origin.DERIVED


def _is_all(read: Collection[str], values: Sequence[Source]) -> bool:
    """Return whether the values come from these columns, and as many in the other relations.

    The expression is that of the first block of records; a second block reads another relation.
    """
    columns: defaultdict[str, set[str]] = defaultdict(set)
    for each in values:
        columns[each.relation].add(each.column)
    return set(read) in columns.values() and all(len(it) == len(read) for it in columns.values())


def _columns_read(expression: str) -> set[str]:
    """Return the columns that an expression only transcribes, or none where it does more."""
    tree = parsed(expression)
    while isinstance(tree, exp.Anonymous | exp.Paren):
        if isinstance(tree, exp.Anonymous) and tree.name.lower() not in _TRANSCRIBED:
            return set()
        parts = tree.expressions or [tree.this]
        if all(isinstance(each, exp.Column) for each in parts):
            return {each.name for each in parts}
        tree = parts[0]
    return {tree.name} if isinstance(tree, exp.Column) else set()


def _is_column(expression: str) -> bool:
    return isinstance(parsed(expression), exp.Column)
