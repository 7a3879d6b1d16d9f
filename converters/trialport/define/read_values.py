"""Attributes, texts and references of a define.xml, with the faults that reading them meets."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from trialport.define.model import DefinePages, DefineReference
from trialport.define.namespaces import XML, define, odm
from trialport.diagnostics import Diagnostic, Place


class Reading:
    """One reading of a file: its name, and the faults so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Diagnostic] = []

    def required(self, element: etree._Element, name: str) -> str:
        """Return an attribute that must be there; E4382 where it is not."""
        value = str(element.get(name, ""))
        if not value:
            problem = f"{local(str(element.tag))} has no {local(name)}"
            self.found.append(Diagnostic("E4382", Place(self.file, element.sourceline), problem))
        return value

    def number(self, element: etree._Element, name: str) -> int | None:
        """Return an attribute as a whole number, None where it is not there; E4383."""
        value = str(element.get(name, "")).strip()
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= 9):
            problem = f"{name} of {local(str(element.tag))} is '{value[:40]}', no whole number"
            self.found.append(Diagnostic("E4383", Place(self.file, element.sourceline), problem))
            return None
        return int(value)

    def described(self, element: etree._Element) -> str:
        """Return the description of an element, empty where it has none."""
        description = element.find(odm("Description"))
        return "" if description is None else self.translated(description)

    def translated(self, element: etree._Element) -> str:
        """Return the English text of an element that may have translations, else the first."""
        texts = element.findall(odm("TranslatedText"))
        english = [each for each in texts if each.get(f"{{{XML}}}lang", "").startswith("en")]
        return next(((each.text or "") for each in (*english, *texts)), "")

    def content(self, element: etree._Element, path: str) -> str:
        """Return the text of the first element there is."""
        found = element.find(path)
        return "" if found is None else (found.text or "")


def first(element: etree._Element, tag: str) -> etree._Element:
    """Return the first child of a name; it is known to be there."""
    return next(element.iterchildren(tag))


def children(element: etree._Element, *tags: str) -> list[etree._Element]:
    """Return the children of these names."""
    return list(element.iterchildren(*tags))


def ordered(elements: Sequence[etree._Element], read: Reading) -> list[etree._Element]:
    """Return elements by their order numbers, or as they stand where one has none."""
    numbers = [read.number(each, "OrderNumber") for each in elements]
    if any(each is None for each in numbers):
        return list(elements)
    pairs = sorted(zip(numbers, elements, strict=True), key=lambda each: each[0] or 0)
    return [element for _, element in pairs]


def is_yes(element: etree._Element, name: str) -> bool:
    """Return whether an attribute says Yes."""
    return bool(element.get(name) == "Yes")


def references_of(element: etree._Element | None) -> tuple[DefineReference, ...]:
    """Return the documents that an element refers to."""
    found = [] if element is None else children(element, define("DocumentRef"))
    return tuple(
        DefineReference(
            each.get("leafID", ""), tuple(map(_pages, children(each, define("PDFPageRef"))))
        )
        for each in found
    )


def _pages(element: etree._Element) -> DefinePages:
    return DefinePages(
        type=element.get("Type", ""),
        refs=element.get("PageRefs", ""),
        first=element.get("FirstPage", ""),
        last=element.get("LastPage", ""),
        title=element.get("Title", ""),
    )


def local(name: str) -> str:
    """Return a name without its namespace.

    >>> local("{http://www.cdisc.org/ns/odm/v1.3}ItemDef")
    'ItemDef'
    """
    return name.rpartition("}")[2]
