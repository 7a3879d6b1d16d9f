"""Datasets and variables as an implementation guide lists them, and how a variable is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from trialport.standard.placeholders import filled_label, has_placeholder, matching_pattern


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a guide, e.g. AETERM.

    `core` is Req, Exp, Perm (SDTM) or Req, Cond, Perm (ADaM); `codelist` holds NCI codes, several
    joined with `;`; `order` counts from 1 within the dataset, 0 for a variable that the guide
    allows without listing it; `domain` is the described value domain (`ISO 8601 duration`,
    `MedDRA`), and `values` the only values allowed (`Y` for a flag, `AE` for DOMAIN in AE).
    """

    name: str
    label: str
    type: Literal["Char", "Num"]
    role: str
    core: str
    codelist: str
    order: int
    domain: str = ""
    values: tuple[str, ...] = ()

    @property
    def codelists(self) -> tuple[str, ...]:
        """The NCI codes of the codelists, in the guide's order."""
        return tuple(self.codelist.split(";")) if self.codelist else ()

    @property
    def has_open_label(self) -> bool:
        """Whether the guide leaves the label to the study, e.g. `{Date}` for `*DT`."""
        return "{" in self.label or "..." in self.label


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset of a guide with its variables in the guide's order.

    `keys` are the natural keys one usually starts from; a study states its own.
    """

    name: str
    label: str
    class_: str
    structure: str
    variables: tuple[Variable, ...]
    keys: tuple[str, ...]

    @property
    def define_class(self) -> str:
        """The class as Define-XML spells it, e.g. `SPECIAL PURPOSE`."""
        return self.class_.upper().replace("-", " ")

    def variable(self, name: str) -> Variable | None:
        """Return the variable that the dataset lists under exactly this name."""
        return _named(name, self.variables)


@dataclass(frozen=True)  # without slots, so that it can hold what its lookups need again and again
class Standard:
    """One version of an implementation guide.

    `general` holds what is allowed in a whole class without being listed in each dataset: for
    SDTM the general observation classes with `--` for the domain prefix, as datasets named
    Identifiers, Interventions, Events, Findings and Timing; for ADaM the naming fragments.
    """

    name: str
    version: str
    datasets: tuple[Dataset, ...]
    general: tuple[Dataset, ...] = ()

    @property
    def is_adam(self) -> bool:
        """Whether this is a guide for analysis datasets."""
        return self.name.upper().startswith("ADAM")

    def dataset(self, name: str) -> Dataset | None:
        """Return the dataset: SUPPAE is SUPPQUAL, and a split dataset such as LBHM is LB."""
        wanted = self._by_name
        if name in wanted or self.is_adam:
            return wanted.get(name)
        if name.startswith(("SUPP", "SQ")):
            return wanted.get("SUPPQUAL")
        return wanted.get(name[:2]) if len(name) <= 4 else None

    @cached_property
    def _by_name(self) -> Mapping[str, Dataset]:
        return {each.name: each for each in self.datasets}

    def variable(self, dataset: str, name: str, *, class_: str = "") -> Variable | None:
        """Return the variable of a dataset, or None where the guide does not know it.

        Args:
            dataset: for SDTM the dataset (AE, SUPPAE, LBHM); for ADaM the data structure
                (ADSL, BDS, OCCDS, ADAE, TTE); any other ADaM dataset is looked up in all
                structures of the guide.
            name: the variable, with every number in place: TRT01P, ANL02FL, AELOBXFL.
            class_: the class of a sponsor's own SDTM domain, e.g. Findings.

        Returns:
            The dataset's own definition; else for SDTM the one of the general observation
            class with the prefix put in; for ADaM the one of another structure or fragment.
            Those come with order 0 and core Perm. Numbers stand in the label as in the name.
        """
        if self.is_adam:
            return self._analysis_variable(dataset, name)
        known = self.dataset(dataset)
        listed = known.variable(name) if known is not None else None
        return listed or self._general_variable(dataset, name, known.class_ if known else class_)

    def _general_variable(self, dataset: str, name: str, class_: str) -> Variable | None:
        """Source: SDTMIG 3.4, 2.6 Creating a New Domain."""
        prefix, group = dataset[:2], class_.removesuffix(" About")
        if group not in {"Interventions", "Events", "Findings"}:
            return None
        generic = "--" + name[2:] if name.startswith(prefix) else name
        allowed = [ds for ds in self.general if ds.name in {"Identifiers", group, "Timing"}]
        found = _named(generic, (each for ds in allowed for each in ds.variables))
        return found and replace(found, name=name)

    def _analysis_variable(self, dataset: str, name: str) -> Variable | None:
        if dataset not in self._structures:
            self._structures[dataset] = _structure(dataset, (*self.datasets, *self.general))
        structure = self._structures[dataset]
        found = structure.own.named(name) or structure.own_numbered.fitting(name)
        if found is not None:
            return found
        elsewhere = (
            structure.others.named(name)
            or structure.others_numbered.fitting(name)
            or structure.all.fitting(name)
        )
        return elsewhere and replace(elsewhere, order=0, core="Perm")

    @cached_property
    def _structures(self) -> dict[str, _Structure]:
        """The data structures that were asked for so far."""
        return {}


@dataclass(frozen=True, slots=True)
class _Variables:
    """Variables by their names; of those of one name the first, and which names are patterns."""

    by_name: Mapping[str, Variable]
    patterns: tuple[str, ...]

    def named(self, name: str) -> Variable | None:
        """Return the variable of exactly this name."""
        return self.by_name.get(name)

    def fitting(self, name: str) -> Variable | None:
        """Return the variable with the most specific pattern that the name fits, filled in."""
        pattern = matching_pattern(name, self.patterns)
        if pattern is None:
            return None
        found = self.by_name[pattern]
        return replace(found, name=name, label=filled_label(found.label, pattern, name))


@dataclass(frozen=True, slots=True)
class _Structure:
    """What a data structure lists itself, what others list, and both without naming fragments."""

    own: _Variables
    own_numbered: _Variables
    others: _Variables
    others_numbered: _Variables
    all: _Variables


def _structure(name: str, datasets: Iterable[Dataset]) -> _Structure:
    own: list[Variable] = []
    others: list[Variable] = []
    for each in datasets:
        (own if each.name == name else others).extend(each.variables)
    return _Structure(
        _variables(own),
        _variables(each for each in own if "*" not in each.name),
        _variables(others),
        _variables(each for each in others if "*" not in each.name),
        _variables((*own, *others)),
    )


def _variables(listed: Iterable[Variable]) -> _Variables:
    found: dict[str, Variable] = {}
    for each in listed:
        found.setdefault(each.name, each)
    return _Variables(found, tuple(filter(has_placeholder, found)))


def find_variable(standards: Iterable[Standard], dataset: str, name: str) -> Variable | None:
    """Return the variable from several guides, e.g. ADaMIG and OCCDS of one study.

    The guide that has the dataset itself goes first; a definition with its own label goes before
    one of a mere naming fragment such as `*FL`.
    """
    ordered = sorted(standards, key=lambda each: each.dataset(dataset) is None)
    found = [each for standard in ordered if (each := standard.variable(dataset, name))]
    return min(found, key=lambda each: each.has_open_label, default=None)


def _named(name: str, variables: Iterable[Variable]) -> Variable | None:
    return next((each for each in variables if each.name == name), None)
