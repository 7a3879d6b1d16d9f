"""The page of a document, held against what the stylesheet makes as it was published."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from trialport.define.html import define_html, stylesheet

DATA = Path(__file__).parent / "data"
DOCUMENTS = {name: (DATA / name).read_bytes() for name in ("sdtm-2.1.xml", "adam-2.1.xml")}


def _as_published(define: bytes) -> bytes:
    return bytes(etree.XSLT(etree.fromstring(stylesheet().read_bytes()))(etree.fromstring(define)))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_page_is_that_of_the_stylesheet_as_published(name: str) -> None:
    assert define_html(DOCUMENTS[name]) == _as_published(DOCUMENTS[name])


@pytest.mark.parametrize("kind", ["ItemDef", "CodeList", "MethodDef"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_identifier_of_several_definitions_or_of_none_changes_nothing(
    name: str, kind: str
) -> None:
    root = etree.fromstring(DOCUMENTS[name])
    first, second, third, *_ = root.iter(f"{{*}}{kind}")
    second.set("OID", first.get("OID"))
    third.set("OID", "NOTHING.REFERS.TO.IT")
    spoiled = etree.tostring(root)
    assert define_html(spoiled) == _as_published(spoiled)


def test_definitions_of_another_version_are_not_shown() -> None:
    root = etree.fromstring(DOCUMENTS["sdtm-2.1.xml"])
    version = next(root.iter("{*}MetaDataVersion"))
    other = etree.fromstring(etree.tostring(version))
    for each in other.iter("{*}TranslatedText"):
        each.text = "of another version"
    version.addnext(other)
    two = etree.tostring(root)
    assert define_html(two) == _as_published(two)
