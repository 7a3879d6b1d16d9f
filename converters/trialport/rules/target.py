"""What a rule is asked about, and what it may answer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from trialport.diagnostics import Severity
from trialport.metadata import DatasetMetadata
from trialport.plan.catalogue import Relation
from trialport.rules.database import Database
from trialport.rules.standards import Standards
from trialport.spec import sql

RECORD = "r"
"""The table alias of the record in question."""


@dataclass(frozen=True, slots=True)
class Target:
    """One dataset with its records, all other datasets, and what the standards say."""

    dataset: DatasetMetadata
    relation: Relation
    database: Database
    standards: Standards

    @property
    def name(self) -> str:
        """Return the name of the dataset."""
        return self.dataset.name

    @property
    def prefix(self) -> str:
        """Return what `--` stands for."""
        return self.dataset.name[:2]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the key variables that the records have."""
        return tuple(each for each in self.dataset.keys if each in self.relation.columns)

    def has(self, *names: str) -> bool:
        """Return whether the records have all these variables."""
        return all(name in self.relation.columns for name in names)


@dataclass(frozen=True, slots=True)
class Failing:
    """Records that break the rule: where `condition` holds, over table alias `r`.

    `source` replaces the dataset's own records, e.g. by counts; `record` are then the columns that
    name a record, where they are not the usual ones. `message` may hold `{value}`, the value of
    `variable` in quotes, and `{count}`, the value of `count`.
    """

    condition: exp.Expr
    variable: str
    message: str = ""
    count: exp.Expr | None = None
    source: exp.Query | None = None
    joins: tuple[tuple[exp.Query, str, exp.Expr], ...] = ()
    record: tuple[str, ...] | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a dataset or a variable as such, whatever its records are."""

    message: str
    variable: str = ""
    severity: Severity | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class NotRun:
    """Why the rule cannot be asked; `applies` is false where it is not about such a dataset."""

    reason: str
    applies: bool = True


Outcome = Failing | Flaw | NotRun


def variable(name: str) -> exp.Column:
    """Return a variable of the record in question."""
    return sql.column(name, RECORD)
