"""Read an implementation guide from its tables: one CSV a dataset, variables in guide order."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from typing import Literal

from trialport.diagnostics import Diagnostic, Place, SpecError, did_you_mean
from trialport.standard.model import Dataset, Standard, Variable

_INDEX = "datasets.csv"
_GENERAL = {True: "adam-general.csv", False: "sdtm-general.csv"}


def load_standard(
    folder: Traversable,
    name: str,
    version: str,
    datasets: Iterable[str] | None = None,
    *,
    place: Place | None = None,
) -> Standard:
    """Return one version of a guide with the datasets asked for, or with all of them.

    Args:
        folder: the folder of all standards, each in a folder such as `sdtmig-3.4`.
        name: SDTMIG, ADaMIG, ADaM-OCCDS, ADaM-TTE or ADaM-ADAE, in any case.
        version: as the guide numbers it, e.g. `3.4`.
        datasets: dataset names as a study has them; SUPPAE stands for SUPPQUAL, LBHM for LB.
            Names the guide does not know are passed over. An ADaM guide is small and is read
            whole.
        place: where the standard was asked for, for the diagnostic.

    Raises:
        SpecError: E1240, there is no such standard.
    """
    where = folder / _folder_name(name, version)
    if not (where / _INDEX).is_file():
        raise SpecError([_unknown_standard(folder, name, version, place or Place())])
    index = _read(where / _INDEX)
    is_adam = _folder_name(name, version).startswith("adam")
    listed = [row["dataset"] for row in _rows(index)]
    wanted = listed if datasets is None or is_adam else _wanted(datasets, listed)
    texts = {each: _read(where / f"{each.lower()}.csv") for each in wanted}
    return parse_standard(name, version, index, texts, _read(folder / _GENERAL[is_adam]))


def parse_standard(
    name: str, version: str, index: str, variables: Mapping[str, str], general: str = ""
) -> Standard:
    """Return the standard from the text of its tables.

    Args:
        name: e.g. SDTMIG.
        version: e.g. 3.4; what the general classes allow only since a later one is left out.
        index: the text of `datasets.csv`.
        variables: dataset name to the text of its table; datasets without one are left out.
        general: the text of the table of variables that need no listing.
    """
    datasets = tuple(
        _dataset(row, variables[row["dataset"]])
        for row in _rows(index)
        if row["dataset"] in variables
    )
    return Standard(name, version, datasets, _general(general, version))


def known_standards(folder: Traversable) -> tuple[str, ...]:
    """Return the standards in the folder as `name-version`, sorted, e.g. `sdtmig-3.4`."""
    return tuple(sorted(each.name for each in folder.iterdir() if (each / _INDEX).is_file()))


def _folder_name(name: str, version: str) -> str:
    return f"{name.strip().lower().replace(' ', '-')}-{version.strip()}"


def _read(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")


def _rows(text: str) -> csv.DictReader[str]:
    return csv.DictReader(text.splitlines())


def _wanted(asked: Iterable[str], listed: Iterable[str]) -> list[str]:
    """Return the guide's datasets that the names asked for stand for, in the guide's order."""
    names = set(asked)
    stems = names | {name[:2] for name in names if len(name) <= 4}
    if any(name.startswith(("SUPP", "SQ")) for name in names):
        stems.add("SUPPQUAL")
    return [each for each in listed if each in stems]


def _dataset(row: Mapping[str, str], text: str) -> Dataset:
    return Dataset(
        name=row["dataset"],
        label=row["label"],
        class_=row["class"],
        structure=row["structure"],
        variables=tuple(_variable(each, order) for order, each in enumerate(_rows(text), 1)),
        keys=tuple(row["keys"].split()),
    )


def _variable(row: Mapping[str, str], order: int, core: str = "") -> Variable:
    values = row.get("values", "")
    return Variable(
        name=row["variable"],
        label=row["label"],
        type=_type(row["type"]),
        role=row.get("role", ""),
        core=core or row["core"],
        codelist=row.get("codelist", ""),
        order=order,
        domain=row.get("domain", ""),
        values=tuple(values.split(";")) if values else (),
    )


def _type(text: str) -> Literal["Char", "Num"]:
    return "Num" if text == "Num" else "Char"


def _general(text: str, version: str) -> tuple[Dataset, ...]:
    groups: dict[str, list[Variable]] = {}
    for row in _rows(text):
        if row.get("since", "") <= version:
            group = row.get("class", "Fragments")
            groups.setdefault(group, []).append(_variable(row, 0, core="Perm"))
    return tuple(Dataset(name, "", name, "", tuple(found), ()) for name, found in groups.items())


def _unknown_standard(folder: Traversable, name: str, version: str, place: Place) -> Diagnostic:
    problem = f"there is no standard '{name} {version}'"
    remedy = did_you_mean(_folder_name(name, version), known_standards(folder))
    return Diagnostic("E1240", place, problem, remedy)
