"""A Define-XML document with labels and decodes in another language beside English."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from trialport.define.model import (
    DefineCodelist,
    DefineDataset,
    DefineDocument,
    DefineItem,
    DefineTerm,
    Translated,
)
from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.plan.model import Step
from trialport.spec.translation import Translation

_MOST_NAMES = 20


def translated_document(
    document: DefineDocument, steps: Iterable[Step], translation: Translation
) -> DefineDocument:
    """Return the document with every label and decode that the translation has.

    Args:
        document: what `define_document` made; identifiers of items begin with `IT.DATASET.`.
        steps: how its datasets were planned, for the codelists of their variables.
        translation: the other language.
    """
    names = _codelist_names(document, steps)
    return replace(
        document,
        datasets=tuple(_dataset(each, translation) for each in document.datasets),
        items=tuple(_item(each, translation) for each in document.items),
        codelists=tuple(
            _codelist(each, names[each.oid], translation) for each in document.codelists
        ),
    )


def untranslated(document: DefineDocument, language: str) -> list[Diagnostic]:
    """Return what keeps its English text alone.

    E4096 (a warning) for each dataset that has labels without translation, E4097 (a note) for each
    codelist that has terms without one.
    """
    items: defaultdict[str, list[str]] = defaultdict(list)
    for each in document.items:
        if each.label and not each.translated:
            items[each.oid.split(".")[1]].append(each.name)
    found: list[Diagnostic] = []
    for each in document.datasets:
        own = [] if each.translated else ["the dataset itself"]
        what = f"{language} labels are missing"
        found += _lacking("E4096", each.name, what, [*own, *items[each.name]], Severity.WARNING)
    for each in document.codelists:
        names = [it.value for it in each.terms if not it.translated]
        what = f"{language} decodes are missing"
        found += _lacking("E4097", each.name, what, names, Severity.NOTE)
    return found


def _lacking(
    code: str, record: str, what: str, names: Sequence[str], severity: Severity
) -> Iterator[Diagnostic]:
    if not names:
        return
    shown = ", ".join(names[:_MOST_NAMES])
    rest = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    problem = f"{len(names)} {what}: {shown}{rest}"
    remedy = "add them to the labels of the study"
    yield Diagnostic(code, Place(record=record), problem, remedy, severity)


def _dataset(dataset: DefineDataset, translation: Translation) -> DefineDataset:
    label = translation.dataset(dataset.name, dataset.label)
    return replace(dataset, translated=_pairs(translation, label))


def _item(item: DefineItem, translation: Translation) -> DefineItem:
    dataset = item.oid.split(".")[1]
    label = translation.variable(dataset, item.name, item.label) if item.label else ""
    return replace(item, translated=_pairs(translation, label))


def _codelist(
    codelist: DefineCodelist, names: Iterable[str], translation: Translation
) -> DefineCodelist:
    known = tuple(names)

    def term(each: DefineTerm) -> DefineTerm:
        return replace(each, translated=_pairs(translation, translation.term(known, each.value)))

    return replace(codelist, terms=tuple(map(term, codelist.terms)))


def _pairs(translation: Translation, text: str) -> Translated:
    return ((translation.language, text),) if text else ()


def _codelist_names(document: DefineDocument, steps: Iterable[Step]) -> Mapping[str, list[str]]:
    """Return every name that a codelist of the document may have in labels, by its identifier.

    These are the names of the study's codelists whose terms it lists, the name it was given
    itself (a submission name where it is published) and its NCI code.
    """
    planned = {(step.name, each.name): each for step in steps for each in step.variables}
    names: dict[str, dict[str, None]] = {each.oid: {} for each in document.codelists}
    for item in document.items:
        variable = planned.get((item.oid.split(".")[1], item.name))
        if item.codelist and variable is not None:
            own = (*variable.limited_to, variable.codelist)
            names[item.codelist].update(dict.fromkeys(each for each in own if each))
    for each in document.codelists:
        given = each.oid.removeprefix("CL.").partition(".")[0]
        names[each.oid].update(dict.fromkeys(it for it in (given, each.code) if it))
    return {oid: list(each) for oid, each in names.items()}
