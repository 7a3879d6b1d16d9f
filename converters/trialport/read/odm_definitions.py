"""What an ODM file says of its items: names, types, labels, units, what codes mean."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from trialport.read.odm_parts import Part
from trialport.read.texts import Described
from trialport.spec.nodes import ColumnType

_TYPES = {
    "integer": ColumnType.INTEGER,
    "float": ColumnType.NUMBER,
    "double": ColumnType.NUMBER,
    "decimal": ColumnType.NUMBER,
    "date": ColumnType.DATE,
    "partialDate": ColumnType.DATE,
    "incompleteDate": ColumnType.DATE,
    "datetime": ColumnType.DATETIME,
    "partialDatetime": ColumnType.DATETIME,
    "incompleteDatetime": ColumnType.DATETIME,
    "time": ColumnType.TIME,
    "partialTime": ColumnType.TIME,
    "incompleteTime": ColumnType.TIME,
}
"""Data types of ODM 1.3.2, 3.1.1.3.6.1 ItemDef, that are no text."""


@dataclass(frozen=True, slots=True)
class _Item:
    name: str
    short: str
    type: str
    label: str
    codelist: str
    units: tuple[str, ...]


@dataclass(slots=True)
class Definitions:
    """The definitions of a file, gathered while it is read; empty where it has none.

    `parts` holds, for each form and item group, the groups and items that it refers to.
    """

    items: dict[str, _Item] = field(default_factory=dict[str, _Item])
    decodes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    units: dict[str, str] = field(default_factory=dict[str, str])
    parts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    labels: dict[str, str] = field(default_factory=dict[str, str])

    def take(self, part: Part) -> None:
        """Keep what a part defines."""
        element, oid = part.element, part.element.get("OID", "")
        if part.name == "ItemDef":
            self.items[oid] = _item(element)
        elif part.name == "CodeList":
            self.decodes[oid] = dict(_decodes(element))
        elif part.name == "MeasurementUnit":
            self.units[oid] = _text(element, "Symbol") or element.get("Name", oid)
        elif part.name in ("ItemGroupDef", "FormDef"):
            self.labels[oid] = _text(element, "Description") or element.get("Name", "")
            self.parts[oid] = [
                each.get("ItemOID") or each.get("ItemGroupOID") or ""
                for each in _children(element)
                if _name(each) in ("ItemRef", "ItemGroupRef")
            ]

    def items_of(self, oid: str) -> Iterator[str]:
        """Yield the items of a form or group, those of groups within it too, each once."""
        seen: set[str] = set()
        todo = list(reversed(self.parts.get(oid, [])))
        while todo:
            each = todo.pop()
            if each in seen:
                continue
            seen.add(each)
            if each in self.parts:
                todo += reversed(self.parts[each])
            else:
                yield each

    def other_names(self, oid: str) -> tuple[str, ...]:
        """Return the other names of an item: SASFieldName and Name of its definition."""
        item = self.items.get(oid)
        return (item.short, item.name) if item else ()

    def described(self, oid: str) -> Described:
        """Return what the file says of an item."""
        item = self.items.get(oid)
        if item is None:
            return Described()
        unit = self.units.get(item.units[0], item.units[0]) if len(item.units) == 1 else ""
        kind = _TYPES.get(item.type, ColumnType.TEXT).value if item.type else ""
        return Described(item.label, kind, unit, self.decodes.get(item.codelist, {}))


def _item(element: etree._Element) -> _Item:
    label = _text(element, "Question") or _text(element, "Description") or element.get("Name", "")
    codelist = [each.get("CodeListOID", "") for each in _named(element, "CodeListRef")]
    units = [each.get("MeasurementUnitOID", "") for each in _named(element, "MeasurementUnitRef")]
    return _Item(
        element.get("Name", ""),
        element.get("SASFieldName") or element.get("SDSVarName") or "",
        element.get("DataType", ""),
        label,
        codelist[0] if codelist else "",
        tuple(units),
    )


def _decodes(element: etree._Element) -> Iterator[tuple[str, str]]:
    for each in _named(element, "CodeListItem"):
        yield each.get("CodedValue", ""), _text(each, "Decode")


def _text(element: etree._Element, name: str) -> str:
    """Return the translated text of a child, the English one where there are several."""
    texts = [
        (each.get("{http://www.w3.org/XML/1998/namespace}lang", ""), " ".join(each.itertext()))
        for child in _named(element, name)
        for each in _named(child, "TranslatedText")
    ]
    english = [text for language, text in texts if language in ("", "en") or "en-" in language]
    return " ".join((english or [text for _, text in texts] or [""])[0].split())


def _named(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in _children(element) if _name(each) == name)


def _children(element: etree._Element) -> Iterator[etree._Element]:
    return (each for each in element if isinstance(each.tag, str))


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
