"""What a rule of validation is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from trialport.diagnostics import Diagnostic, Place, Severity

if TYPE_CHECKING:
    from trialport.rules.target import Outcome, Target

    Check = Callable[[Target], Iterable[Outcome]]
    """A rule as a function: what it returns is found in the dataset it is called for."""

SDTM, ADAM, ALL = "SDTM", "ADaM", "*"
"""What a rule may apply to beside datasets by name: all of one kind, or all."""

RAW = "raw"
"""The group of raw tables, which a rule names as `raw.labs`."""

_NOWHERE = Place()

Records = Mapping[str, tuple[Mapping[str, str], ...]]
"""Example records by dataset; values are text as in YAML, empty for null."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A record of a dataset that belongs to the record in question; at most one may.

    `by` are pairs of this record's variable and theirs; `where` says which records count.
    """

    dataset: str
    by: tuple[tuple[str, str], ...]
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: either `fails_when`, an expression, or `check`, a function, says when it fails.

    In names, `--` stands for the domain prefix (`--STDTC`). A rule with `each` is asked for every
    variable that fits one of these names (`*` stands for any letters), which the expression calls
    `value`. `variable` is the one whose value a finding shows.
    """

    code: str
    title: str
    applies_to: tuple[str, ...]
    severity: Severity
    remedy: str
    source: str
    good: Records
    bad: Records
    place: Place = _NOWHERE
    fails_when: str = ""
    each: tuple[str, ...] = ()
    variable: str = ""
    lookups: Mapping[str, Lookup] = field(default_factory=lambda: MappingProxyType({}))
    check: Check | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the other datasets that the rule looks into."""
        return tuple(dict.fromkeys(each.dataset for each in self.lookups.values()))


@dataclass(frozen=True, slots=True)
class Finding:
    """A record, a variable or a dataset that breaks a rule.

    `record` are key variables with their values, empty where the finding is not of one record;
    `value` is the value at fault as text, None where it is null or where there is none.
    """

    code: str
    severity: Severity
    dataset: str
    record: tuple[tuple[str, str], ...]
    variable: str
    value: str | None
    message: str
    remedy: str

    @property
    def diagnostic(self) -> Diagnostic:
        """Return the finding as a diagnostic, placed at the record.

        >>> record = (("USUBJID", "S-007"), ("AESEQ", "3"))
        >>> made = Finding("TP0101", Severity.ERROR, "AE", record, "AEENDTC", None, "no", "")
        >>> str(made.diagnostic)
        'TP0101 AE USUBJID=S-007 AESEQ=3 column AEENDTC: no'
        """
        where = " ".join([self.dataset, *(f"{name}={value}" for name, value in self.record)])
        place = Place(record=where, column=self.variable)
        return Diagnostic(self.code, place, self.message, self.remedy, self.severity)


@dataclass(frozen=True, slots=True)
class Total:
    """How many findings one rule has for one variable of a dataset, and how many are listed."""

    code: str
    severity: Severity
    dataset: str
    variable: str
    found: int
    listed: int

    @property
    def diagnostic(self) -> Diagnostic:
        """Return how many findings are not listed as a diagnostic, placed at the dataset."""
        place = Place(record=self.dataset, column=self.variable)
        problem = f"{self.found - self.listed} further records break the rule"
        return Diagnostic(self.code, place, problem, "", self.severity)


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """What the rules found, in the order of rules, datasets and records.

    `not_run` are rule, dataset and reason where a rule could not be asked; the dataset is empty
    where no dataset at all has what the rule is about.
    """

    findings: tuple[Finding, ...]
    totals: tuple[Total, ...]
    not_run: tuple[tuple[str, str, str], ...]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Return the findings as diagnostics, and one for each count that goes beyond the list."""
        listed = [each.diagnostic for each in self.findings]
        return listed + [each.diagnostic for each in self.totals if each.found > each.listed]
