"""Define-XML 2.0 as the 2.1 that says the same.

Source: Define-XML 2.1, changes from version 2.0.
"""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import re

from lxml import etree

from trialport.define.namespaces import DEF, DEF_20, NCI, ODM, define, odm
from trialport.diagnostics import DataError, Diagnostic, Place

_STANDARD = re.compile(r"(?P<guide>SDTM|SEND|ADaM)[- ]?IG", re.IGNORECASE)
_GUIDES = {"SDTM": "SDTMIG", "SEND": "SENDIG", "ADAM": "ADaMIG"}
_ORIGINS = {"CRF": ("Collected", "Investigator"), "eDT": ("Collected", "Vendor")}
_VERSIONS = ("2.0", "2.1")


def as_21(tree: etree._ElementTree, file: str) -> etree._ElementTree:
    """Return the tree with the names of version 2.1; one of version 2.0 is changed in place.

    Raises:
        DataError: E4381, the file is no Define-XML 2.0 or 2.1.
    """
    root = tree.getroot()
    version = root.find(f"{odm('Study')}/{odm('MetaDataVersion')}")
    stated = "" if version is None else (_version(version, DEF) or _version(version, DEF_20))
    if root.tag != f"{{{ODM}}}ODM" or not stated.startswith(_VERSIONS):
        seen = f"version '{stated[:20]}'" if stated else "no def:DefineVersion"
        problem = f"the file is no Define-XML 2.0 or 2.1: it has {seen}"
        raise DataError([Diagnostic("E4381", Place(file, root.sourceline), problem)])
    if stated.startswith("2.0") and version is not None:
        for each in root.iter(etree.Element):
            _rename(each)
        _standard(version)
        for dataset in version.iterchildren(odm("ItemGroupDef")):
            _class(dataset)
        for origin in version.iter(define("Origin")):
            _origin(origin)
        for codelist in version.iterchildren(odm("CodeList")):
            _codelist(codelist)
    return tree


def _version(version: etree._Element, namespace: str) -> str:
    return str(version.get(f"{{{namespace}}}DefineVersion", ""))


def _rename(element: etree._Element) -> None:
    old, new = f"{{{DEF_20}}}", f"{{{DEF}}}"
    if element.tag.startswith(old):
        element.tag = element.tag.replace(old, new)
    for name in [each for each in element.attrib if each.startswith(old)]:
        element.set(name.replace(old, new), element.attrib.pop(name))


def _standard(version: etree._Element) -> None:
    """Make def:Standards of the attributes that name the one standard of version 2.0."""
    name = version.attrib.pop(define("StandardName"), "")
    number = version.attrib.pop(define("StandardVersion"), "")
    if not name:
        return
    known = _STANDARD.match(name)
    guide = _GUIDES[known["guide"].upper()] if known else name
    standards = etree.Element(define("Standards"))
    oid = f"STD.{guide}.{number}"
    attributes = {"OID": oid, "Name": guide, "Type": "IG", "Version": number, "Status": "Final"}
    etree.SubElement(standards, define("Standard"), attributes)
    version.insert(0, standards)
    for each in version.iterchildren(odm("ItemGroupDef")):
        each.set(define("StandardOID"), oid)


def _class(dataset: etree._Element) -> None:
    name = dataset.attrib.pop(define("Class"), "")
    if name:
        leaf = dataset.find(define("leaf"))
        made = etree.Element(define("Class"), {"Name": name.upper()})
        dataset.insert(len(dataset) if leaf is None else dataset.index(leaf), made)


def _origin(origin: etree._Element) -> None:
    type_, source = _ORIGINS.get(origin.get("Type", ""), ("", ""))
    if type_:
        origin.set("Type", type_)
        origin.set("Source", source)


def _codelist(codelist: etree._Element) -> None:
    """Mark a codelist of the sponsor: one that has no NCI code."""
    codes = [each for each in codelist.iterchildren(odm("Alias")) if each.get("Context") == NCI]
    if not codes and codelist.find(odm("ExternalCodeList")) is None:
        codelist.set(define("IsNonStandard"), "Yes")
