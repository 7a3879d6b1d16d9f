"""What the standards say of datasets as they are found, by name and by the variables they have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from trialport.metadata import DatasetMetadata
from trialport.standard.load import load_standard
from trialport.standard.model import Dataset, Standard, Variable, find_variable
from trialport.templates import shipped
from trialport.terms.codelists import Codelist, load_terminology

SDTM_GUIDE = ("SDTMIG", "3.4")
_OF_NO_STRUCTURE = "ADAM OTHER"
ADAM_GUIDES = (("ADaMIG", "1.3"), ("ADaM-TTE", "1.0"), ("ADaM-OCCDS", "1.1"))


@dataclass(frozen=True, slots=True)
class Standards:
    """The guides and the codelists, by NCI code, that datasets are judged by."""

    sdtm: Standard | None = None
    adam: tuple[Standard, ...] = ()
    codelists: Mapping[str, Codelist] = field(default_factory=lambda: MappingProxyType({}))

    def dataset(self, name: str, group: str, variables: Collection[str]) -> Dataset | None:
        """Return the guide's dataset or, for an analysis dataset, its data structure."""
        if group == "sdtm":
            return self.sdtm.dataset(name) if self.sdtm else None
        wanted = structure(name, variables)
        return next((found for each in self.adam if (found := each.dataset(wanted))), None)

    def described(self, dataset: DatasetMetadata) -> Dataset | None:
        """Return the guide's dataset or data structure; none where its class says ADAM OTHER."""
        if dataset.class_ == _OF_NO_STRUCTURE:
            return None
        names = [each.name for each in dataset.variables]
        return self.dataset(dataset.name, dataset.group, names)

    def variable(
        self, dataset: str, group: str, variables: Collection[str], name: str
    ) -> Variable | None:
        """Return what the guides say of a variable."""
        if group == "sdtm":
            return self.sdtm.variable(dataset, name) if self.sdtm else None
        return find_variable(self.adam, structure(dataset, variables), name)


def structure(name: str, variables: Collection[str]) -> str:
    """Return the data structure that an analysis dataset follows, told by its variables.

    >>> structure("ADTTE", ["USUBJID", "PARAMCD", "AVAL", "CNSR"])
    'TTE'
    """
    if name in {"ADSL", "ADAE"}:
        return name
    if "PARAMCD" in variables:
        return "TTE" if "CNSR" in variables else "BDS"
    return "OCCDS"


def shipped_standards(datasets: Iterable[str], codes: Collection[str] | None = ()) -> Standards:
    """Return SDTMIG 3.4 and ADaMIG 1.3 with its TTE and OCCDS, and published codelists.

    Args:
        datasets: names of the tabulation datasets to be judged.
        codes: NCI codes of the codelists wanted, of the newest terminology shipped; None for all.
    """
    folder = shipped() / "standard"
    adam = tuple(load_standard(folder, name, version) for name, version in ADAM_GUIDES)
    return Standards(load_standard(folder, *SDTM_GUIDE, datasets), adam, _codelists(codes))


@cache
def _package(kind: str, version: str) -> str:
    """Return the shipped package of a date, or the newest of its kind."""
    folder = shipped() / "terminology"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".csv.gz"))
    of_kind = [each for each in names if each.startswith(f"{kind}-")]
    wanted = f"{kind}-{version}.csv.gz"
    return wanted if wanted in of_kind else max(of_kind)


@cache
def _published(kind: str, codes: tuple[str, ...], version: str) -> tuple[Codelist, ...]:
    package = shipped() / "terminology" / _package(kind, version)
    return tuple(load_terminology(package.read_bytes(), codes).values())


def published_codelists(codes: Collection[str], version: str = "") -> tuple[Codelist, ...]:
    """Return codelists of SDTM terminology by NCI codes or submission names.

    Of the package of that date where it is shipped, else of the newest.
    """
    return _published("sdtmct", tuple(sorted(codes)), version)


def _codelists(codes: Collection[str] | None) -> dict[str, Codelist]:
    """Return codelists of the newest packages; those named are read once for all datasets."""
    found: dict[str, Codelist] = {}
    for kind in ("sdtmct", "adamct") if codes is None or codes else ():
        if codes is None:
            package = shipped() / "terminology" / _package(kind, "")
            found |= load_terminology(package.read_bytes())
        else:
            named = _published(kind, tuple(sorted(codes)), "")
            found |= {each.code: each for each in named}
    return found
