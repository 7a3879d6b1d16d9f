"""Pieces of a drawing as elements: text is escaped when the page is written, never joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from lxml import html

Element: TypeAlias = Any
"""An element of lxml, which has no types of its own."""


def element(
    tag: str, attributes: Mapping[str, str] | None = None, *content: Element | str
) -> Element:
    """Return an element with attributes and content, text and elements in their order."""
    made = html.Element(tag, dict(attributes or {}))
    for each in content:
        if not isinstance(each, str):
            made.append(each)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + each
        else:
            made.text = (made.text or "") + each
    return made


def line(x1: float, y1: float, x2: float, y2: float, name: str) -> Element:
    """Return a line of a class."""
    ends = zip(("x1", "y1", "x2", "y2"), (x1, y1, x2, y2), strict=True)
    return element("line", {**{key: number(value) for key, value in ends}, "class": name})


def text(x: float, y: float, words: str, name: str) -> Element:
    """Return a text of a class that begins, ends or has its middle at a point."""
    return element("text", {"x": number(x), "y": number(y), "class": name}, words)


def number(value: float) -> str:
    """Return a coordinate with at most two decimals.

    >>> number(12.0), number(0.333)
    ('12', '0.33')
    """
    return format(round(value, 2) + 0.0, "g") if abs(value) < 10000 else str(round(value))
