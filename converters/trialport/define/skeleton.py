"""A document of Define-XML as the beginning of a mapping specification.

Each dataset reads a raw table of its name. Collected variables are taken from a column of their
name; what is assigned or derived is null until somebody writes the expression, with the method of
the document beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trialport.define.model import (
    NUMBERS,
    DefineDataset,
    DefineDocument,
    DefineItem,
    DefineItemRef,
)
from trialport.define.skeleton_standards import Chosen, chosen_standards
from trialport.define.skeleton_terms import StudyCodelists, study_codelists
from trialport.define.yaml_text import Flow, yaml_text
from trialport.diagnostics import Diagnostic, Place, Severity

_NAME = re.compile("[A-Z_][A-Z0-9_]{0,7}")
_DATES = {
    **{"date": "date", "partialDate": "date", "datetime": "datetime"},
    **{"partialDatetime": "datetime", "incompleteDatetime": "datetime", "time": "time"},
}
_ORIGINS = {"Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available", "Other"}
_SOURCES = {"Investigator", "Sponsor", "Subject", "Vendor"}
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The files of a specification by their paths, and notes of what is not taken over."""

    files: Mapping[str, str]
    notes: tuple[Diagnostic, ...]


def skeleton(document: DefineDocument) -> Skeleton:
    """Return the specification that a document of Define-XML is the beginning of.

    Notes: E4386 a part of the document that a specification does not take over, E4387 a version of
    a standard or of terminology that is not shipped and another in its place.
    """
    chosen = chosen_standards(document)
    codelists = study_codelists(document, chosen)
    made = _Skeleton(document, codelists)
    datasets = dict(made.datasets())
    files = {
        "study.yaml": yaml_text(_study(document, chosen)),
        "sources.yaml": yaml_text({"missing": [""], "tables": made.tables}),
        "terminology.yaml": yaml_text({"codelists": codelists.entries}),
        **{path: yaml_text(content) for path, content in datasets.items()},
    }
    return Skeleton(files, (*chosen.notes, *made.notes))


def _study(document: DefineDocument, chosen: Chosen) -> dict[str, Any]:
    title = " ".join(document.study_description.split())
    content: dict[str, Any] = {"study": document.study or "STUDY", "title": title}
    content |= {"standards": Flow(chosen.standards), "terminology": Flow(chosen.packages)}
    leaves = {each.id: each.href for each in document.leaves}
    origins = (origin for each in document.items for origin in each.origins)
    pages = (each for origin in origins for each in origin.documents if each.pages)
    crf = [leaves[each.leaf] for each in (*document.crf, *pages) if each.leaf in leaves]
    return content | ({"annotated_crf": crf[0]} if crf else {})


@dataclass(slots=True)
class _Skeleton:
    """The datasets of one document, with the raw tables that they read."""

    document: DefineDocument
    codelists: StudyCodelists
    tables: dict[str, Any] = field(default_factory=dict[str, Any])
    notes: list[Diagnostic] = field(default_factory=list[Diagnostic])
    items: dict[str, DefineItem] = field(init=False)
    methods: dict[str, str] = field(init=False)
    comments: dict[str, str] = field(init=False)
    dictionaries: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.items = {each.oid: each for each in self.document.items}
        self.methods = {each.oid: each.description for each in self.document.methods}
        self.comments = {each.oid: each.text for each in self.document.comments}
        self.dictionaries = {
            each.oid: f"{each.dictionary} {each.version}".strip()
            for each in self.document.codelists
            if each.dictionary
        }

    def datasets(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield path and content of each dataset; qualifiers stand in the file of their parent."""
        names = {each.name for each in self.document.datasets}
        for each in self.document.datasets:
            if not _NAME.fullmatch(each.name):
                self._note(each.name, "its name is no name of a dataset in a specification")
            elif each.name == "RELREC":
                self._note(each.name, "write its relationships; the document does not say them")
            elif each.name.startswith("SUPP"):
                if each.name.removeprefix("SUPP") not in names:
                    self._note(each.name, "the document does not have its parent")
            else:
                group = "adam" if each.purpose == "Analysis" else "sdtm"
                yield f"{group}/{each.name.lower()}.yaml", self._dataset(each, group)

    def _dataset(self, dataset: DefineDataset, group: str) -> dict[str, Any]:
        table = dataset.name.lower()
        self.tables[table] = {"file": f"{table}.csv", "encoding": "utf-8", "columns": {}}
        listed = [each for each in dataset.items if each.item in self.items]
        content: dict[str, Any] = {"dataset": dataset.name, "label": dataset.label}
        content |= {"class": dataset.class_} if dataset.class_ else {}
        content |= {"structure": dataset.structure} if dataset.structure else {}
        content["keys"] = Flow(self._keys(listed))
        content["records"] = [Flow({"from": table})]
        content["variables"] = dict(self._variables(dataset, table, listed, group))
        qualifiers = dict(self._qualifiers(dataset, table))
        content |= {"supplemental": qualifiers} if qualifiers else {}
        values = list(self._value_level(dataset, listed))
        return content | ({"value_level": values} if values else {})

    def _keys(self, listed: Sequence[DefineItemRef]) -> list[str]:
        keys = sorted((each.key, each.item) for each in listed if each.key is not None)
        found = [self.items[item].name for _, item in keys]
        names = [self.items[each.item].name for each in listed]
        return found or [each for each in ("STUDYID", "USUBJID") if each in names] or names[:1]

    def _variables(
        self, dataset: DefineDataset, table: str, listed: Iterable[DefineItemRef], group: str
    ) -> Iterator[tuple[str, Flow]]:
        for each in listed:
            item = self.items[each.item]
            if not _NAME.fullmatch(item.name):
                self._note(f"{dataset.name}.{item.name}", "its name is no name of a variable")
                continue
            filled = self._filled(dataset, table, item)
            role = {"role": each.role} if each.role and group == "sdtm" else {}
            yield item.name, Flow({**filled, **self._described(item, each), **role})

    def _value_level(
        self, dataset: DefineDataset, listed: Sequence[DefineItemRef]
    ) -> Iterator[Flow]:
        """Yield what variables hold where others of the dataset have certain values."""
        lists = {each.oid: each.items for each in self.document.value_lists}
        names = {each.item: self.items[each.item].name for each in listed}
        for each in listed:
            variable = self.items[each.item]
            refs = lists.get(variable.value_list, ()) if _NAME.fullmatch(variable.name) else ()
            whens = [(ref, self._when(ref, names)) for ref in refs if ref.item in self.items]
            for ref, when in whens:
                if when is not None:
                    described = self._of_values(self.items[ref.item], variable, ref)
                    yield Flow({"variable": variable.name, "when": Flow(when), **described})
            if any(when is None for _, when in whens):
                told = "what it says of single values, by other than values of the dataset"
                self._note(f"{dataset.name}.{variable.name}", told)

    def _when(self, ref: DefineItemRef, names: Mapping[str, str]) -> dict[str, Flow] | None:
        """Return the values that variables of the dataset have; None where more is asked."""
        wheres = {each.oid: each.checks for each in self.document.wheres}
        checks = [check for oid in ref.where for check in wheres.get(oid, ())]
        said = {names.get(each.item, ""): Flow(each.values) for each in checks}
        plain = all(each.comparator in ("EQ", "IN") and all(each.values) for each in checks)
        if len(ref.where) != 1 or len(said) != len(checks) or not said or not plain:
            return None
        return None if any(not _NAME.fullmatch(name) for name in said) else said

    def _of_values(
        self, item: DefineItem, variable: DefineItem, ref: DefineItemRef
    ) -> dict[str, Any]:
        told = self._described(item, ref)
        made = {"label": item.label} if item.label not in ("", variable.name) else {}
        made |= {"type": item.type} if item.type in ("text", "integer", "float") else {}
        made |= {name: told[name] for name in ("length", "method", "comment") if name in told}
        codelist = self.codelists.names.get(item.codelist, "")
        made |= {"codelist": codelist} if codelist else {}
        origin = item.origins[0].type if item.origins else ""
        return made | ({"origin": origin} if origin in _ORIGINS else {})

    def _qualifiers(self, dataset: DefineDataset, table: str) -> Iterator[tuple[str, Flow]]:
        """Yield the supplemental qualifiers that the document describes value by value."""
        supplement = next(
            (each for each in self.document.datasets if each.name == f"SUPP{dataset.name}"), None
        )
        listed = () if supplement is None else supplement.items
        values = [self.items[each.item] for each in listed if each.item in self.items]
        qval = next((each.value_list for each in values if each.name == "QVAL"), "")
        lists = {each.oid: each.items for each in self.document.value_lists}
        wheres = {each.oid: each for each in self.document.wheres}
        for each in lists.get(qval, ()):
            item = self.items.get(each.item)
            names = [
                value
                for oid in each.where
                for check in (wheres[oid].checks if oid in wheres else ())
                if check.item in self.items and self.items[check.item].name == "QNAM"
                for value in check.values
            ]
            for name in names:
                if item is None or not _NAME.fullmatch(name):
                    self._note(f"SUPP{dataset.name}.{name}", "its name is no name of a qualifier")
                    continue
                filled = self._collected(table, item, name, as_text=True) or {"value": "null"}
                yield name, Flow({**filled, **self._described(item, each), "type": "Char"})

    def _filled(self, dataset: DefineDataset, table: str, item: DefineItem) -> dict[str, str]:
        """Return what fills a variable, as far as its name and origin tell."""
        if item.name == "STUDYID":
            return {"value": "study.STUDYID"}
        if item.name == "DOMAIN":
            return {"text": dataset.domain or dataset.name}
        if item.name == f"{dataset.domain or dataset.name[:2]}SEQ":
            return {"value": "sequence()"}
        if item.name == "USUBJID":
            self.tables[table]["columns"][item.name] = Flow({"type": "text", "label": item.label})
            return {"value": "src.USUBJID"}
        return self._collected(table, item, item.name) or {"value": "null"}

    def _collected(
        self, table: str, item: DefineItem, name: str, *, as_text: bool = False
    ) -> dict[str, str]:
        """Return the column that a collected variable is read from; nothing for others.

        Codelists map text, so the column of a variable with one holds text, too.
        """
        if not any(each.type == "Collected" for each in item.origins):
            return {}
        codelist = self.codelists.names.get(item.codelist, "")
        kind = "number" if item.type in NUMBERS else _DATES.get(item.type, "text")
        kind = "text" if as_text or codelist else kind
        self.tables[table]["columns"][name] = Flow({"type": kind, "label": item.label})
        is_date = item.type in _DATES and kind != "text"
        value = f"iso8601(src.{name})" if is_date else f"src.{name}"
        return {"value": value} | ({"codelist": codelist} if codelist else {})

    def _described(self, item: DefineItem, listed: DefineItemRef) -> dict[str, Any]:
        """Return what describes a variable, whatever fills it."""
        made: dict[str, Any] = {"label": item.label or item.name}
        made["type"] = "Num" if item.type in NUMBERS else "Char"
        if item.type == "text" and item.length and item.length <= _LONGEST_TEXT:
            made["length"] = item.length
        made |= {"format": item.format} if item.format else {}
        if item.codelist in self.dictionaries:
            made["dictionary"] = self.dictionaries[item.codelist]
        made |= self._origin(item)
        method, comment = self.methods.get(listed.method, ""), self.comments.get(item.comment, "")
        made |= {"method": method} if method else {}
        copied = ", ".join(each.description for each in item.origins if each.description)
        told = "; ".join(each for each in (f"From {copied}" if copied else "", comment) if each)
        return made | ({"comment": told} if told else {})

    def _origin(self, item: DefineItem) -> dict[str, Any]:
        if not item.origins or item.origins[0].type not in _ORIGINS:
            return {}
        origin = item.origins[0]
        pages = [
            int(page)
            for each in origin.documents
            for one in each.pages
            for page in one.refs.split()
            if page.isascii() and page.isdigit() and len(page) < 6
        ]
        source = {"source": origin.source} if origin.source in _SOURCES else {}
        stated = {"type": origin.type, **source, **({"crf": pages} if pages else {})}
        return {"origin": Flow(stated) if len(stated) > 1 else origin.type}

    def _note(self, what: str, why: str) -> None:
        problem = f"not taken over: {why}"
        place = Place(record=what)
        self.notes.append(Diagnostic("E4386", place, problem, severity=Severity.NOTE))
