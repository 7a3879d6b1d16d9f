"""A define.xml against the published schema, its line numbers kept.

Source: Define-XML 2.1 with Analysis Results Metadata 1.0, whose schema also takes documents
without results.
"""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from lxml import etree

from trialport.diagnostics import DataError, Diagnostic, Place
from trialport.templates import shipped

_ENTRY = ("define", "schema", "cdisc-arm-1.0", "arm1-0-0.xsd")
_NAMESPACE = re.compile(r"\{http[^}]*\}")


def parsed(define: bytes, file: str = "define.xml") -> etree._ElementTree:
    """Return the tree of a define.xml; entities stay unresolved and nothing is fetched.

    Raises:
        DataError: E4310, it is no XML, or it has a document type.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        tree = etree.fromstring(define, parser).getroottree()
    except etree.XMLSyntaxError as error:
        problem = f"the file is no XML: {error.msg}"
        raise DataError([Diagnostic("E4310", Place(file, error.lineno), problem)]) from error
    if tree.docinfo.internalDTD is not None:
        problem = "the file has a document type, which could name other files"
        raise DataError([Diagnostic("E4310", Place(file), problem, "remove the <!DOCTYPE>")])
    return tree


def schema_faults(tree: etree._ElementTree, file: str = "define.xml") -> list[Diagnostic]:
    """Return E4311 for each line that the schema refuses, in the order of the lines."""
    schema = _schema()
    if schema.validate(tree):
        return []
    return [
        Diagnostic("E4311", Place(file, each.line), _NAMESPACE.sub("", each.message).rstrip("."))
        for each in schema.error_log
    ]


@cache
def _schema() -> etree.XMLSchema:
    path = Path(str(shipped().joinpath(*_ENTRY)))
    return etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))
