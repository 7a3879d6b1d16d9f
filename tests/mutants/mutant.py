"""What a mutant is: one change of one file, with what it must lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Expected(StrEnum):
    """What a change must lead to, decided by the operator before anything is run.

    FAULT: `check` names the right line, or, where no reader of the specification alone could
    know, the conversion has a finding that it did not have before. LEGAL: it converts, and
    comparing the plans names the variables changed. EQUIVALENT: the same bytes.
    """

    FAULT = "fault"
    LEGAL = "legal"
    EQUIVALENT = "equivalent"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a specification.

    `start` and `end` are the span of the file's text that `new` replaces; `line` is where it
    stands. `places` are further (file, line) where the fault may be named as well as at the line
    itself, e.g. what uses a variable that is gone. `changed` are what a comparison must name, as
    `DATASET.VARIABLE` or `DATASET`, at least one of them.
    """

    operator: str
    expected: Expected
    file: str
    line: int
    start: int
    end: int
    new: str
    places: tuple[tuple[str, int], ...] = ()
    changed: tuple[str, ...] = ()

    def applied(self, files: Mapping[str, str]) -> dict[str, str]:
        """Return the files with the change made."""
        text = files[self.file]
        return {**files, self.file: text[: self.start] + self.new + text[self.end :]}

    def shown(self, files: Mapping[str, str]) -> str:
        """Return the change on one line: `old -> new`, what is around it cut away."""
        old = files[self.file][self.start : self.end]
        return f"{_short(old)} -> {_short(self.new)}"


def _short(text: str) -> str:
    plain = text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
    return plain if len(plain) <= 60 else f"{plain[:40]}...{plain[-17:]}"
