"""Files as YAML: as people read them, and with each text on a line of its own for its cell."""

from __future__ import annotations

import json
from collections.abc import Iterator

from trialport.define.yaml_text import Flow, yaml_text
from trialport.workbook.cells import At, Cell
from trialport.workbook.tree import Tree

_BREAKS = {0x85: "\\N", 0x2028: "\\L", 0x2029: "\\P", 0x7F: "\\x7f", 0xFEFF: "\\uFEFF"}


def readable(tree: dict[str, Tree]) -> str:
    """Return a file as YAML in which short lists and mappings stand on one line."""
    return yaml_text({str(name): _folded(each, top=True) for name, each in tree.items()})


def _folded(tree: Tree, *, top: bool = False) -> object:
    """Return a value whose lists and mappings of texts are to stand on one line."""
    if isinstance(tree, dict):
        made = {str(name): _folded(each) for name, each in tree.items()}
        return Flow(made) if made and not top and _is_shallow(tree) else made
    if isinstance(tree, list):
        items = [_folded(each) for each in tree]
        return Flow(items) if _is_shallow(tree) else items
    return None if tree is None else str(tree)


def _is_shallow(tree: Tree, most: int = 2) -> bool:
    """Say whether lists and mappings stand in one another at most so deep."""
    inner = list(tree.values()) if isinstance(tree, dict) else tree
    return not isinstance(inner, list) or (
        most > 0 and all(_is_shallow(each, most - 1) for each in inner)
    )


def by_cell(tree: dict[str, Tree]) -> tuple[str, dict[int, Cell]]:
    """Return a file with one text a line, and the cell that each line comes from."""
    lines = list(_lines(tree, "", None))
    cells = {number: cell for number, (_, cell) in enumerate(lines, 1) if cell is not None}
    return "".join(f"{line}\n" for line, _ in lines), cells


def _lines(tree: Tree, indent: str, cell: Cell | None) -> Iterator[tuple[str, Cell | None]]:
    """Yield the lines of a mapping or list that is not empty."""
    if isinstance(tree, dict):
        for name, each in tree.items():
            at = name.cell if isinstance(name, At) else cell
            yield from _entry(f"{indent}{_quoted(name)}:", each, f"{indent}  ", at)
    elif isinstance(tree, list):
        for each in tree:
            yield from _entry(f"{indent}-", each, f"{indent}  ", cell)


def _entry(
    head: str, tree: Tree, indent: str, cell: Cell | None
) -> Iterator[tuple[str, Cell | None]]:
    if isinstance(tree, dict | list):
        if tree:
            yield head, cell
            yield from _lines(tree, indent, cell)
        else:
            yield f"{head} {'{}' if isinstance(tree, dict) else '[]'}", cell
    elif tree is None:
        yield head, cell
    elif isinstance(tree, At) and tree.cell != cell:
        yield head, cell
        yield f"{indent}{_quoted(tree)}", tree.cell
    else:
        yield f"{head} {_quoted(tree)}", cell


def _quoted(text: str) -> str:
    return json.dumps(str(text), ensure_ascii=False).translate(_BREAKS)
