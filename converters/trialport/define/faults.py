"""What keeps a Define-XML document from being written: what is missing, doubled or dangling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from trialport.define.model import (
    DefineDataset,
    DefineDocument,
    DefineItem,
    DefineItemRef,
    DefineOrigin,
)
from trialport.diagnostics import Diagnostic, Place, did_you_mean

_MEASURED = {"text", "integer", "float"}


def document_faults(document: DefineDocument) -> list[Diagnostic]:
    """Return every fault of a document, by datasets, variables, codelists.

    E4301 a label is missing, E4302 a length, significant digits, an origin, a class or a structure
    is missing, E4303 a reference leads nowhere, E4304 a name or an identifier is there twice,
    E4305 a codelist has no terms.
    """
    return list(_Faults(document).all())


class _Faults:
    """The faults of one document; it knows which identifiers there are."""

    def __init__(self, document: DefineDocument) -> None:
        self.document = document
        self.items = {each.oid: each for each in document.items}
        self.lists = {each.oid: each for each in document.value_lists}
        self.wheres = {each.oid: each for each in document.wheres}
        leaves = [*document.leaves, *(each.leaf for each in document.datasets if each.leaf)]
        self.known = {
            "variable": list(self.items),
            "value list": list(self.lists),
            "where clause": list(self.wheres),
            "codelist": [each.oid for each in document.codelists],
            "method": [each.oid for each in document.methods],
            "comment": [each.oid for each in document.comments],
            "standard": [each.oid for each in document.standards],
            "dataset": [each.oid for each in document.datasets],
            "document": [each.id for each in leaves],
        }
        self.there = {kind: set(oids) for kind, oids in self.known.items()}

    def all(self) -> Iterator[Diagnostic]:
        for each in self.document.datasets:
            yield from self._dataset(each)
        for each in self.document.codelists:
            where = Place(record=f"codelist {each.name}")
            if not (each.terms or each.dictionary):
                yield Diagnostic("E4305", where, "the codelist has no terms")
            yield from self._refers("standard", each.standard, where)
            yield from self._refers("comment", each.comment, where)
        for each in self.document.wheres:
            where = Place(record=f"where clause {each.oid}")
            for check in each.checks:
                yield from self._refers("variable", check.item, where)
        yield from self._documents()
        yield from self._results()
        yield from _doubled((each.name for each in self.document.datasets), Place())
        for oids in self.known.values():
            yield from _doubled(oids, Place())

    def _dataset(self, dataset: DefineDataset) -> Iterator[Diagnostic]:
        where = Place(record=dataset.name)
        if not dataset.label:
            yield Diagnostic("E4301", where, "the dataset has no label", "add label: ...")
        for name, value in (("class", dataset.class_), ("structure", dataset.structure)):
            if not value:
                problem = f"the dataset has no {name}"
                yield Diagnostic("E4302", where, problem, f"add {name}: ...")
        yield from self._refers("standard", dataset.standard, where)
        yield from self._refers("comment", dataset.comment, where)
        known = [each for each in dataset.items if each.item in self.items]
        yield from _doubled((self.items[each.item].name for each in known), where)
        for each in dataset.items:
            yield from self._variable(dataset, each)

    def _variable(self, dataset: DefineDataset, listed: DefineItemRef) -> Iterator[Diagnostic]:
        item = self.items.get(listed.item)
        if item is None:
            yield from self._refers("variable", listed.item, Place(record=dataset.name))
            return
        place = Place(record=dataset.name, column=item.name)
        if not item.label:
            yield Diagnostic("E4301", place, "the variable has no label", "add label: ...")
        if not item.origins and not item.value_list:
            yield Diagnostic("E4302", place, "the variable has no origin", "add origin: ...")
        yield from self._item(listed, item, place)
        yield from self._refers("value list", item.value_list, place)
        values = self.lists.get(item.value_list)
        for value in values.items if values else ():
            described = self.items.get(value.item)
            shown = described.name if described else value.item
            at = Place(record=dataset.name, column=f"{item.name} {shown}")
            yield from self._refers("variable", value.item, at)
            for oid in value.where:
                yield from self._refers("where clause", oid, at)
            if described:
                yield from self._item(value, described, at)

    def _item(self, listed: DefineItemRef, item: DefineItem, place: Place) -> Iterator[Diagnostic]:
        if item.type in _MEASURED and not item.length:
            yield Diagnostic("E4302", place, f"a variable of type {item.type} needs a length")
        if item.type == "float" and item.significant_digits is None:
            yield Diagnostic("E4302", place, "a variable of type float needs significant digits")
        yield from self._refers("codelist", item.codelist, place)
        yield from self._refers("method", listed.method, place)
        yield from self._refers("comment", item.comment, place)
        for origin in item.origins:
            yield from self._origin(origin, place)

    def _origin(self, origin: DefineOrigin, place: Place) -> Iterator[Diagnostic]:
        for each in origin.documents:
            yield from self._refers("document", each.leaf, place)

    def _documents(self) -> Iterator[Diagnostic]:
        document = self.document
        for each in (*document.methods, *document.comments):
            for reference in each.documents:
                yield from self._refers("document", reference.leaf, Place(record=each.oid))
        for reference in (*document.crf, *document.supplements):
            yield from self._refers("document", reference.leaf, Place())

    def _results(self) -> Iterator[Diagnostic]:
        for display in self.document.displays:
            for result in display.results:
                where = Place(record=f"result {result.oid}")
                yield from self._refers("variable", result.parameter, where)
                yield from self._refers("comment", result.comment, where)
                for each in result.datasets:
                    yield from self._refers("dataset", each.dataset, where)
                    yield from self._refers("where clause", each.where, where)
                    for oid in each.variables:
                        yield from self._refers("variable", oid, where)
                for each in (*result.documents, *result.code_documents, *display.documents):
                    yield from self._refers("document", each.leaf, where)

    def _refers(self, kind: str, oid: str, place: Place) -> Iterator[Diagnostic]:
        if oid and oid not in self.there[kind]:
            problem = f"there is no {kind} '{oid}'"
            yield Diagnostic("E4303", place, problem, did_you_mean(oid, self.known[kind]))


def _doubled(names: Iterable[str], place: Place) -> Iterator[Diagnostic]:
    for name, times in Counter(names).items():
        if times > 1:
            yield Diagnostic("E4304", place, f"'{name}' is there {times} times")
