"""A staged raw table as its checks read it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from trialport.read.check import Check
from trialport.spec.nodes import ColumnType, RawTable

ROW = "__row"
COLLECTED = "__collected"


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged raw table and its contract."""

    name: str
    contract: RawTable
    schema: str

    def column(self, name: str, table: str = "") -> exp.Column:
        """Return the typed value of a column."""
        return exp.column(name, table=table or None, quoted=True)

    def text(self, name: str, table: str = "") -> exp.Column:
        """Return the cleaned text of a column."""
        is_text = self.contract.columns[name].type is ColumnType.TEXT
        return self.column(name if is_text else name + COLLECTED, table)

    def source(self, alias: str = "") -> exp.Expr:
        """Return the staged table as a query reads it."""
        table = exp.table_(self.name, db=self.schema or None, quoted=True)
        return exp.alias_(table, alias, table=True) if alias else table

    def check(
        self,
        code: str,
        column: str,
        where: exp.Expr,
        problem: str,
        remedy: str = "",
        *,
        detail: exp.Expr | None = None,
        condition: exp.Expr | None = None,
    ) -> Check:
        """Return the check that finds the records for which `where` holds.

        `condition` holds wherever `where` does, and is asked first where it costs less.
        """
        query = fault_columns(column, self.text(column), detail).from_(self.source()).where(where)
        file = self.contract.file.text
        return Check(code, file, query, problem, remedy, condition=condition or where)


def fault_columns(
    column: str, value: exp.Expr, detail: exp.Expr | None, table: str = ""
) -> exp.Select:
    """Return what a check selects: row, column, value and detail; the source is still to come."""
    text = exp.DataType.Type.TEXT
    return exp.select(
        exp.column(ROW, table=table or None, quoted=True),
        exp.alias_(exp.Literal.string(column), "column", quoted=True),
        exp.alias_(exp.cast(value.copy(), text), "value", quoted=True),
        exp.alias_(exp.cast(detail or exp.Null(), text), "detail", quoted=True),
    )


def is_null(value: exp.Expr) -> exp.Expr:
    """Return `value IS NULL`."""
    return exp.Is(this=value.copy(), expression=exp.Null())


def is_not_null(value: exp.Expr) -> exp.Expr:
    """Return `NOT value IS NULL`."""
    return exp.Not(this=is_null(value))


def literal(text: str) -> str:
    """Return a text of the contract so that no brace in it is taken for a place to fill."""
    return text.replace("{", "{{").replace("}", "}}")
