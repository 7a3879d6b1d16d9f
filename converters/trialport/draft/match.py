"""Which variable of a dataset a raw column may hold: by its name, its label and its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trialport.draft.columns import ColumnProfile
from trialport.draft.names import Named, Names, likeness, part_of_date
from trialport.draft.terms import terms_share
from trialport.spec.nodes import ColumnType
from trialport.standard.model import Dataset
from trialport.terms.codelists import Codelist

_MOMENTS = (ColumnType.DATE, ColumnType.DATETIME)


@dataclass(frozen=True, slots=True)
class Match:
    """A column that may give a part of a variable, how sure that is (0 to 1), and why.

    `part` is '' for a value, `date`, `time`, `year`, `month`, `day` for that part of a date, `flag`
    for a yes or no that is turned into the value, `ignore` for what SDTM does not take.
    """

    table: str
    column: str
    variable: str
    part: str
    confidence: float
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the match as plain values."""
        return {
            "table": self.table,
            "column": self.column,
            "part": self.part,
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
        }


def matches(
    table: str,
    columns: Sequence[ColumnProfile],
    guide: Dataset,
    names: Names,
    codelists: Mapping[str, Codelist],
) -> list[Match]:
    """Return what the columns of a table may be in a dataset, the surest first."""
    known = {each.variable for each in names.of(guide.name)}
    kinds = [*names.of(guide.name), *_as_in_guide(guide, known)]
    found = [
        match
        for column in columns
        for kind in kinds
        if (match := _match(table, column, kind, guide, codelists)) is not None
    ]
    return sorted(found, key=lambda each: -each.confidence)


def best(found: Iterable[Match], floor: float) -> dict[tuple[str, str], Match]:
    """Return the surest column for each part of each variable; no column is used twice.

    Only what is at least as sure as `floor` is taken.
    """
    chosen: dict[tuple[str, str], Match] = {}
    used: set[str] = set()
    for each in found:
        key = (each.variable, each.part)
        if each.confidence >= floor and key not in chosen and each.column not in used:
            chosen[key] = each
            used.add(each.column)
    return chosen


def _as_in_guide(guide: Dataset, known: set[str]) -> Iterator[Named]:
    """Yield the variables of a guide under their own names and labels, where no other is known."""
    for each in guide.variables:
        if each.name not in known and each.name not in ("STUDYID", "DOMAIN", "USUBJID"):
            part = "date" if each.name.endswith("DTC") else ""
            yield Named(guide.name, each.name, part, (each.name,), (each.label.lower(),))


def _match(
    table: str,
    column: ColumnProfile,
    kind: Named,
    guide: Dataset,
    codelists: Mapping[str, Codelist],
) -> Match | None:
    name, part = part_of_date(column.name)
    if part and kind.part not in ("date", part):
        return None
    label = "" if part else column.label
    share, why = likeness(name, label, kind.names, kind.words, kind.variable)
    if not share:
        return None
    made = Match(table, column.name, kind.variable, part or kind.part, share, why)
    return _weighed(made, column, guide, codelists)


def _weighed(
    match: Match, column: ColumnProfile, guide: Dataset, codelists: Mapping[str, Codelist]
) -> Match:
    """Return a match with what the values of the column say for or against it."""
    if not column.filled:
        return _with(match, 0.75, "no value is filled")
    if match.part == "date":
        is_date = column.type in _MOMENTS
        return _with(match, 1.05 if is_date else 0.4, column.evidence)
    if match.part == "time":
        has_time = column.type in (ColumnType.TIME, ColumnType.DATETIME)
        return _with(match, 1.05 if has_time else 0.4, column.evidence)
    if match.part in ("year", "month", "day"):
        return _with(match, 1, column.evidence)
    variable = guide.variable(match.variable)
    if variable is not None and variable.type == "Num":
        return _with(match, 1 if column.is_number else 0.4, column.evidence)
    if column.type in _MOMENTS and match.part != "ignore":
        return _with(match, 0.3, column.evidence)
    lists = [
        codelists[each] for each in (variable.codelists if variable else ()) if each in codelists
    ]
    return _by_terms(match, column, lists) if lists and not match.part else match


def _by_terms(match: Match, column: ColumnProfile, lists: Sequence[Codelist]) -> Match:
    found = [(*terms_share(column, each), each) for each in lists]
    known, values, codelist = max(found, key=lambda each: each[0])
    evidence = f"{known} of {values} values have a term in {codelist.submission_name}"
    if not known and not codelist.extensible and values > 3 * len(codelist.terms):
        return _with(match, 0.5, evidence)
    return _with(match, 0.95 + 0.1 * known / values if values else 1, evidence)


def _with(match: Match, factor: float, reason: str) -> Match:
    confidence = min(match.confidence * factor, 0.99)
    return replace(match, confidence=confidence, reason=f"{match.reason}; {reason}")
