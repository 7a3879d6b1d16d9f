r"""Values of a specification as the text of a cell, and back.

A text stands in its cell as it is. `~` is what was left empty, `""` the empty text. Where a cell
may also hold a list or mapping, that is written as in YAML, between brackets on one line. A text
that would be taken for one of these has a backslash before it.
"""

from __future__ import annotations

import re

import yaml

from trialport.diagnostics import Diagnostic
from trialport.spec.yaml_text import compose
from trialport.workbook.cells import At, Cell
from trialport.workbook.tree import Tree, tree_of

LEFT_EMPTY, EMPTY_TEXT = "~", '""'

_SPECIAL = re.compile(r'\\*(?:~|"")')
_OPENED = re.compile(r"\\*[\[{]")
_ITEM = re.compile(r"[^\s,\[\]{}\"~\\](?:[^,\n\r\t]*[^\s,])?")


def scalar_text(value: str | None, *, brackets: bool = False) -> str:
    r"""Return the cell of a text; `brackets` says that the cell may hold a list or mapping.

    >>> [scalar_text(each) for each in ("sbp", "", None, "~", "[1]")]
    ['sbp', '""', '~', '\\~', '[1]']
    >>> scalar_text("[1]", brackets=True)
    '\\[1]'
    """
    if value is None:
        return LEFT_EMPTY
    if value == "":
        return EMPTY_TEXT
    special = _SPECIAL.fullmatch(value) or (brackets and _OPENED.match(value))
    return f"\\{value}" if special else value


def scalar_value(text: str, *, brackets: bool = False) -> str | None:
    """Return the text that a cell holds: the inverse of `scalar_text`."""
    if text == LEFT_EMPTY:
        return None
    if text == EMPTY_TEXT:
        return ""
    special = _SPECIAL.fullmatch(text) or (brackets and _OPENED.match(text))
    return text[1:] if special else text


def mixed_text(value: Tree) -> str:
    """Return the cell of a text, list or mapping."""
    return flow_text(value) if isinstance(value, dict | list) else scalar_text(value, brackets=True)


def list_text(value: Tree) -> str:
    """Return the cell of a list of texts: with commas, or between brackets where one needs it.

    >>> list_text(["VSDTC", "VSSEQ desc"]), list_text(["a,b", ""]), list_text("USUBJID")
    ('VSDTC, VSSEQ desc', "['a,b', '']", 'USUBJID')
    """
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return mixed_text(value)
    items = [each for each in value if isinstance(each, str) and _ITEM.fullmatch(each)]
    if value and len(items) == len(value):
        return ", ".join(items)
    return flow_text(value)


def flow_text(value: Tree) -> str:
    """Return a list or mapping as YAML on one line.

    >>> flow_text({"text": "1", "by": ["USUBJID", None]})
    "{text: '1', by: [USUBJID, null]}"
    """
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=float("inf"),
    )
    return str(text).rstrip("\n")


class _Dumper(yaml.SafeDumper):
    """A dumper without anchors, which writes each text so that it reads as text."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _plain(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_str(str(text))


_Dumper.add_multi_representer(str, _plain)


def text_value(text: At) -> Tree:
    """Return what a cell holds that takes one text."""
    value = scalar_value(text)
    return None if value is None else At(value, text.cell)


def mixed_value(text: At, found: list[Diagnostic]) -> Tree:
    """Return what a cell holds that takes a text, a list or a mapping.

    Faults of what stands between brackets (E10..) have the line in the cell, not the cell itself.
    """
    if not text.startswith(("[", "{")):
        value = scalar_value(text, brackets=True)
        return None if value is None else At(value, text.cell)
    node, faults = compose(text, "")
    found += faults
    return None if node is None else located(tree_of(node), text.cell)


def list_value(text: At, found: list[Diagnostic]) -> Tree:
    """Return what a cell holds that takes a list of texts."""
    if text.startswith(("[", "{")) or text == LEFT_EMPTY:
        return mixed_value(text, found)
    items = (scalar_value(each.strip()) for each in text.split(","))
    return [None if each is None else At(each, text.cell) for each in items]


def located(tree: Tree, cell: Cell) -> Tree:
    """Return a value all of whose texts stand in one cell."""
    if isinstance(tree, dict):
        return {At(name, cell): located(each, cell) for name, each in tree.items()}
    if isinstance(tree, list):
        return [located(each, cell) for each in tree]
    return None if tree is None else At(tree, cell)
