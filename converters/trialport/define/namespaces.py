"""The namespaces of Define-XML, and names in them."""

from __future__ import annotations

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
DEF_20 = "http://www.cdisc.org/ns/def/v2.0"
ARM = "http://www.cdisc.org/ns/arm/v1.0"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
NCI = "nci:ExtCodeID"


def odm(name: str) -> str:
    """Return a name of ODM as lxml writes it."""
    return f"{{{ODM}}}{name}"


def define(name: str) -> str:
    """Return a name of Define-XML 2.1 as lxml writes it."""
    return f"{{{DEF}}}{name}"


def arm(name: str) -> str:
    """Return a name of Analysis Results Metadata as lxml writes it."""
    return f"{{{ARM}}}{name}"
