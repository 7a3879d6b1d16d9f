"""The languages that datasets are written in beside English: their labels read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from trialport.diagnostics import Diagnostic, Place, Severity, SpecError, did_you_mean
from trialport.plan.model import Plan
from trialport.profiles import Profile
from trialport.spec.label_nodes import Labels
from trialport.spec.nodes import Specification, Text
from trialport.spec.read_node import read_node
from trialport.spec.translation import LANGUAGES, Translation
from trialport.spec.vocabulary import Vocabulary
from trialport.spec.yaml_text import compose
from trialport.templates import shipped
from trialport.xport.encodings import ENCODINGS, known_encoding
from trialport.xport.model import LONGEST_LABEL

_DEFAULT_ENCODING = "utf-8"


def study_translations(
    specification: Specification, asked: Sequence[str], profile: Profile | None
) -> tuple[dict[str, Translation], list[Diagnostic]]:
    """Return the translations that a conversion writes, by language, and the faults.

    Args:
        specification: the study, with its labels.
        asked: languages asked for beside those of study.yaml.
        profile: the agency's rules, or None; the languages that it wants are written too.

    Returns:
        E1292 an unknown language, E1293 an unknown encoding, E1294 a label that is too long or
        that its encoding cannot hold.
    """
    own = specification.labels
    wanted = {each.text: each.place for each in specification.study.languages}
    wanted |= {each: labels.place for each, labels in own.items()}
    found = [_unknown_language(*each) for each in wanted.items() if each[0] not in LANGUAGES]
    found += [_unknown_language(each, Place()) for each in asked if each not in LANGUAGES]
    for language, labels in own.items():
        found += _label_faults(labels, _encoding(labels, profile), language)
    written = {*asked, *(each.text for each in specification.study.languages)}
    written |= set(profile.translated) if profile else set()
    translations = {
        each: Translation(
            each,
            _encoding(own.get(each), profile),
            tuple(it for it in (own.get(each), shipped_labels(each)) if it is not None),
        )
        for each in sorted(written & {*LANGUAGES})
    }
    return translations, found


def label_name_faults(
    labels: Iterable[Labels], plan: Plan, vocabulary: Vocabulary
) -> Iterator[Diagnostic]:
    """Yield E1295, a warning, for each dataset, variable, codelist and term that is not there."""
    datasets = {each.name for each in plan.steps}
    variables = {it.name for each in plan.steps for it in each.variables}
    variables |= {f"{each.name}.{it.name}" for each in plan.steps for it in each.variables}
    codelists = _codelist_terms(plan, vocabulary)
    for each in labels:
        yield from _unknown("dataset", each.datasets, datasets)
        named = {name: text for name, text in each.variables.items() if not _is_qualifier(name)}
        yield from _unknown("variable", named, variables)
        for name, terms in each.terms.items():
            if name not in codelists:
                yield from _unknown("codelist", {name: next(iter(terms.values()))}, codelists)
            elif codelists[name]:
                yield from _unknown(f"term of codelist {name}", terms, codelists[name])


@cache
def shipped_labels(language: str) -> Labels | None:
    """Return the labels of standard variables in a language, or None where none are shipped."""
    path = shipped() / "languages" / f"{language}.yaml"
    if not path.is_file():
        return None
    root, found = compose(path.read_text(encoding="utf-8"), f"languages/{language}.yaml")
    if root is not None:
        labels, faults = read_node(Labels, root)
        found += faults
        if labels is not None:
            return labels
    raise SpecError(found)


def _encoding(labels: Labels | None, profile: Profile | None) -> str:
    """Return the encoding stated, or the first one of the profile that holds more than ASCII."""
    if labels is not None and labels.encoding is not None:
        return labels.encoding.text
    known = profile.encodings if profile else ()
    return next((each for each in known if each != "ascii"), _DEFAULT_ENCODING)


def _label_faults(labels: Labels, encoding: str, language: str) -> Iterator[Diagnostic]:
    if known_encoding(encoding) is None:
        place = labels.encoding.place if labels.encoding is not None else labels.place
        remedy = did_you_mean(encoding, ENCODINGS) or "use 'utf-8' or 'gb18030'"
        yield Diagnostic("E1293", place, f"unknown encoding '{encoding}'", remedy)
        return
    for group in (labels.labels, labels.datasets, labels.variables):
        for name, label in group.items():
            problem, remedy = _misfit(label.text, encoding)
            if problem:
                problem = f"the {language} label of '{name}' {problem}"
                yield Diagnostic("E1294", label.place, problem, remedy)


def _misfit(label: str, encoding: str) -> tuple[str, str]:
    """Return what keeps a label out of a transport file, and the remedy; '' where nothing does."""
    try:
        size = len(label.encode(encoding))
    except UnicodeEncodeError as error:
        problem = f"holds '{label[error.start]}', which does not fit {encoding}"
        return problem, "change the label, or state another encoding"
    if size <= LONGEST_LABEL:
        return "", ""
    shorter = encoding == "utf-8" and len(label.encode("gb18030", "replace")) <= LONGEST_LABEL
    remedy = f"shorten it to {LONGEST_LABEL} bytes" + (
        ", or state 'encoding: gb18030', in which it fits" if shorter else ""
    )
    return f"has {size} bytes in {encoding}, more than a transport file keeps", remedy


def _codelist_terms(plan: Plan, vocabulary: Vocabulary) -> dict[str, set[str]]:
    """Return the terms of each codelist by every name it has; none of those of guides alone."""
    variables = [it for each in plan.written for it in each.variables]
    known: dict[str, set[str]] = {code: set() for it in variables for code in it.nci_codelists}
    for name, each in vocabulary.codelists.items():
        terms = {*each.terms, *each.map.values()}
        known[name] = terms
        if each.published is not None:
            terms = {*terms, *each.published.values}
            for other in (each.published.submission_name, each.published.code):
                known[other] = known.get(other, set()) | terms
    return known


def _is_qualifier(name: str) -> bool:
    """Say whether a name may be that of a supplemental qualifier, e.g. SUPPAE.AESICAT."""
    return name.startswith("SUPP") and "." in name


def _unknown(what: str, written: Mapping[str, Text], known: Iterable[str]) -> Iterator[Diagnostic]:
    names = set(known)
    for name, text in written.items():
        if name not in names:
            problem = f"the study has no {what} '{name}', which a label is given for"
            remedy = did_you_mean(name, sorted(names))
            yield Diagnostic("E1295", text.place, problem, remedy, Severity.WARNING)


def _unknown_language(language: str, place: Place) -> Diagnostic:
    problem = f"there is no language '{language}'"
    return Diagnostic("E1292", place, problem, did_you_mean(language, LANGUAGES))
