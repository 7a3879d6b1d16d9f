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


NUMBER = "__n"
"""The column of a joined row that tells how many records have its key."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Records of a dataset that belong to the record in question: one row a key, none of no key.

    `by` are pairs of this record's variable and theirs, `wanted` their variables that a condition
    reads under the table alias `alias`, beside the number of records of the key. `where` says which
    records count, over table alias `r`. Null is the same as null for this record's variables that
    are `null_safe`.
    """

    source: str
    by: tuple[tuple[str, str], ...]
    wanted: tuple[str, ...]
    alias: str
    where: exp.Expr | None = None
    null_safe: tuple[str, ...] = ()

    @property
    def query(self) -> exp.Select:
        """Return the rows as a query; of several records of a key some value is taken."""
        theirs = [sql.column(each, RECORD) for _, each in self.by]
        cells = [sql.alias(each, f"__by{i}") for i, each in enumerate(theirs)]
        for name in self.wanted:
            some = sql.call("any_value", sql.column(name, RECORD))
            cells.append(sql.alias(some, name))
        query = exp.select(*cells, sql.alias(exp.Count(this=exp.Star()), NUMBER))
        query = query.from_(sql.table(self.source, RECORD), copy=False)
        if self.where is not None:
            query = query.where(self.where.copy(), copy=False)
        return query.group_by(*(each.copy() for each in theirs), copy=False)

    @property
    def join(self) -> exp.Join:
        """Return the join of the rows to the record in question."""
        pairs = [
            _equal(variable(mine), sql.column(f"__by{i}", self.alias), mine in self.null_safe)
            for i, (mine, _) in enumerate(self.by)
        ]
        return sql.left_join(sql.subquery(self.query, self.alias), sql.every(pairs) or exp.true())

    @property
    def kind(self) -> tuple[object, ...]:
        """Return what two joins have in common where one can have the columns of both."""
        return self.source, self.by, self.where, self.null_safe


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
    joins: tuple[Joined, ...] = ()
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


@dataclass(frozen=True, slots=True)
class Undecided:
    """Records that a rule leaves out: where `condition` holds, over table alias `r` and `joins`.

    Where there is any, the rule is told as not run of them: `reason` holds `{records}`.
    """

    condition: exp.Expr
    joins: tuple[Joined, ...]
    reason: str

    def told(self, records: str) -> str:
        """Return the reason with the records, e.g. `2 records`."""
        return self.reason.replace("{records}", records, 1)


Outcome = Failing | Flaw | NotRun | Undecided


def variable(name: str) -> exp.Column:
    """Return a variable of the record in question."""
    return sql.column(name, RECORD)


def _equal(mine: exp.Expr, theirs: exp.Expr, null_safe: bool) -> exp.Expr:
    return (exp.NullSafeEQ if null_safe else exp.EQ)(this=mine, expression=theirs)
