"""The records that a rule is asked of: own and joined variables, and values worked out for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from trialport.rules.core.study import DATASET, ROW, Cell, CoreDataset, CoreStudy, Kind
from trialport.rules.core.values import Column, Listed, MissingVariableError, Value, same
from trialport.spec import sql

RECORD = "r"
"""The table alias of the record in question."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A query of records with the kinds of their columns, and further values by name."""

    study: CoreStudy
    dataset: CoreDataset | None
    records: exp.Select
    columns: Mapping[str, Kind]
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])

    @property
    def prefix(self) -> str:
        """Return what `--` stands for."""
        return self.dataset.prefix if self.dataset else ""

    @property
    def source(self) -> exp.Subquery | exp.Table:
        """Return the records as a source of a query, under the alias of the record in question."""
        whole = _whole_table(self.records)
        return sql.subquery(self.records.copy(), RECORD) if whole is None else whole

    @property
    def everything(self) -> exp.Column:
        """Return all columns of the record in question."""
        return exp.Column(this=exp.Star(), table=sql.name(RECORD))

    def own(self, name: str) -> str:
        """Return a name with the prefix put in."""
        return name.replace("--", self.prefix, 1) if name.startswith("--") else name

    def expanded(self, names: Iterable[str]) -> list[str]:
        """Return names with the prefix put in, each once, a list replaced by what it lists."""
        found: list[str] = []
        for name in names:
            value = self.values.get(name)
            found += [str(each) for each in value.values] if isinstance(value, Listed) else [name]
        return list(dict.fromkeys(self.own(each) for each in found))

    def has(self, name: str) -> bool:
        """Return whether the records have a value of that name."""
        return name in self.values or self.own(name) in self.columns

    def column(self, name: str) -> Column:
        """Return a variable of the record in question.

        Raises:
            MissingVariableError: the records do not have it, or it is no single value.
        """
        value = self.value(name)
        if not isinstance(value, Column):
            raise MissingVariableError(name)
        return value

    def value(self, name: str) -> Value:
        """Return what a name stands for.

        Raises:
            MissingVariableError: the records do not have it.
        """
        if name in self.values:
            return self.values[name]
        own = self.own(name)
        if own not in self.columns:
            raise MissingVariableError(own)
        return Column(sql.column(own, RECORD), self.columns[own])

    def with_value(self, name: str, value: Value) -> Frame:
        """Return the frame with one more value."""
        return replace(self, values={**self.values, name: value})

    def with_cell(self, name: str, cell: exp.Expr, kind: Kind) -> Frame:
        """Return the frame with one more column, worked out from each record.

        `cell` may hold windows over all records.
        """
        query = exp.select(self.everything, sql.alias(cell, name)).from_(self.source, copy=False)
        return replace(self, records=query, columns={**self.columns, name: kind})

    def joined(
        self, query: exp.Select, name: str, kind: Kind, by: tuple[tuple[exp.Expr, str], ...]
    ) -> Frame:
        """Return the frame with the column `value` of a query, null where no row fits.

        `by` are pairs of this record's expression and the query's column; at most one row fits.
        """
        fits = [same(mine, sql.column(theirs, "j")) for mine, theirs in by]
        on = exp.and_(*fits) if fits else exp.true()
        cells = [self.everything, sql.alias(sql.column("value", "j"), name)]
        found = sql.subquery(query, "j")
        records = exp.select(*cells).from_(self.source, copy=False)
        records = records.join(found, on=on, join_type="left", copy=False)
        return replace(self, records=records, columns={**self.columns, name: kind})


def _whole_table(records: exp.Select) -> exp.Table | None:
    """Return the table that a query is all of, under the alias of the record in question."""
    given = {name: each for name, each in records.args.items() if each}
    (columns, source) = (given.pop("expressions", []), given.pop("from_", None))
    is_all = not given and len(columns) == 1 and isinstance(columns[0], exp.Star)
    if not is_all or not isinstance(source, exp.From) or not isinstance(source.this, exp.Table):
        return None
    return sql.table(source.this.name, RECORD)


def of_datasets(study: CoreStudy, parts: tuple[CoreDataset, ...]) -> Frame:
    """Return the records of a dataset, or of all parts of a split one."""
    columns: dict[str, Kind] = {}
    for part in parts:
        columns = {**part.columns, **columns}
    return Frame(study, parts[0], study.records(parts), columns)


def of_variables(study: CoreStudy, parts: tuple[CoreDataset, ...]) -> Frame:
    """Return one record a variable: what its metadata and the guide say."""
    rows: list[tuple[Cell, ...]] = []
    for part in parts:
        known = study.guide.variables(part.whole, part.prefix, part.columns)
        listed = {each.name: each for each in known}
        for order, variable in enumerate(part.metadata.variables, 1):
            theirs = listed.get(variable.name)
            rows.append(
                (
                    part.name,
                    order,
                    variable.name,
                    variable.label,
                    variable.type,
                    float(variable.length),
                    float(order),
                    theirs.name if theirs else None,
                    theirs.label or None if theirs else None,
                )
            )
    kinds = {
        "variable_name": Kind.TEXT,
        "variable_label": Kind.TEXT,
        "variable_data_type": Kind.TEXT,
        "variable_size": Kind.NUMBER,
        "variable_order_number": Kind.NUMBER,
        "library_variable_name": Kind.TEXT,
        "library_variable_label": Kind.TEXT,
    }
    frame = Frame(study, parts[0], study.facts(names_of(parts, "variables"), rows, kinds), kinds)
    names = tuple(each.name for part in parts for each in part.metadata.variables)
    return frame.with_value("$variable_names", Listed(names))


def of_dataset(study: CoreStudy, parts: tuple[CoreDataset, ...]) -> Frame:
    """Return one record a dataset: its name, its label, how large it is."""
    kinds = {
        "dataset_name": Kind.TEXT,
        "dataset_label": Kind.TEXT,
        "record_count": Kind.NUMBER,
        "domain": Kind.TEXT,
    }
    rows = [
        (each.name, 1, each.name, each.metadata.label, float(each.records), each.domain or None)
        for each in parts
    ]
    return Frame(study, parts[0], study.facts(names_of(parts, "dataset"), rows, kinds), kinds)


def of_values(study: CoreStudy, parts: tuple[CoreDataset, ...]) -> Frame:
    """Return one record a value: its variable, its type, the value as text."""
    queries: list[exp.Select] = []
    for part in parts:
        types = {each.name: each.type for each in part.metadata.variables}
        for name, kind in part.columns.items():
            cells = [
                sql.alias(sql.column(DATASET, "v"), DATASET),
                sql.alias(sql.column(ROW, "v"), ROW),
                sql.alias(sql.text(name), "variable_name"),
                sql.alias(sql.text(types.get(name, "")), "variable_data_type"),
                sql.alias(_value_text(sql.column(name, "v"), kind), "variable_value"),
            ]
            queries.append(exp.select(*cells).from_(study.table(part, "v"), copy=False))
    records = exp.select(exp.Star()).from_(sql.subquery(sql.stacked(queries), "u"))
    names = ("variable_name", "variable_data_type", "variable_value")
    kinds: dict[str, Kind] = dict.fromkeys(names, Kind.TEXT)
    return Frame(study, parts[0], records, kinds)


def of_study(study: CoreStudy) -> Frame:
    """Return one record with a column for each domain that the study has."""
    kinds = dict.fromkeys([each.whole for each in study.datasets], Kind.TEXT)
    row: list[Cell] = ["STUDY", 0.0, *(each.metadata.path for each in _firsts(study))]
    return Frame(study, None, study.facts("study", [row], kinds), kinds)


def _value_text(column: exp.Column, kind: Kind) -> exp.Expr:
    return column if kind is Kind.TEXT else exp.cast(column, exp.DataType.Type.TEXT)


def names_of(parts: tuple[CoreDataset, ...], what: str) -> str:
    """Return the name under which facts about some datasets are stored."""
    return "-".join((*(each.name for each in parts), what))


def _firsts(study: CoreStudy) -> list[CoreDataset]:
    return list({each.whole: each for each in reversed(study.datasets)}.values())[::-1]
