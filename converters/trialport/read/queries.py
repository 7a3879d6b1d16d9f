"""Findings of raw records as queries for data managers: by site, subject, form and line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields

from sqlglot import exp

from trialport.diagnostics import Diagnostic
from trialport.exchange.csv import guard
from trialport.read.staged import ROW, Staged
from trialport.spec.nodes import Sources, Subjects


@dataclass(frozen=True, slots=True, order=True)
class Query:
    """One question to a site; `site` and `subject` are empty where the record tells none."""

    site: str
    subject: str
    table: str
    file: str
    line: int
    column: str
    code: str
    severity: str
    question: str
    remedy: str

    def to_json(self) -> dict[str, object]:
        """Return the query as plain values."""
        return asdict(self)


def queries(
    found: Iterable[Diagnostic],
    sources: Sources,
    owners: Mapping[str, Mapping[int, tuple[str, str]]],
) -> list[Query]:
    """Return the findings that stand in a raw record, by site, subject, table and line.

    Args:
        found: findings of contracts, references and persons.
        sources: the contracts, for the names of the tables.
        owners: site and subject of each line, by raw table.
    """
    tables = {contract.file.text: name for name, contract in sources.tables.items()}
    return sorted(
        Query(
            *owners.get(tables[each.place.file], {}).get(each.place.line, ("", "")),
            tables[each.place.file],
            each.place.file,
            each.place.line,
            each.place.column,
            each.code,
            each.severity.value,
            each.problem,
            each.remedy,
        )
        for each in set(found)
        if each.place.file in tables and each.place.line is not None
    )


def owners_query(name: str, sources: Sources, subjects: Subjects, schema: str) -> exp.Select | None:
    """Return the query for row, site and subject of a raw table, or None where it has no subject.

    Args:
        name: the raw table.
        sources: the contracts.
        subjects: where subjects are listed, with their sites.
        schema: the schema that holds the staged tables, all of them.
    """
    column = subject_column(name, sources, subjects)
    if not column:
        return None
    staged = Staged(name, sources.tables[name], schema)
    subject = staged.text(column, "this")
    site: exp.Expr = exp.cast(exp.Null(), exp.DataType.Type.TEXT)
    home = subjects.table.text
    if subjects.site is not None:
        listed = Staged(home, sources.tables[home], schema)
        same = exp.EQ(this=listed.text(subjects.number.text, "listed"), expression=subject.copy())
        first = exp.Min(this=listed.text(subjects.site.text, "listed"))
        site = exp.Subquery(this=exp.select(first).from_(listed.source("listed")).where(same))
    row = exp.column(ROW, table="this", quoted=True)
    return exp.select(row, exp.alias_(site, "site"), subject).from_(staged.source("this"))


def subject_column(name: str, sources: Sources, subjects: Subjects) -> str:
    """Return the column of a raw table that holds the subject number, or ''.

    It has the name that it has in the table of subjects, or refers to it.
    """
    number, home = subjects.number.text, subjects.table.text
    columns = sources.tables[name].columns
    if number in columns:
        return number
    wanted = f"{home}.{number}"
    refers = (
        each
        for each, its in columns.items()
        if its.references is not None and its.references.text == wanted
    )
    return next(refers, "")


def queries_csv(listed: Iterable[Query]) -> str:
    """Return queries as CSV; no cell begins as a formula of a spreadsheet does."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([each.name for each in fields(Query)])
    for query in listed:
        writer.writerow([guard(str(value)) for value in query.to_json().values()])
    return text.getvalue()
