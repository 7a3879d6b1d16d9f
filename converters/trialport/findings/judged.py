"""Findings with what was decided about them, and whether an earlier run had them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trialport.diagnostics import Diagnostic, Severity
from trialport.findings.dispositions import Disposition
from trialport.findings.fingerprint import counted, dataset_of, fingerprint
from trialport.rules.crosswalk import crosswalk


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding; `is_known` says that the baseline has it, None that there is no baseline."""

    finding: Diagnostic
    fingerprint: str
    disposition: Disposition | None = None
    is_known: bool | None = None

    @property
    def weighs(self) -> bool:
        """Return whether the finding is an error that is new and not settled."""
        settled = self.disposition is not None and self.disposition.is_settled
        return self.finding.severity is Severity.ERROR and not settled and not self.is_known

    @property
    def records(self) -> int:
        """Return how many records the finding counts."""
        return counted(self.finding.problem)[1]

    @property
    def dataset(self) -> str:
        """Return the dataset or file."""
        return dataset_of(self.finding)

    @property
    def state(self) -> str:
        """Return the decision in one word and its reason, known findings as such, else ''."""
        told = (
            [f"{self.disposition.status.value}: {self.disposition.reason}"]
            if self.disposition
            else []
        )
        return "; ".join([*told, *(["known"] if self.is_known else [])])

    def to_json(self) -> dict[str, Any]:
        """Return what is known beside the finding itself."""
        told: dict[str, Any] = {"fingerprint": self.fingerprint}
        if ids := crosswalk().of(self.finding.code):
            told["elsewhere"] = {name: list(each) for name, each in ids.items()}
        if self.disposition is not None:
            told["disposition"] = self.disposition.status.value
            told["reason"] = self.disposition.reason
        return told | ({} if self.is_known is None else {"known": self.is_known})


@dataclass(frozen=True, slots=True)
class Cause:
    """All findings of one code, severity, dataset, variable and decision."""

    code: str
    severity: Severity
    dataset: str
    variable: str
    state: str
    findings: tuple[Judged, ...]

    @property
    def records(self) -> int:
        """Return how many records the findings count."""
        return sum(each.records for each in self.findings)


def judge(
    found: Iterable[Diagnostic],
    dispositions: Sequence[Disposition] = (),
    baseline: Mapping[str, int] | None = None,
) -> list[Judged]:
    """Return findings with what was decided about them, and a warning for each stale decision.

    Of several decisions that fit a finding the first one holds. A finding is known where the
    baseline has as many records of it or more.

    Returns:
        The findings in their order, then E5020 for every disposition that fits none.
    """
    all_found = list(found)
    prints = [fingerprint(each) for each in all_found]
    there: Counter[str] = Counter()
    for each, print_ in zip(all_found, prints, strict=True):
        there[print_] += counted(each.problem)[1]
    used: set[int] = set()
    judged: list[Judged] = []
    for each, print_ in zip(all_found, prints, strict=True):
        fitting = [at for at, decided in enumerate(dispositions) if decided.fits(each)]
        used.update(fitting)
        known = None if baseline is None else there[print_] <= baseline.get(print_, 0)
        decision = dispositions[fitting[0]] if fitting else None
        judged.append(Judged(each, print_, decision, known))
    stale = [_stale(each) for at, each in enumerate(dispositions) if at not in used]
    return judged + [
        Judged(each, fingerprint(each), None, None if baseline is None else False) for each in stale
    ]


def causes(judged: Iterable[Judged]) -> list[Cause]:
    """Return findings grouped by their causes, in the order in which the causes are first met."""
    groups: dict[tuple[str, Severity, str, str, str], list[Judged]] = {}
    for each in judged:
        finding = each.finding
        cause = (finding.code, finding.severity, each.dataset, finding.place.column, each.state)
        groups.setdefault(cause, []).append(each)
    return [Cause(*cause, tuple(members)) for cause, members in groups.items()]


def state_counts(judged: Iterable[Judged]) -> dict[str, int]:
    """Return how many findings there are of each decision, and how many are known or new."""
    counts: Counter[str] = Counter()
    for each in judged:
        if each.disposition is not None:
            counts[each.disposition.status.value] += 1
        if each.is_known is not None:
            counts["known" if each.is_known else "new"] += 1
    return dict(sorted(counts.items()))


def _stale(disposition: Disposition) -> Diagnostic:
    """Return E5020: a decision about a finding that is not there any more."""
    problem = f"the disposition of {disposition.code} fits no finding"
    remedy = "take it away, or correct its code, fingerprint, dataset or variable"
    return Diagnostic("E5020", disposition.place, problem, remedy, Severity.WARNING)
