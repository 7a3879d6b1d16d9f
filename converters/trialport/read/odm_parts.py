"""ODM-XML as a stream of parts: one element at a time, nothing from outside, nothing expanded."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from lxml import etree

from trialport.diagnostics import DataError, Diagnostic, Place

NAMESPACES = {
    "http://www.cdisc.org/ns/odm/v1.2": "1.2",
    "http://www.cdisc.org/ns/odm/v1.3": "1.3",
    "http://www.cdisc.org/ns/odm/v2.0": "2.0",
}


_WHOLE = ("ItemDef", "CodeList", "ItemGroupDef", "FormDef", "MeasurementUnit")
"""Elements that are read with their children, at their own end; so are items of data."""


class Part(NamedTuple):
    """The start or the end of an ODM element; at its end its text and children are there.

    `name` is its name without the namespace; elements of vendors' own namespaces are left out.
    """

    event: Literal["start", "end"]
    name: str
    element: etree._Element


def odm_parts(path: Path, file: str) -> Iterator[Part]:
    """Yield the parts of an ODM file in their order; each element is emptied after its end.

    The memory that is needed does not grow with the file. A document type, and with it every
    entity, is refused; nothing else is read than the file.

    Raises:
        DataError: E3031 no XML, E3032 a document type, E3033 no ODM of a version that is read.
    """
    try:
        with path.open("rb") as stream:
            yield from _parts(stream, file)
    except etree.XMLSyntaxError as error:
        place = Place(file, error.lineno or None)
        problem = f"the file is no XML that can be read ({_reason(error)})"
        raise DataError([Diagnostic("E3031", place, problem, "export it again")]) from error


def _parts(stream: BinaryIO, file: str) -> Iterator[Part]:
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    space, within = "", 0
    for event, element in events:
        if not space:
            space = _namespace(element, file)
        tag = str(element.tag)
        name = tag[len(space) :] if tag.startswith(space) else ""
        is_whole = name in _WHOLE or name.startswith("ItemData")
        within += is_whole if event == "start" else 0
        if name:
            yield Part("start" if event == "start" else "end", name, element)
        if event == "end":
            within -= is_whole
            if not within:
                _empty(element)


def _namespace(root: etree._Element, file: str) -> str:
    """Return the namespace of the root as it stands before names, once it is known to be ODM."""
    if root.getroottree().docinfo.doctype:
        problem = "the file declares a document type, which ODM has not"
        remedy = "remove the line that begins with <!DOCTYPE; entities and other files are not read"
        raise DataError([Diagnostic("E3032", Place(file, 1), problem, remedy)])
    tag = etree.QName(root)
    if tag.localname != "ODM" or tag.namespace not in NAMESPACES:
        found = f"'{tag.localname}' of '{tag.namespace or ''}'"
        problem = f"the file is no ODM of a version that is read: it begins with {found}"
        remedy = "export it as ODM 1.3 or 2.0"
        raise DataError([Diagnostic("E3033", Place(file, root.sourceline), problem, remedy)])
    return f"{{{tag.namespace}}}"


def _empty(element: etree._Element) -> None:
    """Free what an element held, and what stands before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _reason(error: etree.XMLSyntaxError) -> str:
    return str(error.msg or "no reason given").partition(", line ")[0]
