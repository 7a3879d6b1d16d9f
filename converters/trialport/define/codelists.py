"""The codelists of a define.xml: those of the study and of the guides, with the terms in use.

A sponsor's codelist is listed whole; of a published one the terms that the data hold, and those
that the sponsor added to it are marked. Variables with the same terms share a codelist.

Source: Define-XML 2.1, CodeList; SDTMIG 3.4, 4.3 Coding and Controlled Terminology.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from trialport.define.model import DefineCodelist, DefineStandard, DefineTerm
from trialport.define.types import Used, is_coded
from trialport.define.value_level import named_values
from trialport.plan.model import Step, ValuePlan, VariablePlan
from trialport.spec.nodes import DataType
from trialport.spec.vocabulary import StudyCodelist, Vocabulary
from trialport.terms.codelists import Codelist

Packages = Mapping[str, Mapping[str, Codelist]]
"""Terminology package (`sdtmct-2025-03-28`) to its codelists by NCI code."""

Place = tuple[str, str]
"""Dataset and variable."""

_Kind = Literal["text", "integer", "float"]
_VERSION = re.compile(r"(?P<name>.+?)\s+(?P<version>v?\d[\w.]*)")
_SETS = {"sdtmct": "SDTM", "adamct": "ADaM", "sendct": "SEND"}


def define_codelists(
    steps: Iterable[Step], vocabulary: Vocabulary, packages: Packages, used: Used
) -> tuple[tuple[DefineCodelist, ...], dict[Place, str]]:
    """Return the codelists, and their identifiers by dataset and variable, or value (`AVAL.OS`).

    A guide's codelist is taken where the study names none, and where it is not extensible or has
    every value there is: a guide may bind a result variable to a list for some tests only.
    """
    shared: defaultdict[DefineCodelist, list[Place]] = defaultdict(list)
    for step in steps:
        for each in step.variables:
            listing = _listing(step.name, each, vocabulary, packages, used)
            if listing is not None:
                shared[listing].append((step.name, each.name))
        for name, plan in named_values(step).items():
            listing = _listing_of_value(step, plan, vocabulary, packages, used)
            if listing is not None:
                shared[listing].append((step.name, name))
    bases = [each.oid for each in shared]
    made: list[DefineCodelist] = []
    oids: dict[Place, str] = {}
    for listing, places in shared.items():
        alone = bases.count(listing.oid) == 1
        codelist = _codelist(listing, "" if alone else ".".join(places[0]))
        made.append(codelist)
        oids |= dict.fromkeys(places, codelist.oid)
    return tuple(sorted(made, key=lambda each: each.oid)), oids


def guide_codes(steps: Iterable[Step], vocabulary: Vocabulary) -> set[str]:
    """Return the NCI codes of the codelists that the variables, or the study, may use."""
    own = {each.published.code for each in vocabulary.codelists.values() if each.published}
    return own | {code for step in steps for each in step.variables for code in each.nci_codelists}


def package_standard(package: str) -> DefineStandard:
    """Return a terminology package as Define-XML names it.

    >>> package_standard("sdtmct-2025-03-28").oid
    'STD.CT.SDTM.2025-03-28'
    """
    kind, _, version = package.partition("-")
    publishing_set = _SETS.get(kind, kind.upper())
    oid = f"STD.CT.{publishing_set}.{version}"
    return DefineStandard(oid, "CDISC/NCI", version, "CT", publishing_set)


def _listing(
    dataset: str, variable: VariablePlan, vocabulary: Vocabulary, packages: Packages, used: Used
) -> DefineCodelist | None:
    kind: _Kind = "text" if variable.type is DataType.CHAR else "integer"
    if variable.dictionary:
        return _dictionary(variable.dictionary, kind)
    if not is_coded(variable):
        return None
    values = used.get((dataset, variable.name), ())
    if any("." in each for each in values) and kind == "integer":
        kind = "float"
    own = _own(variable, vocabulary, values)
    if len(own) > 1:
        return _merged(f"{dataset}.{variable.name}", own, kind, values)
    if own:
        return _one(own[0], kind, values, packages)
    guide = _of_guide(variable, packages, values)
    return _published(guide, guide.name, kind, values, packages) if guide and values else None


def _listing_of_value(
    step: Step, plan: ValuePlan, vocabulary: Vocabulary, packages: Packages, used: Used
) -> DefineCodelist | None:
    """Return the codelist of some values of a variable, with those of its terms that are there."""
    variable = next((each for each in step.variables if each.name == plan.variable), None)
    codelist = vocabulary.codelists.get(plan.codelist)
    if codelist is None or variable is None:
        return None
    known = {*codelist.terms, *codelist.map.values()}
    there = used.get((step.name, variable.name), ())
    kind: _Kind = "text" if variable.type is DataType.CHAR else "integer"
    return _one(codelist, kind, [each for each in there if each in known], packages)


def _own(
    variable: VariablePlan, vocabulary: Vocabulary, values: Sequence[str]
) -> list[StudyCodelist]:
    """Return the study's codelists of a variable, unless it has values beside them."""
    names = variable.limited_to or ((variable.codelist,) if variable.codelist else ())
    found = [vocabulary.codelists[each] for each in names if each in vocabulary.codelists]
    free = not variable.limited_to and any(
        each not in it.terms and each not in it.map.values() for each in values for it in found
    )
    return [] if free else found


def _of_guide(variable: VariablePlan, packages: Packages, values: Sequence[str]) -> Codelist | None:
    known = [
        codelists[code]
        for code in variable.nci_codelists
        for codelists in packages.values()
        if code in codelists
    ]
    fitting = [each for each in known if all(value in each for value in values)]
    closed = [each for each in known if not each.extensible]
    return next(iter([*fitting, *closed]), None)


def _one(
    codelist: StudyCodelist, kind: _Kind, values: Sequence[str], packages: Packages
) -> DefineCodelist | None:
    if codelist.published is not None:
        listed = _published(
            codelist.published, codelist.published.name, kind, values, packages, codelist.terms
        )
        return listed if values else None
    terms = tuple(DefineTerm(value, decode) for value, decode in codelist.terms.items())
    terms += tuple(DefineTerm(each) for each in sorted(set(values) - set(codelist.terms)))
    name = codelist.name
    return DefineCodelist(f"CL.{name}", name, kind, terms) if terms else None


def _published(
    codelist: Codelist,
    name: str,
    kind: _Kind,
    values: Sequence[str],
    packages: Packages,
    decodes: Mapping[str, str] | None = None,
) -> DefineCodelist:
    terms = tuple(_published_term(codelist, each, decodes or {}) for each in sorted(set(values)))
    package = next((each for each, held in packages.items() if codelist.code in held), "")
    standard = package_standard(package).oid if package else ""
    oid = f"CL.{codelist.submission_name}"
    return DefineCodelist(oid, name, kind, terms, codelist.code, standard)


def _published_term(codelist: Codelist, value: str, decodes: Mapping[str, str]) -> DefineTerm:
    term = codelist.term(value)
    if term is None:
        return DefineTerm(value, decodes.get(value, ""), extended=True)
    return DefineTerm(value, term.decode, term.code)


def _merged(
    name: str, codelists: Sequence[StudyCodelist], kind: _Kind, values: Sequence[str]
) -> DefineCodelist | None:
    """Return one list of the terms of several codelists: all of a sponsor's, those in use else."""
    found: dict[str, DefineTerm] = {}
    for each in codelists:
        for value, decode in each.terms.items():
            term = each.published.term(value) if each.published else None
            if each.published is None or value in values:
                found.setdefault(value, DefineTerm(value, decode, term.code if term else ""))
    for value in sorted(set(values) - set(found)):
        found[value] = DefineTerm(value)
    return DefineCodelist(f"CL.{name}", name, kind, tuple(found.values())) if found else None


def _dictionary(text: str, kind: _Kind) -> DefineCodelist:
    stated = _VERSION.fullmatch(text)
    name, version = (stated["name"], stated["version"]) if stated else (text, "")
    suffix = "" if kind == "text" else " codes"
    oid = f"CL.DICT.{name}{suffix}".replace(" ", "_")
    return DefineCodelist(oid, f"{name}{suffix}", kind, dictionary=name, version=version)


def _codelist(listing: DefineCodelist, place: str) -> DefineCodelist:
    """Return a listing as it is written, named by a place where its name alone is not enough."""
    return replace(
        listing,
        oid=f"{listing.oid}.{place}" if place else listing.oid,
        name=f"{listing.name} ({place})" if place else listing.name,
        terms=_decoded(listing.terms),
        non_standard=not (listing.standard or listing.dictionary),
    )


def _decoded(terms: tuple[DefineTerm, ...]) -> tuple[DefineTerm, ...]:
    """Return the terms without decodes where none says more than the term itself."""
    if any(each.decode not in {"", each.value} for each in terms):
        return terms
    return tuple(replace(each, decode="") for each in terms)
