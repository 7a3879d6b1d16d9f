"""The codelists of a document of Define-XML as a specification names them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from trialport.define.model import NUMBERS, DefineCodelist, DefineDocument, DefineTerm
from trialport.define.skeleton_standards import Chosen
from trialport.define.yaml_text import Flow
from trialport.templates import shipped
from trialport.terms.codelists import Codelist, load_terminology

_NO_WORD = re.compile("[^A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class StudyCodelists:
    """Entries of terminology.yaml by name, and the name of each identifier of the document."""

    entries: dict[str, Any]
    names: dict[str, str]


def study_codelists(document: DefineDocument, chosen: Chosen) -> StudyCodelists:
    """Return the codelists of a document; dictionaries are none.

    A published codelist is named by its NCI code, with the terms that the sponsor added. Where the
    package does not have it, or does not let it be extended, its terms are listed.
    """
    listed = [each for each in document.codelists if each.terms and not each.dictionary]
    published: dict[str, Codelist] = {}
    for package in chosen.packages.values():
        content = (shipped() / "terminology" / f"{package}.csv.gz").read_bytes()
        published |= load_terminology(content, {each.code for each in listed if each.code})
    names: dict[str, str] = {}
    taken: set[str] = set()
    for each in listed:
        names[each.oid] = study_name(each.oid, taken)
        taken.add(names[each.oid].casefold())
    entries = {names[each.oid]: _entry(each, published.get(each.code)) for each in listed}
    return StudyCodelists(entries, names)


def study_name(oid: str, taken: Collection[str]) -> str:
    """Return the identifier of a codelist as a name of the language.

    It has a number where the name is taken; `taken` are names without capitals.
    """
    word = _NO_WORD.sub("_", oid.removeprefix("CL.")).strip("_")[:56] or "CODELIST"
    word = f"_{word}" if word[0].isdigit() else word
    number = 2
    name = word
    while name.casefold() in taken:
        name, number = f"{word}_{number}", number + 1
    return name


def _entry(codelist: DefineCodelist, published: Codelist | None) -> dict[str, Any]:
    if published is not None:
        added = [each for each in codelist.terms if each.value not in published]
        if not added or published.extensible:
            extend = {"extend": Flow(_terms(added))} if added else {}
            return {"nci": published.code, **extend}
    made: dict[str, Any] = {"name": " ".join(codelist.name.split())}
    made |= {"type": "number"} if codelist.type in NUMBERS else {}
    return {**made, "terms": Flow(_terms(codelist.terms))}


def _terms(terms: tuple[DefineTerm, ...] | list[DefineTerm]) -> dict[str, str]:
    return {each.value: each.decode or each.value for each in terms}
