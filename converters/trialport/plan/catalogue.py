"""What there is to read from: raw tables by their contracts, datasets as they are planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from trialport.diagnostics import did_you_mean
from trialport.functions.model import Type
from trialport.plan.model import VariablePlan
from trialport.spec.nodes import ColumnType, DataType, RawTable, Sources
from trialport.spec.parse import ExpressionError
from trialport.standard.model import Standard

_TYPES = {
    ColumnType.TEXT: Type.TEXT,
    ColumnType.INTEGER: Type.NUMBER,
    ColumnType.NUMBER: Type.NUMBER,
    ColumnType.DATE: Type.DTC,
    ColumnType.DATETIME: Type.DTC,
    ColumnType.TIME: Type.TEXT,
}


@dataclass(frozen=True, slots=True)
class Relation:
    """A table of the engine: its columns with their types, and how its records are told apart.

    `key` is the row key column; `order` are the columns that, with `key` last, order the records
    by their content, so that a choice does not depend on the order of a raw file. `dataset` is the
    SDTM dataset that a raw table is.
    """

    name: str
    shown: str
    columns: Mapping[str, Type]
    key: str
    order: tuple[str, ...]
    collected: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, VariablePlan] = field(default_factory=dict)
    is_helper: bool = False
    dataset: str = ""

    @property
    def is_raw(self) -> bool:
        """Return whether the relation is a raw table."""
        return self.name.startswith("raw.")

    def type_of(self, column: str) -> Type:
        """Return the type of a column. E1203 where there is none of that name."""
        if column not in self.columns:
            what = "raw table" if self.is_raw else "dataset"
            problem = f"unknown column '{column}' in {what} {self.shown}"
            if not self.is_raw:
                problem = f"unknown variable '{column}' in dataset {self.shown}"
            raise ExpressionError("E1203", problem, did_you_mean(column, self.columns))
        return self.columns[column]


@dataclass(slots=True)
class Catalogue:
    """The relations known so far, by the names that a specification uses."""

    relations: dict[str, Relation] = field(default_factory=dict)

    def add(self, relation: Relation) -> None:
        """Add a relation, to be found by the name that the specification uses."""
        self.relations[relation.shown] = relation

    def relation(self, name: str) -> Relation:
        """Return the relation of that name. E1202 where there is none."""
        if name not in self.relations:
            remedy = did_you_mean(name, self.relations)
            raise ExpressionError("E1202", f"unknown table or dataset '{name}'", remedy)
        return self.relations[name]


def raw_relations(sources: Sources, sdtm: Standard | None = None) -> list[Relation]:
    """Return the relation of each raw table, as its contract types the columns.

    A table that is an SDTM dataset has variables, with what the guide `sdtm` says of them.
    """
    found: list[Relation] = []
    for name, table in sources.tables.items():
        columns = {column: _TYPES[contract.type] for column, contract in table.columns.items()}
        collected = {
            column: column if contract.type is ColumnType.TEXT else f"{column}__collected"
            for column, contract in table.columns.items()
        }
        relation = Relation(f"raw.{name}", name, columns, "__row", tuple(columns), collected)
        if table.dataset is not None:
            dataset = table.dataset.text
            variables = _variables(dataset, table, columns, sdtm)
            relation = replace(relation, variables=variables, dataset=dataset)
        found.append(relation)
    return found


def _variables(
    dataset: str, table: RawTable, columns: Mapping[str, Type], sdtm: Standard | None
) -> dict[str, VariablePlan]:
    """Return the columns of a raw table as the variables of the SDTM dataset that it is."""
    found: dict[str, VariablePlan] = {}
    for name, kind in columns.items():
        contract = table.columns[name]
        guide = sdtm.variable(dataset, name) if sdtm is not None else None
        found[name] = VariablePlan(
            name,
            contract.label or (guide.label if guide is not None else ""),
            DataType.NUM if kind is Type.NUMBER else DataType.CHAR,
            kind,
            contract.place,
            role=guide.role if guide is not None else "",
            nci_codelists=guide.codelists if guide is not None else (),
        )
    return found
