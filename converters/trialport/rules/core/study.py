"""The datasets of a study as CORE rules see them: domains, parents, split datasets, columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from trialport.define.model import DefineDocument
from trialport.metadata import DatasetMetadata
from trialport.rules.core.guide import Guide
from trialport.rules.database import types_that_fit
from trialport.rules.records import ROW
from trialport.spec import sql

if TYPE_CHECKING:
    import duckdb

DATASET = "__dataset"
"""A column that every record carries beside its number there: the dataset it stands in."""

_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


class Kind(Enum):
    """What a value is; values of different kinds are never equal."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    LIST = "list"


Cell = str | float | bool | list[str] | None
"""A value known beforehand."""

_STORED = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.LIST: pa.list_(pa.string()),
}


@dataclass(frozen=True, slots=True)
class CoreDataset:
    """One dataset: what it is called, what it is about, and its columns in order.

    `domain` is the value of DOMAIN, `parent` that of RDOMAIN in a supplemental dataset.
    """

    metadata: DatasetMetadata
    columns: Mapping[str, Kind]
    domain: str
    parent: str
    records: int

    @property
    def name(self) -> str:
        """Return the name of the dataset."""
        return self.metadata.name

    @property
    def is_supplemental(self) -> bool:
        """Return whether the dataset holds supplemental qualifiers."""
        return self.name.startswith(("SUPP", "SQ"))

    @property
    def is_about_associated_persons(self) -> bool:
        """Return whether the dataset is about associated persons (SDTMIG-AP)."""
        if self.is_supplemental:
            return len(self.parent) == 4 and self.parent.startswith("AP")
        return "APID" in self.columns or self.name.startswith("AP")

    @property
    def whole(self) -> str:
        """Return the name of the dataset that this one may be a part of: LB for LBHM."""
        if self.domain:
            return self.domain
        stem = next((each for each in ("SUPP", "SQ") if self.name.startswith(each)), None)
        return f"{stem}{self.parent}" if stem else self.name

    @property
    def is_split(self) -> bool:
        """Return whether the dataset is one part of a split domain."""
        return self.name != self.whole

    @property
    def prefix(self) -> str:
        """Return what `--` stands for."""
        is_persons = self.is_about_associated_persons and not self.is_supplemental
        if is_persons and len(self.domain) >= 4:
            return self.domain[2:]
        return self.domain


class CoreStudy:
    """All datasets of a study in a database, and the guide that they are judged by."""

    def __init__(
        self,
        datasets: Sequence[DatasetMetadata],
        connection: duckdb.DuckDBPyConnection,
        guide: Guide,
        define: DefineDocument | None = None,
    ) -> None:
        """Number the records of each dataset that the connection holds under its name."""
        self._connection, self.guide, self.define = connection, guide, define
        self._facts: set[str] = set()
        held = {str(row[0]) for row in connection.execute("SHOW TABLES").fetchall()}
        there = [each for each in datasets if each.name in held]
        self.datasets = tuple(self._described(each) for each in there)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of all datasets, sorted."""
        return tuple(sorted(each.name for each in self.datasets))

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """Return the domains of all datasets, sorted; one without a domain gives an empty text."""
        return tuple(sorted({each.domain for each in self.datasets}))

    @cached_property
    def _by_whole(self) -> dict[str, tuple[CoreDataset, ...]]:
        found: dict[str, tuple[CoreDataset, ...]] = {}
        for each in self.datasets:
            found[each.whole] = (*found.get(each.whole, ()), each)
        return found

    @property
    def terminology(self) -> str:
        """Return the date of the terminology that the define.xml names, '' where it names none."""
        standards = self.define.standards if self.define else ()
        packages = (each for each in standards if each.type == "CT")
        return next((each.version for each in packages if each.publishing_set == "SDTM"), "")

    def parts(self, whole: str) -> tuple[CoreDataset, ...]:
        """Return the datasets that make up a domain, in the order given."""
        return self._by_whole.get(whole, ())

    def named(self, name: str) -> CoreDataset | None:
        """Return the dataset of a domain or a name; `SUPP--` is the first supplemental one."""
        if name.endswith("--"):
            stem = name.removesuffix("--")
            return next((each for each in self.datasets if each.whole.startswith(stem)), None)
        known = (each for each in self.datasets if name in {each.whole, each.name})
        return next(known, None)

    def records(self, datasets: Sequence[CoreDataset]) -> exp.Select:
        """Return a query of the records of some datasets, one after the other."""
        queries = [exp.select(exp.Star()).from_(self.table(each), copy=False) for each in datasets]
        if len(queries) == 1:
            return queries[0]
        union = sql.stacked(queries, by_name=True)
        return exp.select(exp.Star()).from_(sql.subquery(union, "parts"))

    def table(self, dataset: CoreDataset, alias: str = "") -> exp.Table:
        """Return the records of a dataset as a source of a query."""
        return sql.table(_stored(dataset.name), alias)

    def facts(
        self, name: str, rows: Sequence[Sequence[Cell]], columns: Mapping[str, Kind]
    ) -> exp.Select:
        """Return a query of rows known beforehand: dataset, number, then the columns.

        The rows of one name are stored once.
        """
        if name not in self._facts:
            kinds = {DATASET: Kind.TEXT, ROW: Kind.NUMBER, **columns}
            cells = zip(*rows, strict=True)
            arrays = {
                column: pa.array(values, _STORED[kind])
                for (column, kind), values in zip(kinds.items(), cells, strict=True)
            }
            self._connection.register(_stored(name), pa.table(arrays))
            self._facts.add(name)
        return exp.select(exp.Star()).from_(sql.table(_stored(name)))

    def rows(self, query: exp.Expr) -> list[tuple[object, ...]]:
        """Return the rows of a query, whose tree is used up.

        Raises:
            OtherTypeError: the types of variables do not fit what is asked of them.
        """
        with types_that_fit():
            return self._connection.execute(query.sql("duckdb", copy=False)).fetchall()

    def _described(self, metadata: DatasetMetadata) -> CoreDataset:
        described = exp.Describe(this=exp.table_(metadata.name, quoted=True))
        stored = [(str(row[0]), str(row[1])) for row in self.rows(described)]
        columns = {name: _kind(type_) for name, type_ in stored if not name.startswith("__")}
        self._number(metadata.name, stored, columns)
        first = self._first(
            metadata.name, [each for each in ("DOMAIN", "RDOMAIN") if each in columns]
        )
        parent = first.get("RDOMAIN", "") if metadata.name.startswith(("SUPP", "SQ")) else ""
        table = sql.table(_stored(metadata.name))
        count = self.rows(exp.select(exp.Count(this=exp.Star())).from_(table))
        records = int(str(count[0][0]))
        return CoreDataset(metadata, columns, first.get("DOMAIN", ""), parent, records)

    def _number(
        self, name: str, stored: Sequence[tuple[str, str]], columns: Mapping[str, Kind]
    ) -> None:
        """Make the records readable with their numbers, where none of their text is empty.

        Those that have numbers have been stored by `store_records` and are read where they are.
        """
        is_numbered = (ROW, "BIGINT") in stored
        kinds = dict(stored)
        cells = [
            sql.alias(_cell(each, kind, kinds[each], is_filled=is_numbered), each)
            for each, kind in columns.items()
        ]
        named = sql.alias(sql.text(name), DATASET)
        number = sql.column(ROW) if is_numbered else _position(kinds)
        query = exp.select(*cells, named, sql.alias(number, ROW)).from_(sql.table(name))
        create = exp.Create(
            this=sql.table(_stored(name)),
            kind="VIEW" if is_numbered else "TABLE",
            expression=query,
            replace=True,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )
        self._connection.execute(create.sql("duckdb"))

    def _first(self, name: str, variables: Sequence[str]) -> dict[str, str]:
        if not variables:
            return {}
        cells = [sql.column(each) for each in variables]
        query = (
            exp.select(*cells).from_(sql.table(_stored(name))).order_by(sql.column(ROW)).limit(1)
        )
        rows = self.rows(query)
        values = rows[0] if rows else ()
        return {key: str(value) for key, value in zip(variables, values, strict=False) if value}


def _stored(name: str) -> str:
    return f"__core_{name}"


def _kind(stored: str) -> Kind:
    if stored.startswith(_NUMBERS) or stored.startswith(("DATE", "TIMESTAMP")):
        return Kind.NUMBER
    return Kind.FLAG if stored == "BOOLEAN" else Kind.TEXT


def _position(stored: Mapping[str, str]) -> exp.Expr:
    """Return SQL for the number of a record in its dataset."""
    ordered = [exp.Ordered(this=sql.column("__id"))] if stored.get("__id") == "BIGINT" else []
    # DuckDB keeps the order of a table or an Arrow view for a window without any order.
    order = exp.Order(expressions=ordered) if ordered else None
    return exp.Window(this=exp.RowNumber(), order=order)


def _cell(name: str, kind: Kind, stored: str, *, is_filled: bool) -> exp.Expr:
    """Return SQL of a value: text that is empty is null, numbers are doubles."""
    column = sql.column(name)
    if kind is Kind.TEXT:
        if is_filled and stored == "VARCHAR":
            return column
        return exp.Nullif(this=exp.cast(column, exp.DataType.Type.TEXT), expression=sql.text(""))
    if stored.startswith(("DATE", "TIMESTAMP")):
        return sql.call("epoch", column)
    return exp.cast(column, exp.DataType.Type.DOUBLE) if kind is Kind.NUMBER else column
