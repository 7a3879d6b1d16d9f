"""A define.xml as a page for people, through the stylesheet that is shipped beside it."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import re
from functools import cache
from importlib.resources.abc import Traversable

from lxml import etree

from trialport.define.schema import parsed
from trialport.define.writer import STYLESHEET
from trialport.templates import shipped

_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_DESCRIBED = "/odm:ODM/odm:Study[1]/odm:MetaDataVersion[1]"
"""What the variables of the stylesheet look into, as `$g_MetaDataVersion`."""

_DEFINITIONS = re.compile(r"\$g_MetaDataVersion/(\w+:\w+)")
_BY_OID = re.compile(r"(\$g_seq\w+|\.\./\.\./odm:ItemDef)\[@OID ?= ?(\$[\w/:@]+)\]")


def define_html(define: bytes) -> bytes:
    """Return the HTML page of a define.xml; nothing is fetched and no file is read.

    Raises:
        DataError: E4310, it is no XML, or it has a document type.
    """
    return bytes(_transform()(parsed(define)))


def stylesheet() -> Traversable:
    """Return the stylesheet that a browser looks for beside a define.xml."""
    return shipped() / "define" / STYLESHEET


@cache
def _transform() -> etree.XSLT:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    sheet = _with_keys(etree.fromstring(stylesheet().read_bytes(), parser))
    return etree.XSLT(sheet, access_control=etree.XSLTAccessControl.DENY_ALL)


def _with_keys(sheet: etree._Element) -> etree._Element:
    """Have definitions found by their OID through keys: the stylesheet looks at all each time.

    The page is the same; to make it takes a quarter of the time for a study of usual size.
    """
    keyed: dict[str, str] = {}
    for variable in sheet.findall(f"{_XSL}variable"):
        kind = _DEFINITIONS.fullmatch(variable.get("select", ""))
        if kind is not None:
            name, match = variable.get("name"), f"{_DESCRIBED}/{kind[1]}"
            sheet.insert(0, sheet.makeelement(f"{_XSL}key", name=name, match=match, use="@OID"))
            keyed |= {f"${name}": name, f"../../{kind[1]}": name}

    def looked_up(found: re.Match[str]) -> str:
        return f"key('{keyed[found[1]]}', {found[2]})" if found[1] in keyed else found[0]

    for each in sheet.iter(f"{_XSL}*"):
        for attribute, asked in each.attrib.items():
            if attribute in {"select", "test"}:
                each.set(attribute, _BY_OID.sub(looked_up, asked))
    return sheet
