"""The values of a transport file against what a define.xml says of them.

Codelists, mandatory variables, the shapes of dates, whole numbers, keys and, record by record, what
value lists say under their where clauses.
"""

# lxml is compiled and brings no types for a type checker to see, and pyarrow makes its compute
# functions when it is imported.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree

from trialport.define.model import NUMBERS
from trialport.define.namespaces import define, odm
from trialport.define.parts import by_oid, variables_of, whole
from trialport.define.types import fits_type
from trialport.diagnostics import Diagnostic, Place
from trialport.xport.reader import StoredMember

_MOST_VALUES = 100
"""How many values that a codelist lacks are told of one variable."""


def value_faults(
    root: etree._Element, dataset: etree._Element, member: StoredMember, file: str
) -> list[Diagnostic]:
    """Return E4316 and E4389: values that are not as the document describes them.

    Args:
        root: the document.
        dataset: the dataset of the document.
        member: its transport file.
        file: the name of the document, for places.
    """
    there = {each.name for each in member.member.variables}
    variables = {name: it for name, it in variables_of(root, dataset).items() if name in there}
    described = list(_described(root, dataset, variables))
    keys = _keys(dataset, variables)
    parts: list[pa.RecordBatch] = []
    for batch in member.batches(special_missing=True):
        for each in described:
            each.look(batch)
        if keys:
            parts.append(batch.select(keys))
    found = [fault for each in described for fault in each.faults(member.member.name, file)]
    repeated = _repeated(parts, keys)
    if repeated:
        problem = f"{repeated} records share the values of the key {', '.join(keys)}"
        place = Place(file, dataset.sourceline, record=member.member.name)
        found.append(Diagnostic("E4389", place, problem))
    return [*found, *_undescribed(described, member.member.name, file)]


@dataclass(frozen=True, slots=True)
class _Check:
    """A range check over one variable of the dataset."""

    column: str
    comparator: str
    values: tuple[str, ...]
    is_number: bool

    def holds(self, batch: pa.RecordBatch) -> pa.Array:
        """Return of which records it holds; a missing value is as an empty text."""
        column = batch.column(self.column)
        if self.is_number:
            numbers = pa.array([_double(each) for each in self.values], pa.float64())
            inside = pc.is_in(pc.cast(column, pa.float64()), numbers)
        else:
            inside = pc.is_in(pc.fill_null(column, ""), pa.array(self.values, pa.string()))
        return pc.invert(inside) if self.comparator in {"NE", "NOTIN"} else inside


@dataclass(slots=True)
class _Described:
    """What a document says of a variable or of some of its values, and what is seen of them."""

    name: str
    column: str
    element: etree._Element
    wheres: tuple[tuple[_Check, ...], ...] = ()
    terms: frozenset[str] | None = None
    mandatory: bool = False
    values: set[str] = field(default_factory=set[str])
    missing: int = 0
    longest: int = 0

    @property
    def type(self) -> str:
        """Return the type of the item."""
        return str(self.element.get("DataType", ""))

    def look(self, batch: pa.RecordBatch) -> None:
        """See the values of some records."""
        column = batch.column(self.column)
        if self.wheres:
            column = column.filter(self.applies(batch))
        is_text = pa.types.is_string(column.type)
        empty = pc.equal(column, "") if is_text else pc.is_null(column)
        self.missing += pc.sum(pc.fill_null(empty, True)).as_py() or 0
        if self.terms is not None or self._has_shape():
            self.values.update(_texts(column, are_numbers=self.type in NUMBERS))
        if self.wheres and is_text:
            self.longest = max(self.longest, pc.max(pc.binary_length(column)).as_py() or 0)

    def applies(self, batch: pa.RecordBatch) -> pa.Array:
        """Return of which records any where clause holds."""
        clauses = (reduce(pc.and_, (it.holds(batch) for it in each)) for each in self.wheres)
        return reduce(pc.or_, clauses)

    def faults(self, dataset: str, file: str) -> Iterator[Diagnostic]:
        """Yield what is not as described."""
        place = Place(file, self.element.sourceline, record=dataset)
        if self.terms is not None:
            for value in sorted(self.values - self.terms)[:_MOST_VALUES]:
                problem = f"{self.name} has the value '{value}', its codelist has not"
                yield Diagnostic("E4316", place, problem)
        if self.mandatory and self.missing:
            records = f"{self.missing} record{'' if self.missing == 1 else 's'} without a value"
            yield Diagnostic("E4389", place, f"{self.name} is mandatory, there are {records}")
        unfit = [each for each in sorted(self.values) if not fits_type(self.type, each)]
        if unfit and self._has_shape():
            problem = f"{self.name} has type {self.type}, which '{unfit[0]}' is not"
            yield Diagnostic("E4389", place, problem)
        length = self.element.get("Length", "")
        if self.wheres and self.type == "text" and length and self.longest > whole(length):
            problem = f"{self.name} has length {length}, its longest value {self.longest}"
            yield Diagnostic("E4389", place, problem)

    def _has_shape(self) -> bool:
        return self.type not in {"text", "float", ""}


def _described(
    root: etree._Element, dataset: etree._Element, variables: Mapping[str, etree._Element]
) -> Iterator[_Described]:
    """Yield the variables that are in the file, each with the entries of its value list."""
    items, lists = by_oid(root, odm("ItemDef")), by_oid(root, define("ValueListDef"))
    codelists = by_oid(root, odm("CodeList"))
    wheres = by_oid(root, define("WhereClauseDef"))
    mandatory = {
        each.get("ItemOID")
        for each in dataset.iterchildren(odm("ItemRef"))
        if each.get("Mandatory") == "Yes"
    }
    columns = {it.get("OID"): name for name, it in variables.items()}
    for name, item in variables.items():
        terms = _terms(item, codelists)
        yield _Described(name, name, item, (), terms, item.get("OID") in mandatory)
        reference = item.find(define("ValueListRef"))
        listed = None if reference is None else lists.get(reference.get("ValueListOID"))
        for entry in () if listed is None else listed.iterchildren(odm("ItemRef")):
            value = items.get(entry.get("ItemOID", ""))
            oids = [it.get("WhereClauseOID") for it in entry.iterchildren(define("WhereClauseRef"))]
            clauses = [_clause(wheres[each], items, columns) for each in oids if each in wheres]
            if value is not None and clauses and all(clauses):
                shown = f"{name} ({value.get('OID', '')})"
                is_mandatory = entry.get("Mandatory") == "Yes"
                known = _terms(value, codelists)
                yield _Described(shown, name, value, tuple(clauses), known, is_mandatory)


def _clause(
    where: etree._Element, items: Mapping[str, etree._Element], columns: Mapping[str, str]
) -> tuple[_Check, ...]:
    """Return a where clause, empty where it looks at another dataset or at an order of values."""
    checks: list[_Check] = []
    for each in where.iterchildren(odm("RangeCheck")):
        item = each.get(define("ItemOID"), "")
        comparator = each.get("Comparator", "")
        if item not in columns or comparator not in {"EQ", "IN", "NE", "NOTIN"}:
            return ()
        values = tuple(it.text or "" for it in each.iterchildren(odm("CheckValue")))
        is_number = items[item].get("DataType") in NUMBERS
        checks.append(_Check(columns[item], comparator, values, is_number))
    return tuple(checks)


def _terms(item: etree._Element, codelists: Mapping[str, etree._Element]) -> frozenset[str] | None:
    """Return the terms of the codelist of an item; None without one, or a dictionary."""
    reference = item.find(odm("CodeListRef"))
    codelist = None if reference is None else codelists.get(reference.get("CodeListOID", ""))
    if codelist is None or codelist.find(odm("ExternalCodeList")) is not None:
        return None
    tags = (odm("CodeListItem"), odm("EnumeratedItem"))
    terms = [each.get("CodedValue", "") for each in codelist.iterchildren(*tags)]
    is_number = item.get("DataType") in NUMBERS
    return frozenset(_number(each) if is_number else each for each in terms)


def _keys(dataset: etree._Element, variables: Mapping[str, etree._Element]) -> list[str]:
    """Return the key variables in their order, none where the file lacks one."""
    stated = {
        whole(each.get("KeySequence", "")): each.get("ItemOID", "")
        for each in dataset.iterchildren(odm("ItemRef"))
        if each.get("KeySequence")
    }
    names = {item.get("OID"): name for name, item in variables.items()}
    keys = [names.get(oid, "") for _, oid in sorted(stated.items())]
    return keys if all(keys) else []


def _repeated(parts: Sequence[pa.RecordBatch], keys: Sequence[str]) -> int:
    """Return how many records have a key that another one has."""
    if not keys or not parts:
        return 0
    table = pa.Table.from_batches(list(parts))
    counts = table.group_by(list(keys)).aggregate([([], "count_all")])["count_all"]
    return int(pc.sum(counts.filter(pc.greater(counts, 1))).as_py() or 0)


def _undescribed(described: Iterable[_Described], dataset: str, file: str) -> Iterator[Diagnostic]:
    """Yield E4389 for each QNAM with records that the value list of QVAL does not describe."""
    every = list(described)
    names = next((each for each in every if each.name == "QNAM" and each.terms is not None), None)
    told = {
        value
        for each in every
        if each.column == "QVAL"
        for clause in each.wheres
        for check in clause
        if check.column == "QNAM" and check.comparator in {"EQ", "IN"}
        for value in check.values
    }
    if names is None or not any(each.column == "QVAL" and each.wheres for each in every):
        return
    for name in sorted(names.values - told):
        place = Place(file, names.element.sourceline, record=dataset)
        yield Diagnostic("E4389", place, f"no value of QVAL is described for QNAM {name}")


def _texts(column: pa.Array, *, are_numbers: bool) -> Iterable[str]:
    """Return the distinct values; those of an item that is a number in one spelling."""
    values = pc.unique(column).to_pylist()
    known = (each for each in values if each is not None and each != "")
    return (_number(each) if are_numbers else str(each) for each in known)


def _number(value: str | float) -> str:
    """Return a number in one spelling, so that 1 and 1.0 are alike; other text as it is."""
    number = _double(value)
    return str(value) if number is None else repr(number)


def _double(value: str | float) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
