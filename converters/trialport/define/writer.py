"""A Define-XML 2.1 document as bytes: the same document, the same bytes.

Source: Define-XML 2.1; ODM 1.3.2.
"""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import attrgetter

from lxml import etree

from trialport.define.elements import (
    DEF,
    ODM,
    XLINK,
    child,
    codelist_element,
    comment_element,
    dataset_element,
    item_element,
    method_element,
    standard_element,
    value_item_element,
    value_list_element,
    where_element,
)
from trialport.define.faults import document_faults
from trialport.define.model import DefineDataset, DefineDocument, DefineVariable
from trialport.diagnostics import WriteError

STYLESHEET = "define2-1.xsl"
_NAMESPACES = {None: ODM, "def": DEF, "xlink": XLINK}
_EPOCH = datetime(1960, 1, 1)


def define_xml(document: DefineDocument, *, created: datetime | None) -> bytes:
    """Return the define.xml of a document, in UTF-8, with definitions sorted by identifier.

    Args:
        document: what is said; its datasets keep their order.
        created: the time of creation that the document bears; 1960-01-01T00:00:00 unless stated.

    Raises:
        WriteError: E4301 a label is missing, E4302 a type, length or origin, E4303 a reference
            leads nowhere, E4304 a name or an identifier is there twice, E4305 a codelist is empty.
    """
    faults = document_faults(document)
    if faults:
        raise WriteError(faults)
    root = _root(document, created or _EPOCH)
    instruction = f'type="text/xsl" href="{STYLESHEET}"'
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", instruction))
    tree = root.getroottree()
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _root(document: DefineDocument, created: datetime) -> etree._Element:
    root = etree.Element(f"{{{ODM}}}ODM", nsmap=_NAMESPACES)
    root.set("ODMVersion", "1.3.2")
    root.set("FileType", "Snapshot")
    root.set("FileOID", f"{document.study}.{document.group.upper()}.DEFINE")
    root.set("CreationDateTime", created.isoformat(timespec="seconds"))
    root.set("SourceSystem", "trialport")
    root.set(f"{{{DEF}}}Context", "Submission")
    study = child(root, "Study", OID=f"STDY.{document.study}")
    facts = child(study, "GlobalVariables")
    child(facts, "StudyName").text = document.study
    child(facts, "StudyDescription").text = document.description
    child(facts, "ProtocolName").text = document.study
    version = child(
        study,
        "MetaDataVersion",
        OID=f"MDV.{document.study}.{document.group.upper()}",
        Name=document.name,
        Description=document.name,
    )
    version.set(f"{{{DEF}}}DefineVersion", "2.1.0")
    version.extend(_definitions(document))
    return root


def _definitions(document: DefineDocument) -> Iterator[etree._Element]:
    """Yield what the metadata version holds, in the order that the schema asks for."""
    if document.standards:
        standards = etree.Element(f"{{{DEF}}}Standards")
        standards.extend(_sorted(standard_element(each) for each in document.standards))
        yield standards
    valued = list(_valued(document.datasets))
    yield from _sorted(value_list_element(name, variable) for name, variable in valued)
    yield from _sorted(
        where_element(name, variable.name, each)
        for name, variable in valued
        for each in variable.values
    )
    for dataset in document.datasets:
        yield dataset_element(document.group, dataset)
    items = [item_element(each.name, one) for each in document.datasets for one in each.variables]
    items += [
        value_item_element(name, variable.name, each)
        for name, variable in valued
        for each in variable.values
    ]
    yield from _sorted(items)
    by_oid = attrgetter("oid")
    yield from (codelist_element(each) for each in sorted(document.codelists, key=by_oid))
    yield from (method_element(each) for each in sorted(document.methods, key=by_oid))
    yield from (comment_element(each) for each in sorted(document.comments, key=by_oid))


def _valued(datasets: Iterable[DefineDataset]) -> Iterator[tuple[str, DefineVariable]]:
    """Yield dataset name and variable wherever single values are described."""
    for dataset in datasets:
        yield from ((dataset.name, each) for each in dataset.variables if each.values)


def _sorted(elements: Iterable[etree._Element]) -> list[etree._Element]:
    return sorted(elements, key=lambda each: each.get("OID", ""))
