"""The parts of an .xlsx file as XML: where a sheet lies, and its elements one after the other."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def sheet_part(book: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that holds the sheet, '' where the book has none such."""
    with book.open("xl/workbook.xml") as content:
        sheets = {
            each.get("name"): each.get(_RELATION) or each.get(_STRICT_RELATION)
            for each in elements(content, "sheet")
        }
    with book.open("xl/_rels/workbook.xml.rels") as content:
        targets = {
            each.get("Id"): each.get("Target", "") for each in elements(content, "Relationship")
        }
    target = targets.get(sheets.get(sheet)) or ""
    part = target[1:] if target.startswith("/") else f"xl/{target}"
    return part if part in book.namelist() else ""


def elements(content: IO[bytes], name: str) -> Iterator[ElementTree.Element]:
    """Yield each element of a local name, which is emptied when the next one is asked for."""
    for _, element in ElementTree.iterparse(content):
        if local(element.tag) == name:
            yield element
            element.clear()


def local(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]


def cell_address(name: str) -> tuple[int, int]:
    """Return row and column of a cell, both from 1; 0 where the name has none.

    >>> cell_address("AB12")
    (12, 28)
    """
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(name[len(letters) :] or 0), column
