"""What a data cut-off and a choice of subjects changed, asked once the datasets are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from trialport.diagnostics import DataError, Diagnostic, Place, Severity, shown
from trialport.engine.duckdb import Engine
from trialport.plan.model import Plan
from trialport.spec import sql

_MOST = 20


@dataclass(frozen=True, slots=True)
class Cut:
    """What the cut-off changed in one dataset, in records.

    `left_out` begin after it; `ended` stay and lose a date that is after it; `unsure` stay although
    their partial date may be after it.
    """

    dataset: str
    left_out: int
    ended: int
    unsure: int

    @property
    def counts(self) -> dict[str, int]:
        """The counts by their names, as the manifest has them."""
        return {"left_out": self.left_out, "ended": self.ended, "unsure": self.unsure}

    def finding(self, cutoff: str) -> Diagnostic:
        """Return the note that tells it."""
        problem = (
            f"the cut-off {cutoff} leaves out {self.left_out} records; "
            f"{self.ended} that stay lose a date after it; "
            f"{self.unsure} stay with a partial date that may be after it"
        )
        return Diagnostic("E3165", Place(record=self.dataset), problem, "", Severity.NOTE)


def cuts(engine: Engine, plan: Plan) -> list[Cut]:
    """Return what the cut-off changed, in the order of the plan; a dataset unchanged too."""
    found: list[Cut] = []
    for step in plan.steps:
        rows = [engine.rows(each)[0] for each in step.cut_counts]
        if rows:
            totals = [sum(each or 0 for each in column) for column in zip(*rows, strict=True)]
            left_out, ended, unsure = map(int, totals)
            found.append(Cut(step.name, left_out, ended, unsure))
    return found


def check_chosen(engine: Engine, plan: Plan, chosen: Sequence[str]) -> None:
    """Refuse chosen subjects that DM does not have, where the plan makes DM.

    Raises:
        DataError: E3167 for each of them, up to 20.
    """
    if not any(each.name == "DM" for each in plan.steps):
        return
    table = sql.table("DM")
    have = {str(row[0]) for row in engine.rows(exp.select(sql.column("USUBJID")).from_(table))}
    prefix = f"{plan.studyid}-"
    unknown = [each for each in chosen if each not in have and prefix + each not in have]
    if unknown:
        raise DataError(map(_unknown, unknown[:_MOST]))


def _unknown(subject: str) -> Diagnostic:
    problem = f"there is no subject {shown(subject)} in DM"
    return Diagnostic("E3167", Place(), problem, "name it by its USUBJID or its number")
