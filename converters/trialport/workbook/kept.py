"""What a workbook holds and a specification has no place for, kept in workbook.yaml beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trialport.define.yaml_text import Flow, yaml_text
from trialport.workbook.tree import Tree

FILE = "workbook.yaml"

_HEAD = """\
# What the workbook of this study holds and a specification has no place for;
# `trialport spec export` puts it back. A cell is [what the study says, what the cell shows]:
# where the study says otherwise by now, the cell does too.
"""

Ids = dict[str, dict[str, str]]
CellsKept = dict[str, dict[str, dict[str, tuple[str, str]]]]


@dataclass(slots=True)
class Kept:
    """The rest of a workbook.

    Args:
        names: other names of sheets, by ours.
        headings: by sheet, other names of columns by ours; one that is none of ours by its own.
        ids: by sheet (Methods, Comments, WhereClauses, Codelists), the IDs by our names.
        cells: by sheet, row and heading, what the study says there and what the cell shows.
        rows: by sheet, the rows that a specification has none for.
        foreign: the workbook is not ours: what it leaves empty stays empty.
    """

    names: dict[str, str] = field(default_factory=dict[str, str])
    headings: Ids = field(default_factory=dict[str, dict[str, str]])
    ids: Ids = field(default_factory=dict[str, dict[str, str]])
    cells: CellsKept = field(default_factory=dict[str, dict[str, dict[str, tuple[str, str]]]])
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict[str, list[dict[str, str]]])
    foreign: bool = False

    def keep(self, sheet: str, row: str, heading: str, says: str, shows: str) -> None:
        """Keep what a cell shows where the study says something else, or nothing."""
        self.cells.setdefault(sheet, {}).setdefault(row, {})[heading] = (says, shows)

    def text(self) -> str:
        """Return the content of workbook.yaml; '' where nothing is kept."""
        cells = {
            sheet: {
                row: Flow({heading: Flow(each) for heading, each in sorted(one.items())})
                for row, one in sorted(rows.items())
            }
            for sheet, rows in sorted(self.cells.items())
        }
        rows = {
            sheet: [Flow(dict(sorted(each.items()))) for each in rows]
            for sheet, rows in sorted(self.rows.items())
        }
        ids = {
            sheet: {name: each for name, each in sorted(there.items()) if name != each}
            for sheet, there in sorted(self.ids.items())
        }
        parts: dict[str, object] = {
            "layout": "foreign" if self.foreign else "",
            "names": self.names,
            "headings": {
                sheet: Flow(dict(sorted(each.items())))
                for sheet, each in sorted(self.headings.items())
            },
            "ids": {sheet: each for sheet, each in ids.items() if each},
            "cells": cells,
            "rows": rows,
        }
        filled = {name: each for name, each in parts.items() if each}
        return _HEAD + yaml_text(filled) if filled else ""


def kept_of(tree: Tree) -> Kept:
    """Return what workbook.yaml says; what has another shape counts for nothing."""
    root = _mapping(tree)
    cells: CellsKept = {}
    for sheet, rows in _mapping(root.get("cells")).items():
        for row, one in _mapping(rows).items():
            for heading, pair in _mapping(one).items():
                if isinstance(pair, list) and len(pair) == 2:
                    says, shows = (str(each or "") for each in pair)
                    cells.setdefault(sheet, {}).setdefault(row, {})[heading] = (says, shows)
    rows = {
        sheet: [_texts(each) for each in listed] if isinstance(listed, list) else []
        for sheet, listed in _mapping(root.get("rows")).items()
    }
    headings = {sheet: _texts(each) for sheet, each in _mapping(root.get("headings")).items()}
    ids = {sheet: _texts(each) for sheet, each in _mapping(root.get("ids")).items()}
    foreign = root.get("layout") == "foreign"
    return Kept(_texts(root.get("names")), headings, ids, cells, rows, foreign)


def _mapping(tree: Tree) -> Mapping[str, Tree]:
    return tree if isinstance(tree, dict) else {}


def _texts(tree: Tree) -> dict[str, str]:
    return {name: str(each or "") for name, each in _mapping(tree).items()}
