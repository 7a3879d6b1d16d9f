"""A define.xml as a page for people, through the stylesheet that is shipped beside it."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from functools import cache
from importlib.resources.abc import Traversable

from lxml import etree

from trialport.define.schema import parsed
from trialport.define.writer import STYLESHEET
from trialport.templates import shipped


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
    sheet = etree.fromstring(stylesheet().read_bytes(), parser)
    return etree.XSLT(sheet, access_control=etree.XSLTAccessControl.DENY_ALL)
