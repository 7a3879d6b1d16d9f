"""The nodes of concepts.yaml: what the study speaks of, and its codes."""

# ruff: noqa: RUF009 - `key` is `dataclasses.field` with metadata, not a shared default.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from trialport.diagnostics import Place
from trialport.spec import forms
from trialport.spec.nodes import Text, key


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A code system: somebody else's by its URL, or one of the study's own by its name."""

    ONE_OF: ClassVar[tuple[str, ...]] = ("url", "local")

    place: Place
    url: str = key("URL of the system", default="")
    r5: str = key("URL in R5, where that is another", default="")
    local: str = key("name in urn:trialport:STUDYID:name, a system of the study's own", default="")
    title: str = key("what it is", default="")
    licence: str = key("what its codes may be used for")
    data_only: bool = key(
        "yes: codes come from the user's data and are never written here", default=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptCoding:
    """One code of a concept, with what is known about it."""

    place: Place
    system: Text = key("name under systems")
    code: str = key("the code")
    r5: str = key("the code where R5 spells it otherwise", default="")
    display: str = key("the display of the system", default="")
    state: Literal["verified", "local", "unverified"] = key(
        "verified (by source), local, or unverified, which is never written to a resource"
    )
    source: str = key("where the code was seen; needed where it is verified", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing that the study speaks of, with its codes, the preferred first."""

    place: Place
    text: str = key("what it is, in words", default="")
    codings: tuple[ConceptCoding, ...] = key("its codes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptCodelist:
    """Values of a variable, each with its concept."""

    place: Place
    system: Text | None = key(
        "a system in which each value is a code of its own, beside its concept", default=None
    )
    concepts: Mapping[str, Text] = key("value: name of its concept", default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concepts:
    """Concepts of the study and their codes (concepts.yaml)."""

    place: Place
    drop: tuple[Text, ...] = key(
        "what is left out of the templates beneath, e.g. concepts.chimerism", default=()
    )
    systems: Mapping[str, System] = key("code systems", form=forms.WORD, default_factory=dict)
    concepts: Mapping[str, Concept] = key("the concepts", form=forms.WORD, default_factory=dict)
    codelists: Mapping[str, ConceptCodelist] = key(
        "concepts by the values of variables", form=forms.WORD, default_factory=dict
    )
