"""A Define-XML 2.1 document as bytes: the same document, the same bytes.

Source: Define-XML 2.1; ODM 1.3.2.
"""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from lxml import etree

from trialport.define.elements import (
    attributes,
    child,
    codelist_element,
    comment_element,
    dataset_element,
    element,
    item_element,
    leaf_element,
    method_element,
    reference_element,
    standard_element,
    value_list_element,
    where_element,
)
from trialport.define.faults import document_faults
from trialport.define.model import DefineDocument
from trialport.define.namespaces import ARM, DEF, ODM, XLINK, define
from trialport.define.result_elements import displays_element
from trialport.diagnostics import WriteError

STYLESHEET = "define2-1.xsl"
_NAMESPACES = {None: ODM, "def": DEF, "xlink": XLINK}
_EPOCH = datetime(1960, 1, 1)


def define_xml(document: DefineDocument, *, created: datetime | None) -> bytes:
    """Return the define.xml of a document, in UTF-8, with definitions sorted by identifier.

    Args:
        document: what is said; its datasets and displays keep their order.
        created: the time of creation that the document bears; 1960-01-01T00:00:00 unless stated.

    Raises:
        WriteError: E4301 a label is missing, E4302 a type, length or origin, E4303 a reference
            leads nowhere, E4304 a name or an identifier is there twice, E4305 a codelist is empty.
    """
    faults = document_faults(document)
    if faults:
        raise WriteError(faults)
    return document_xml(document, created=created)


def document_xml(document: DefineDocument, *, created: datetime | None) -> bytes:
    """Return the XML of a document whatever it lacks; see `define_xml`."""
    root = _root(document, created or _EPOCH)
    instruction = f'type="text/xsl" href="{STYLESHEET}"'
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", instruction))
    tree = root.getroottree()
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _root(document: DefineDocument, created: datetime) -> etree._Element:
    names = {**_NAMESPACES, "arm": ARM} if document.displays else _NAMESPACES
    root = etree.Element(f"{{{ODM}}}ODM", nsmap=names)
    root.set("ODMVersion", "1.3.2")
    root.set("FileType", "Snapshot")
    root.set("FileOID", document.file.oid)
    root.set("CreationDateTime", created.isoformat(timespec="seconds"))
    attributes(root, Originator=document.file.originator, SourceSystem=document.file.system)
    attributes(root, SourceSystemVersion=document.file.system_version)
    root.set(define("Context"), document.file.context)
    study = child(root, "Study", OID=document.file.study)
    facts = child(study, "GlobalVariables")
    child(facts, "StudyName").text = document.study
    child(facts, "StudyDescription").text = document.study_description
    child(facts, "ProtocolName").text = document.protocol
    version = child(study, "MetaDataVersion", OID=document.file.version, Name=document.name)
    attributes(version, Description=document.description)
    version.set(define("DefineVersion"), "2.1.0")
    if document.comment:
        version.set(define("CommentOID"), document.comment)
    version.extend(_definitions(document))
    return root


def _definitions(document: DefineDocument) -> Iterator[etree._Element]:
    """Yield what the metadata version holds, in the order that the schema asks for."""
    if document.standards:
        standards = element("Standards", DEF)
        standards.extend(_sorted(map(standard_element, document.standards)))
        yield standards
    for name, references in (
        ("AnnotatedCRF", document.crf),
        ("SupplementalDoc", document.supplements),
    ):
        if references:
            listed = element(name, DEF)
            listed.extend(map(reference_element, references))
            yield listed
    yield from _sorted(map(value_list_element, document.value_lists))
    yield from _sorted(map(where_element, document.wheres))
    yield from map(dataset_element, document.datasets)
    yield from _sorted(map(item_element, document.items))
    yield from _sorted(map(codelist_element, document.codelists))
    yield from _sorted(map(method_element, document.methods))
    yield from _sorted(map(comment_element, document.comments))
    yield from sorted(map(leaf_element, document.leaves), key=lambda each: each.get("ID", ""))
    if document.displays:
        yield displays_element(document.displays)


def _sorted(elements: Iterable[etree._Element]) -> list[etree._Element]:
    return sorted(elements, key=lambda each: each.get("OID", ""))
