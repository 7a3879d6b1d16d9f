"""Nodes of a specification as rows of a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trialport.spec.schema import keys
from trialport.workbook.cell_text import LEFT_EMPTY, list_text, mixed_text, scalar_text
from trialport.workbook.layout import GROUP, GROUPS, PART, Column, Kind, Path, Sheet, Step
from trialport.workbook.references import Names, References
from trialport.workbook.tree import Files, Tree


def node_rows(sheet: Sheet, files: Files, references: References) -> Iterator[dict[str, str]]:
    """Yield the row of each node of a sheet: by file, and in the order of the file."""
    names_of = Names()
    for path, tree in files.items():
        group, _, name = path.rpartition("/")
        if path != sheet.file and (sheet.file or group not in GROUPS):
            continue
        start = [] if sheet.file else [str(tree.get("dataset") or name)]
        for part, steps in {"": sheet.path, **sheet.parts}.items():
            for names, node in _nodes(tree, steps, start):
                yield _row(sheet, part, names, node, references, names_of, group)


def _nodes(tree: Tree, steps: Path, names: list[str]) -> Iterator[tuple[list[str], Tree]]:
    """Yield the nodes that a path leads to, each with what names it."""
    if not steps:
        yield names, tree
        return
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if isinstance(tree, dict) and step in tree:
            yield from _nodes(tree[step], rest, names)
    elif step is Step.NAME and isinstance(tree, dict):
        for name, each in tree.items():
            yield from _nodes(each, rest, [*names, name])
    elif isinstance(tree, list):
        for number, each in enumerate(tree, 1):
            found = [*names, str(number)] if step is Step.NUMBER else names
            yield from _nodes(each, rest, found)


def _row(
    sheet: Sheet,
    part: str,
    names: list[str],
    node: Tree,
    references: References,
    names_of: Names,
    group: str,
) -> dict[str, str]:
    address = dict(zip(sheet.address, names, strict=False))
    if part:
        address = {"Dataset": names[0], "Variable": names[-1], PART: part}
        address[PART] += f" {names[1]}" if len(names) > 2 else ""
    cells = {heading: scalar_text(text) for heading, text in address.items()}
    if node is None:
        return cells | {_first_key(sheet).heading: LEFT_EMPTY}
    said = long_form(node, sheet.node)
    name = names_of.of(sheet, cells, str(said.get("variable") or ""))
    for column in sheet.columns:
        if column.heading == GROUP:
            cells[GROUP] = group
        elif (value := _value(said, column.keys, sheet.node)) is not _NOTHING:
            cells[column.heading] = _text(value, column, name, references)
    return cells


_NOTHING: Any = object()


def _first_key(sheet: Sheet) -> Column:
    shorthand = getattr(sheet.node, "SHORTHAND", "")
    stated = [each for each in sheet.columns if each.keys]
    return next((each for each in stated if each.keys == (shorthand,)), stated[0])


def long_form(node: Tree, node_class: type) -> Mapping[str, Tree]:
    """Return a node as a mapping, also where it is written as one text."""
    if isinstance(node, dict):
        return node
    return {str(getattr(node_class, "SHORTHAND", "")): node}


def _value(said: Mapping[str, Tree], names: tuple[str, ...], node_class: type) -> Tree:
    """Return what stands under the keys of a column, or `_NOTHING`; empty keys are not there."""
    if not names or said.get(names[0]) is None:
        return _NOTHING
    value = said[names[0]]
    if len(names) == 1:
        return value
    inner = next(key.annotation for key in keys(node_class) if key.name == names[0])
    return _value(long_form(value, inner), names[1:], inner)


def _text(value: Tree, column: Column, name: str, references: References) -> str:
    match column.kind:
        case Kind.LIST:
            return list_text(value)
        case Kind.MIXED:
            return mixed_text(value)
        case Kind.METHOD if value:
            return references.method(name, str(value))
        case Kind.COMMENT if value:
            return references.comment(name, str(value))
        case Kind.WHERE:
            return references.where(name, value)
        case _:
            return scalar_text(None if value is None else str(value))
