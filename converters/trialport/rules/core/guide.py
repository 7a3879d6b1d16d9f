"""What an implementation guide and its model say of a domain, as CORE rules ask for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from trialport.standard.model import Dataset, Standard, Variable

_GENERAL = ("Interventions", "Events", "Findings")
_OF_MODEL = {
    **dict.fromkeys(("AC", "TP", "TT", "TX"), "TRIAL DESIGN"),
    **dict.fromkeys(("APRELSUB", "DR", "POOLDEF", "RELSPEC", "RELSUB"), "RELATIONSHIP"),
    **dict.fromkeys(("DI", "OI"), "STUDY REFERENCE"),
    **dict.fromkeys(("SJ", "SM"), "SPECIAL PURPOSE"),
}
"""Datasets that the model knows beyond those of the guide. Source: SDTM 2.0."""
_LEADING = (
    Variable("STUDYID", "Study Identifier", "Char", "Identifier", "Req", "", 0),
    Variable("DOMAIN", "Domain Abbreviation", "Char", "Identifier", "Req", "", 0),
)
_OF_PERSONS = (
    Variable("APID", "Associated Persons Identifier", "Char", "Identifier", "Req", "", 0),
    Variable("RSUBJID", "Related Subject or Pool Identifier", "Char", "Identifier", "Perm", "", 0),
    Variable("RDEVID", "Related Device Identifier", "Char", "Identifier", "Perm", "", 0),
    Variable("SREL", "Subject, Device or Study Relationship", "Char", "Identifier", "Perm", "", 0),
)
"""Identifiers of associated persons, in place of USUBJID. Source: SDTMIG-AP 1.0, 3.1."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A tabulation guide with the model it is built on."""

    standard: Standard
    _made: dict[tuple[str, ...], tuple[Variable, ...]] = field(
        default_factory=dict[tuple[str, ...], tuple[Variable, ...]], compare=False, repr=False
    )

    def is_custom(self, domain: str) -> bool:
        """Return whether neither guide nor model knows the domain."""
        return _exact(self.standard, domain) is None and domain not in _OF_MODEL

    def label(self, domain: str) -> str:
        """Return the label of a domain, empty for one that the guide does not know."""
        known = _exact(self.standard, domain)
        return known.label if known else ""

    def dataset_class(self, whole: str, columns: Collection[str], domain: str) -> str:
        """Return the class of a dataset, in capitals; empty where nothing tells it.

        Source: SDTMIG 3.4, 2.6: the topic variable of a sponsor's domain tells its class.
        """
        known = _exact(self.standard, whole)
        if known is not None:
            return known.define_class
        if whole in _OF_MODEL:
            return _OF_MODEL[whole]
        if domain:
            topics = (("TERM", "EVENTS"), ("TRT", "INTERVENTIONS"))
            for topic, name in topics:
                if domain + topic in columns:
                    return name
            if domain + "TESTCD" in columns:
                return "FINDINGS ABOUT" if domain + "OBJ" in columns else "FINDINGS"
        return "RELATIONSHIP" if "QNAM" in columns and "RDOMAIN" in columns else ""

    def variables(self, whole: str, prefix: str, columns: Collection[str]) -> tuple[Variable, ...]:
        """Return the variables that a dataset may have, in the order they should stand in.

        Those of the general observation classes: identifiers, topic and qualifiers, timing, each
        as the guide lists it where it does.
        """
        known = _exact(self.standard, _listed(whole))
        model = self.model_variables(whole, prefix, columns)
        return _merged(model, known.variables) if known else model

    def model_variables(
        self, whole: str, prefix: str, columns: Collection[str]
    ) -> tuple[Variable, ...]:
        """Return the variables that the model allows for the class of a dataset."""
        known = _exact(self.standard, _listed(whole))
        class_ = known.define_class if known else self.dataset_class(whole, columns, prefix)
        if class_.title().removesuffix(" About") in _GENERAL:
            return self._of_class(whole, class_, prefix)
        return known.variables if known else ()

    def _of_class(self, whole: str, class_: str, prefix: str) -> tuple[Variable, ...]:
        """Return the variables of a general observation class; they are put together once."""
        asked = (whole, class_, prefix)
        if asked not in self._made:
            self._made[asked] = self._put_together(*asked)
        return self._made[asked]

    def _put_together(self, whole: str, class_: str, prefix: str) -> tuple[Variable, ...]:
        name = class_.title().removesuffix(" About")
        groups = {each.name: each for each in self.standard.general}
        found = [*_LEADING, *groups["Identifiers"].variables]
        if whole.startswith("AP") and whole != prefix:
            found = [*(each for each in found if each.name != "USUBJID"), *_OF_PERSONS]
        found += (each for each in groups[name].variables if _is_of(class_, each))
        found += groups["Timing"].variables
        return tuple(_named(each, prefix) for each in found)


def _exact(standard: Standard, name: str) -> Dataset | None:
    return next((each for each in standard.datasets if each.name == name), None)


def _listed(whole: str) -> str:
    return "SUPPQUAL" if whole.startswith(("SUPP", "SQ")) else whole


def _is_of(class_: str, variable: Variable) -> bool:
    """Return whether a class has a variable: only findings about something have --OBJ."""
    return variable.name != "--OBJ" or class_ == "FINDINGS ABOUT"


def _named(variable: Variable, prefix: str) -> Variable:
    return replace(variable, name=variable.name.replace("--", prefix))


def _merged(model: Iterable[Variable], guide: Iterable[Variable]) -> tuple[Variable, ...]:
    """Return the model's variables as the guide has them, its others at the end of their part."""
    found = list(model)
    for variable in guide:
        at = next((i for i, each in enumerate(found) if each.name == variable.name), None)
        if at is not None:
            found[at] = variable
        else:
            found.insert(_end_of_part(found, variable.role), variable)
    return tuple(found)


def _end_of_part(found: list[Variable], role: str) -> int:
    if role == "Timing":
        return len(found)
    timing = [i for i, each in enumerate(found) if each.role == "Timing"]
    identifiers = [i for i, each in enumerate(found) if each.role == "Identifier"]
    if role == "Identifier":
        return identifiers[-1] + 1 if identifiers else 0
    return timing[0] if timing else len(found)
