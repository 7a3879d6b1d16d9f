"""What an agency asks of submission files: dated data, each rule with its source.

Source: mappings/profiles; see the `source` of each rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from trialport.diagnostics import Diagnostic, Place, Severity, SpecError, did_you_mean
from trialport.metadata import DatasetMetadata
from trialport.templates import shipped

READ = ("original", "second-hand", "decision")
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class ProfileRule:
    """One rule: its value, and where that comes from."""

    value: Any
    source: str
    date: str
    read: str


@dataclass(frozen=True, slots=True)
class Need:
    """What a criterion looks for: a file, or a parameter of a dataset of trial design."""

    file: str = ""
    dataset: str = ""
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion by which an agency turns a submission back, and where that was read.

    Without `needs` it is about what datasets do not tell.
    """

    code: str
    title: str
    needs: tuple[Need, ...]
    source: str
    date: str
    read: str


@dataclass(frozen=True, slots=True)
class Profile:
    """An agency's rules at a date; `name` is e.g. `fda-2025-04`."""

    name: str
    agency: str
    rules: Mapping[str, ProfileRule]
    criteria: tuple[Criterion, ...] = ()

    @property
    def encodings(self) -> tuple[str, ...]:
        """The encodings that text may have."""
        return tuple(self.rules["encodings"].value)

    @property
    def largest_file(self) -> int:
        """The bytes of the largest dataset that is sent in one piece."""
        return int(self.rules["largest_file"].value)

    @property
    def splits(self) -> bool:
        """Whether a larger dataset is sent in parts as well."""
        return self.rules["oversize"].value == "split"

    @property
    def translated(self) -> tuple[str, ...]:
        """The languages that labels and terms are wanted in, beside English."""
        return tuple(self.rules["translated"].value)


def profile_names() -> tuple[str, ...]:
    """Return the names of all profiles, the latest of an agency last."""
    folder = shipped() / "profiles"
    names = (each.name for each in folder.iterdir() if each.name.endswith(".yaml"))
    return tuple(sorted(name.removesuffix(".yaml") for name in names))


def load_profile(name: str, place: Place | None = None) -> Profile:
    """Return the profile of a name (`fda-2025-04`), or the latest of an agency (`fda`).

    Raises:
        SpecError: E1291, there is none.
    """
    known = profile_names()
    found = [each for each in known if name in (each, each.partition("-")[0])]
    if not found:
        remedy = did_you_mean(name, known)
        problem = f"there is no profile '{name}'"
        raise SpecError([Diagnostic("E1291", place or Place(), problem, remedy)])
    text = (shipped() / "profiles" / f"{found[-1]}.yaml").read_text(encoding="utf-8")
    content: Any = yaml.load(text, _LOADER)
    rules = {
        key: ProfileRule(each["value"], each["source"], str(each["date"]), each["read"])
        for key, each in content["rules"].items()
    }
    criteria = tuple(_criterion(each) for each in content.get("criteria", ()))
    return Profile(found[-1], content["agency"], rules, criteria)


def _criterion(entry: Mapping[str, Any]) -> Criterion:
    needs = tuple(Need(**each) for each in entry["needs"])
    told = (str(entry[key]) for key in ("source", "date", "read"))
    return Criterion(str(entry["code"]), entry["title"], needs, *told)


def profile_faults(
    profile: Profile,
    described: Iterable[DatasetMetadata],
    sizes: Mapping[str, int],
    encoding: str,
    *,
    place: str = "study.yaml",
) -> list[Diagnostic]:
    """Return where datasets do not keep to a profile.

    Args:
        profile: the agency's rules.
        described: the datasets.
        sizes: bytes of each file by its path.
        encoding: the encoding of the text.
        place: the file that states the encoding.

    Returns:
        E4092 the encoding, E4093 a file that is too large (a warning where it may be split), E4094
        a character in a label, E4095 the name of a file.
    """
    found: list[Diagnostic] = []
    if encoding not in profile.encodings:
        problem = f"the encoding {encoding} is none of the profile {profile.name}"
        remedy = f"use {' or '.join(profile.encodings)}"
        found.append(Diagnostic("E4092", Place(place), problem, remedy))
    for dataset in described:
        found += _size_faults(profile, dataset, sizes.get(dataset.path, 0))
        found += _label_faults(profile, dataset)
        stem = dataset.path.rpartition("/")[2].removesuffix(".xpt")
        if not re.fullmatch(str(profile.rules["file_name"].value), stem):
            problem = f"the file name '{stem}' is not one of the profile {profile.name}"
            found.append(Diagnostic("E4095", Place(dataset.path), problem))
    return found


def _size_faults(profile: Profile, dataset: DatasetMetadata, size: int) -> list[Diagnostic]:
    if size <= profile.largest_file:
        return []
    problem = f"the file has {size} bytes, more than the {profile.largest_file} of {profile.name}"
    remedy = (
        "the package holds its parts as well" if profile.splits else "agree on it with the agency"
    )
    return [Diagnostic("E4093", Place(dataset.path), problem, remedy, Severity.WARNING)]


def _label_faults(profile: Profile, dataset: DatasetMetadata) -> Sequence[Diagnostic]:
    if profile.rules["label_characters"].value != "ascii":
        return ()
    labels = {"": dataset.label} | {each.name: each.label for each in dataset.variables}
    return [
        Diagnostic(
            "E4094",
            Place(record=dataset.name, column=name),
            f"the label holds a character that is not ASCII, which {profile.name} asks for",
            "write the label in plain letters",
        )
        for name, label in labels.items()
        if not label.isascii()
    ]
