"""Parts of a define.xml as a check looks at them: elements, with their lines."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from itertools import chain

from lxml import etree

from trialport.define.namespaces import odm


def variables_of(root: etree._Element, dataset: etree._Element) -> dict[str, etree._Element]:
    """Return the definitions of the variables of a dataset by name, in their order."""
    references = dataset.findall(odm("ItemRef"))
    references.sort(key=lambda each: whole(each.get("OrderNumber", "")))
    known = by_oid(root, odm("ItemDef"))
    oids = [each.get("ItemOID", "") for each in references]
    return {known[each].get("Name", ""): known[each] for each in oids if each in known}


def by_oid(root: etree._Element, tag: str) -> dict[str, etree._Element]:
    """Return the definitions of a kind by their identifiers."""
    return {oid(each): each for each in root.iter(tag)}


def described(element: etree._Element) -> str:
    """Return the first description of an element, empty where it has none."""
    path = f"{odm('Description')}/{odm('TranslatedText')}"
    return "".join(chain.from_iterable(each.itertext() for each in element.findall(path)[:1]))


def oid(element: etree._Element) -> str:
    """Return the identifier of a definition."""
    return str(element.get("OID") or element.get("ID") or "")


def whole(text: str) -> int:
    """Return a whole number; 0 for what is none, which the schema has reported."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
