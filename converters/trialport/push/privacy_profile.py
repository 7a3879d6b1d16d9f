"""Privacy profiles: what may be sent of a subject, written as YAML with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from trialport.diagnostics import Diagnostic, Place, SpecError, did_you_mean
from trialport.spec import load_faults as faults
from trialport.spec.nodes import key
from trialport.spec.read_node import read_node
from trialport.spec.yaml_text import LARGEST_FILE, compose
from trialport.templates import shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """An element that may be sent although a push refuses it otherwise."""

    place: Place
    element: str = key("its path, e.g. AdverseEvent.event.text; * is any letters")
    because: str = key("the reason, for whoever answers for it")

    def covers(self, path: str) -> bool:
        """Return whether the element, or what it is in, is meant.

        >>> allowed = Allowed(place=Place(), element="*.dosage", because="coded by the EDC")
        >>> allowed.covers("MedicationAdministration.dosage.text"), allowed.covers("Dosage.text")
        (True, False)
        """
        return fnmatchcase(path, self.element) or fnmatchcase(path, f"{self.element}.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyProfile:
    """What a push may send of subjects."""

    place: Place
    title: str = key("what the profile is for, in one line")
    systems: tuple[str, ...] = key(
        "beginnings of the systems whose identifiers of subjects may be sent", default=()
    )
    allow: tuple[Allowed, ...] = key("elements that may be sent, with the reasons", default=())

    def allows(self, path: str) -> bool:
        """Return whether an element may be sent, by its path without positions."""
        return any(each.covers(path) for each in self.allow)

    def knows(self, system: object) -> bool:
        """Return whether identifiers of a system may be sent."""
        return isinstance(system, str) and system.startswith(self.systems)


def load_privacy(name: str) -> PrivacyProfile:
    """Return a shipped profile by its name, or the profile of a file.

    Raises:
        SpecError: E4410, there is none of that name; E10 and E11, the faults of the file.
    """
    folder = shipped() / "privacy"
    names = sorted(
        each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml")
    )
    if name in names:
        file = f"mappings/privacy/{name}.yaml"
        text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    elif Path(name).is_file():
        file, text = Path(name).as_posix(), _text(Path(name))
    else:
        problem = f"there is neither a file nor a shipped privacy profile '{name}'"
        raise SpecError([Diagnostic("E4410", Place(), problem, did_you_mean(name, names))])
    root, found = compose(text, file)
    if root is None:
        raise SpecError(found or [faults.missing_key(Place(file), "title", "the profile", "")])
    profile, found = read_node(PrivacyProfile, root)
    if profile is None:
        raise SpecError(found)
    return profile


def _text(path: Path) -> str:
    place = Place(path.as_posix())
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SpecError([faults.too_large(place, LARGEST_FILE)])
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError([faults.cannot_open(place, reason)]) from error
    except UnicodeDecodeError as error:
        raise SpecError([faults.not_utf8(place)]) from error
