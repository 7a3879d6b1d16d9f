"""The records of an ODM file: each form or item group asked for, with the values of its items."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from lxml import etree

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.read.odm_parts import Part

_CONTEXT = {
    "ClinicalData": {"StudyOID": "StudyOID"},
    "SubjectData": {"SubjectKey": "SubjectKey"},
    "StudyEventData": {
        "StudyEventOID": "StudyEventOID",
        "StudyEventRepeatKey": "StudyEventRepeatKey",
    },
    "FormData": {"FormOID": "FormOID", "FormRepeatKey": "FormRepeatKey"},
    "ItemGroupData": {
        "ItemGroupOID": "ItemGroupOID",
        "ItemGroupRepeatKey": "ItemGroupRepeatKey",
    },
}
"""What a record takes from the elements around it: column and attribute."""

_AROUND = (column for each in _CONTEXT.values() for column in each)
CONTEXT = tuple(dict.fromkeys(("SubjectKey", "SiteOID", *_AROUND)))
"""The columns of a record that are no items."""

UNIT = "_Unit"
"""What stands behind the name of an item in the name of the column of its unit."""

RECORDS = ("FormData", "ItemGroupData")
"""The elements that may be records."""

_CHANGES = ("Insert", "Update", "Upsert", "Remove", "Context", "")
Key = tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Record:
    """One form or item group of a subject: where it stands, what is around it, its items.

    `items` are the values by the OID of the item, each with the group that it stands in; None is a
    value that is said to be null. `units` are the units stated beside values.
    """

    oid: str
    key: Key
    line: int
    context: dict[str, str]
    items: dict[str, tuple[str | None, Key]] = field(
        default_factory=dict[str, tuple[str | None, Key]]
    )
    units: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def words(self) -> str:
        """The record in words, e.g. `SubjectKey=101 StudyEventOID=SE.V1 ItemGroupOID=IG.AE[2]`."""
        told: list[str] = []
        for column in ("SubjectKey", "StudyEventOID", "FormOID", "ItemGroupOID"):
            value = self.context.get(column)
            repeat = self.context.get(column.replace("OID", "RepeatKey")) if "OID" in column else ""
            if value:
                told.append(f"{column}={value}" + (f"[{repeat}]" if repeat else ""))
        return " ".join(told)


@dataclass(slots=True)
class _Open:
    """An element around the one that is read: its key, and its record where it is asked for."""

    name: str
    key: Key
    context: dict[str, str]
    change: str
    record: Record | None = None


class RecordReader:
    """Turns the parts of an ODM file into records, one after the other.

    Args:
        wanted: OIDs of the forms and item groups to read; None for all item groups and forms.
        is_transactional: whether later records of the file change earlier ones.
        file: what messages call the file.
    """

    def __init__(
        self, wanted: Collection[str] | None, file: str, *, is_transactional: bool
    ) -> None:
        self._wanted, self._file = wanted, file
        self._is_transactional = is_transactional
        self._open: list[_Open] = []
        self._number = 0
        self.vendors: set[str] = set()

    def take(self, part: Part) -> Iterator[tuple[str, Record | Key]]:
        """Yield what a part completes: `("record", record)`, or `("removed", key)` of what goes.

        Raises:
            DataError: E3034 an item comes twice in a record, E3035 an unknown transaction.
        """
        if part.name in _CONTEXT:
            if part.event == "start":
                self._enter(part)
            else:
                yield from self._leave(part)
        elif part.event == "end" and self._open:
            if part.name == "SiteRef" and self._open[-1].name == "SubjectData":
                self._open[-1].context["SiteOID"] = part.element.get("LocationOID", "")
            elif part.name.startswith("ItemData") and self._open[-1].name == "ItemGroupData":
                self._item(part.element)

    def _enter(self, part: Part) -> None:
        element = part.element
        around = self._open[-1] if self._open else None
        own = {
            column: value
            for column, attribute in _CONTEXT[part.name].items()
            if (value := element.get(attribute)) is not None
        }
        context = {**(around.context if around else {}), **own}
        self._number += 1
        names = (part.name, *own.values())
        # In a snapshot every element is a thing of its own, even where two have the same keys.
        step = names if self._is_transactional else (*names, str(self._number))
        key = (*(around.key if around else ()), step)
        opened = _Open(part.name, key, context, self._change(element))
        oid = own.get("ItemGroupOID") or own.get("FormOID") or ""
        if part.name in RECORDS and (self._wanted is None or oid in self._wanted):
            opened.record = Record(oid, key, element.sourceline or 1, context)
        self._open.append(opened)
        self._vendors(element)

    def _leave(self, part: Part) -> Iterator[tuple[str, Record | Key]]:
        del part
        closed = self._open.pop()
        if closed.change == "Remove" and self._is_transactional:
            yield "removed", closed.key
        elif closed.record is not None:
            yield "record", closed.record

    def _change(self, element: etree._Element) -> str:
        change = element.get("TransactionType", "")
        if change not in _CHANGES:
            problem = f"the type of a transaction is '{change}'"
            remedy = "known: Insert, Update, Upsert, Remove, Context"
            place = Place(self._file, element.sourceline)
            raise DataError([Diagnostic("E3035", place, problem, remedy)])
        return change

    def _item(self, element: etree._Element) -> None:
        oid, group = element.get("ItemOID", ""), self._open[-1].key
        value = _value(element)
        is_removed = self._change(element) == "Remove" and self._is_transactional
        unit = _unit(element)
        for opened in self._open:
            record = opened.record
            if record is None:
                continue
            known = record.items.get(oid)
            if known is not None and (known[1] != group or not self._is_transactional):
                raise self._twice(element, oid, record)
            record.items[oid] = (None if is_removed else value, group)
            if unit:
                record.units[oid] = unit
        self._vendors(element)

    def _twice(self, element: etree._Element, oid: str, record: Record) -> DataError:
        problem = f"item '{oid}' comes twice in one record of '{record.oid}'"
        group = self._open[-1].context.get("ItemGroupOID", "")
        repeats = group != record.oid
        remedy = (
            f"state 'sheet: {group}': the group repeats, so each of it is a record"
            if repeats
            else ""
        )
        place = Place(self._file, element.sourceline, oid, record.words)
        return DataError([Diagnostic("E3034", place, problem, remedy)])

    def _vendors(self, element: etree._Element) -> None:
        for name in map(str, element.attrib):
            if name.startswith("{") and not name.startswith("{http://www.w3.org/"):
                space, _, local = name[1:].partition("}")
                self.vendors.add(f"{local} of {space}")


def _unit(element: etree._Element) -> str:
    """Return the OID of the unit that stands beside a value: an attribute of typed items."""
    inside = element.iterchildren(tag="{*}MeasurementUnitRef") if len(element) else ()
    stated = [element, *inside]
    return next((oid for each in stated if (oid := each.get("MeasurementUnitOID"))), "")


def _value(element: etree._Element) -> str | None:
    """Return the value of an item: its attribute (1.3), its text (typed items) or values (2.0)."""
    if element.get("IsNull") == "Yes":
        return None
    value = element.get("Value")
    if value is not None:
        return value
    values = [each.text or "" for each in element.iterchildren(tag="{*}Value")]
    if values:
        return ";".join(values)
    return (element.text or "").strip() or None
