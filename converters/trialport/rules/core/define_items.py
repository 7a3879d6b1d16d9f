"""The variables as a define.xml describes them, as records that a rule is asked of."""

from __future__ import annotations

from collections.abc import Iterator

from trialport.define.model import DefineCodelist, DefineDataset, DefineDocument
from trialport.rules.core.frame import Frame, names_of
from trialport.rules.core.study import Cell, CoreDataset, CoreStudy, Kind
from trialport.rules.core.values import NotAskableError

_KINDS = {
    "define_variable_name": Kind.TEXT,
    "define_variable_label": Kind.TEXT,
    "define_variable_data_type": Kind.TEXT,
    "define_variable_size": Kind.NUMBER,
    "define_variable_order_number": Kind.NUMBER,
    "define_variable_role": Kind.TEXT,
    "define_variable_origin_type": Kind.TEXT,
    "define_variable_is_collected": Kind.FLAG,
    "define_variable_has_no_data": Kind.TEXT,
    "define_variable_mandatory": Kind.TEXT,
    "define_variable_ccode": Kind.TEXT,
    "define_variable_codelist_coded_values": Kind.LIST,
    "define_variable_codelist_coded_codes": Kind.LIST,
    "library_variable_name": Kind.TEXT,
    "library_variable_label": Kind.TEXT,
    "library_variable_data_type": Kind.TEXT,
    "library_variable_role": Kind.TEXT,
    "library_variable_core": Kind.TEXT,
    "library_variable_ccode": Kind.TEXT,
    "library_variable_order_number": Kind.NUMBER,
}


def of_define_items(study: CoreStudy, parts: tuple[CoreDataset, ...]) -> Frame:
    """Return one record a variable of the define.xml: what it says, and what the guide says.

    Raises:
        NotAskableError: there is no define.xml, or it does not describe the dataset.
    """
    define = study.define
    if define is None:
        raise NotAskableError("there is no define.xml")
    described = {each.name: each for each in define.datasets}
    there = [each for each in parts if each.name in described]
    if not there:
        raise NotAskableError(f"the define.xml does not describe {parts[0].name}")
    rows = [row for each in there for row in _rows(define, described[each.name], each, study)]
    facts = study.facts(names_of(parts, "define"), rows, _KINDS)
    return Frame(study, parts[0], facts, _KINDS)


def _rows(
    define: DefineDocument, described: DefineDataset, dataset: CoreDataset, study: CoreStudy
) -> Iterator[tuple[Cell, ...]]:
    items = {each.oid: each for each in define.items}
    codelists = {each.oid: each for each in define.codelists}
    known = study.guide.variables(dataset.whole, dataset.prefix, dataset.columns)
    listed = {each.name: each for each in known}
    references = [each for each in described.items if each.item in items]
    for order, reference in enumerate(references, 1):
        item = items[reference.item]
        codelist = codelists.get(item.codelist, DefineCodelist("", ""))
        origin = item.origins[0].type if item.origins else None
        theirs = listed.get(item.name)
        yield (
            *(dataset.name, float(order), item.name, item.label or None, item.type),
            *(None if item.length is None else float(item.length), float(order)),
            *(reference.role or None, origin, origin == "Collected"),
            *(_yes(is_so=reference.no_data), _yes(is_so=reference.mandatory)),
            *(codelist.code or None, [each.value for each in codelist.terms]),
            [each.code for each in codelist.terms if each.code],
            *(
                (theirs.name, theirs.label or None, theirs.type, theirs.role, theirs.core)
                if theirs
                else (None,) * 5
            ),
            *((theirs.codelist or None, float(theirs.order)) if theirs else (None, None)),
        )


def _yes(*, is_so: bool) -> str:
    return "Yes" if is_so else "No"
