"""What keeps a Define-XML document from being written: what is missing, doubled or dangling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from trialport.define.model import (
    DefineCodelist,
    DefineDataset,
    DefineDocument,
    DefineValue,
    DefineVariable,
)
from trialport.diagnostics import Diagnostic, Place, did_you_mean

_MEASURED = {"text", "integer", "float"}


def document_faults(document: DefineDocument) -> list[Diagnostic]:
    """Return every fault of a document, by datasets, variables, codelists.

    E4301 a label is missing, E4302 a length, significant digits, an origin, a class or a structure
    is missing, E4303 a reference leads nowhere, E4304 a name or an identifier is there twice,
    E4305 a codelist has no terms.
    """
    found = [fault for each in document.datasets for fault in _dataset(document, each)]
    found += [_empty(each) for each in document.codelists if not (each.terms or each.dictionary)]
    standards = [each.oid for each in document.standards]
    for each in document.codelists:
        where = Place(record=f"codelist {each.name}")
        found += _reference("standard", each.standard, standards, where)
    groups = (document.datasets, "name"), (document.codelists, "oid"), (document.methods, "oid")
    for things, key in (*groups, (document.comments, "oid"), (document.standards, "oid")):
        found += _doubled((getattr(each, key) for each in things), Place())
    return found


def _dataset(document: DefineDocument, dataset: DefineDataset) -> Iterator[Diagnostic]:
    where = Place(record=dataset.name)
    if not dataset.label:
        yield Diagnostic("E4301", where, "the dataset has no label", "add label: ...")
    for name, value in (("class", dataset.class_), ("structure", dataset.structure)):
        if not value:
            problem = f"the dataset has no {name}"
            yield Diagnostic("E4302", where, problem, f"add {name}: ...")
    standards = [each.oid for each in document.standards]
    yield from _reference("standard", dataset.standard, standards, where)
    yield from _reference("comment", dataset.comment, _oids(document.comments), where)
    yield from _doubled((each.name for each in dataset.variables), where)
    names = [each.name for each in dataset.variables]
    for variable in dataset.variables:
        place = Place(record=dataset.name, column=variable.name)
        if not variable.label:
            yield Diagnostic("E4301", place, "the variable has no label", "add label: ...")
        if variable.origin is None and not variable.values:
            yield Diagnostic("E4302", place, "the variable has no origin", "add origin: ...")
        yield from _item(document, variable, place)
        for value in variable.values:
            at = Place(record=dataset.name, column=f"{variable.name} {value.name}")
            yield from _reference("variable", value.condition.variable, names, at)
            yield from _item(document, value, at)
        yield from _doubled((each.name for each in variable.values), place)


def _item(
    document: DefineDocument, item: DefineVariable | DefineValue, place: Place
) -> Iterator[Diagnostic]:
    if item.type in _MEASURED and not item.length:
        yield Diagnostic("E4302", place, f"a variable of type {item.type} needs a length")
    if item.type == "float" and item.significant_digits is None:
        yield Diagnostic("E4302", place, "a variable of type float needs significant digits")
    yield from _reference("codelist", item.codelist, _oids(document.codelists), place)
    yield from _reference("method", item.method, _oids(document.methods), place)
    yield from _reference("comment", item.comment, _oids(document.comments), place)


def _oids(things: Iterable[object]) -> list[str]:
    return [str(getattr(each, "oid", "")) for each in things]


def _reference(kind: str, oid: str, known: list[str], place: Place) -> Iterator[Diagnostic]:
    if oid and oid not in known:
        problem = f"there is no {kind} '{oid}'"
        yield Diagnostic("E4303", place, problem, did_you_mean(oid, known))


def _doubled(names: Iterable[str], place: Place) -> Iterator[Diagnostic]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Diagnostic("E4304", place, f"'{name}' is there {times} times")


def _empty(codelist: DefineCodelist) -> Diagnostic:
    where = Place(record=f"codelist {codelist.name}")
    return Diagnostic("E4305", where, "the codelist has no terms")
