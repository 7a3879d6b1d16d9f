"""How variables are derived: a sentence, and the expression of each block of records.

Source: Define-XML 2.1, MethodDef.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlglot import exp

from trialport.define.model import DefineExpression, DefineMethod
from trialport.define.origin import parsed, shown_relation, value_sources
from trialport.functions.registry import FUNCTIONS
from trialport.plan.model import Step, VariablePlan
from trialport.spec import nodes

CONTEXT = "trialport mapping expression (SQL)"

_TIME_TO_EVENT: Mapping[str, str] = {
    "paramcd": "Code of the endpoint; one record for each subject and endpoint.",
    "param": "Name of the endpoint.",
    "paramn": "Number of the endpoint, in the order of the specification.",
    "category": "Category of the endpoint.",
    "startdt": "Date from which time is counted.",
    "adt": "Date of what comes first: the event, a competing event, the end of the endpoint's"
    " window, or censoring.",
    "adtf": "Imputation flag of ADT: which part of the date of the event was imputed.",
    "aval": "Days from STARTDT to ADT.",
    "cnsr": "0 for the event; the code of the competing event, of the end of the window or of the"
    " reason of censoring else.",
    "status": "0 censored, 1 event of interest, 2 competing event.",
    "evntdesc": "Description of the event, the competing event or the reason of censoring.",
    "cnsdtdsc": "Description of the date of censoring; null for events.",
    "srcdom": "Dataset of the record that ADT was taken from.",
    "srcvar": "Variable that ADT was taken from.",
    "srcseq": "Sequence number of the record that ADT was taken from; null where it has none.",
}
"""What the values of the block of time to event are, by their names."""


def variable_method(step: Step, variable: VariablePlan, node: nodes.Dataset | None) -> DefineMethod:
    """Return the method of a variable.

    Args:
        step: the dataset.
        variable: the variable.
        node: what the specification says of the dataset, where it has a file of its own.
    """
    sources = value_sources(step, variable.name)
    names = [
        f"{shown_relation(step, each.relation)}.{each.column}" for each in sources if each.relation
    ]
    expressions = _by_block(variable, step, node)
    first = expressions[0].text if expressions else ""
    return _method(
        f"{step.name}.{variable.name}", variable.method, first, _shown(names), expressions
    )


def qualifier_method(step: Step, qnam: str, node: nodes.Variable) -> DefineMethod:
    """Return the method of a supplemental qualifier."""
    text = _written(node)
    expressions = (DefineExpression(CONTEXT, text),) if text else ()
    return _method(
        f"{step.name}.QVAL.{qnam}", node.method, text, f"{step.depends[0]} records", expressions
    )


def qualifier_origin(node: nodes.Variable) -> nodes.Origin:
    """Return the origin of a qualifier, the one that QORIG has."""
    if node.origin is not None:
        return node.origin.type
    return nodes.Origin.ASSIGNED if node.text is not None else nodes.Origin.DERIVED


def qualifier_has_method(node: nodes.Variable) -> bool:
    """Return whether a qualifier is derived, or states a method all the same."""
    return qualifier_origin(node) is nodes.Origin.DERIVED or bool(node.method)


def _method(
    place: str, stated: str, expression: str, names: str, expressions: Iterable[DefineExpression]
) -> DefineMethod:
    return DefineMethod(
        oid=f"MT.{place}",
        name=f"Algorithm of {place}",
        description=stated or _sentence(expression, names),
        expressions=tuple(expressions),
    )


def _sentence(expression: str, names: str) -> str:
    """Return what a function says of itself where it is the whole expression, and the sources."""
    tree = parsed(expression)
    if isinstance(tree, exp.Column) and tree.table.lower() == "tte":
        return _TIME_TO_EVENT.get(tree.name.lower(), "Decided by the endpoint.")
    made = f"Made from {names}." if names else "It has no source variable."
    called = tree.name.lower() if isinstance(tree, exp.Anonymous) else ""
    if called == "sequence":
        return f"Number of the record within its subject, in the order of the keys. {made}"
    return f"{FUNCTIONS[called].doc} {made}" if called in FUNCTIONS else made


def _by_block(
    variable: VariablePlan, step: Step, node: nodes.Dataset | None
) -> tuple[DefineExpression, ...]:
    """Return the expressions that the blocks of records have, each once, with their sources."""
    if node is None or variable.name not in _named(node):
        return (DefineExpression(CONTEXT, variable.expression),) if variable.expression else ()
    blocks: defaultdict[str, list[str]] = defaultdict(list)
    general = node.variables.get(variable.name)
    for each in node.records or (None,):
        own = each.set.get(variable.name, general) if each else general
        text = _written(own) if own else ""
        if text:
            blocks[text].append(each.source.text if each and each.source else step.name)
    if len(blocks) == 1:
        return (DefineExpression(CONTEXT, next(iter(blocks))),)
    return tuple(
        DefineExpression(f"{CONTEXT}, records from {', '.join(dict.fromkeys(sources))}", text)
        for text, sources in blocks.items()
    )


def _named(node: nodes.Dataset) -> set[str]:
    return {*node.variables, *(name for each in node.records for name in each.set)}


def _written(node: nodes.Variable) -> str:
    """Return what fills a variable, as an expression of the mapping language or in its words."""
    if node.window is not None:
        return _window(node.window)
    if node.text is not None:
        return exp.Literal.string(node.text).sql()
    text = node.value.text.strip() if node.value else (node.number or "")
    return f"codelist({text}, '{node.codelist.text}')" if text and node.codelist else text


def _window(window: nodes.Window) -> str:
    what = window.pick.value if window.pick else f"'Y' on the {window.flag or 'first'} record"
    parts = [f"{what} {window.value.text.strip()}" if window.value else what]
    groups = ", ".join(each.text for each in window.by)
    order = ", ".join(each.text for each in window.order)
    parts += [f"by {groups}"] if groups else []
    parts += [f"where {window.where.text.strip()}"] if window.where else []
    parts += [f"order by {order}"] if order else []
    return " ".join(parts)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))
