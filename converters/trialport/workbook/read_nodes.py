"""The rows of a sheet as nodes of a specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from trialport.spec import forms
from trialport.spec.load_faults import other_form
from trialport.spec.nodes import Dataset, Records
from trialport.spec.schema import keys
from trialport.workbook import faults
from trialport.workbook.cells import At, written
from trialport.workbook.layout import GROUP, GROUPS, PART, Kind, Path, Sheet, Step
from trialport.workbook.reading import Reading, Row
from trialport.workbook.references import Names, Referred
from trialport.workbook.tree import Tree

Node = dict[str, Tree]


@dataclass(slots=True)
class Made:
    """The files of a study made so far, and the file of each dataset."""

    files: dict[str, Node] = field(default_factory=dict[str, Node])
    datasets: dict[At, str] = field(default_factory=dict[At, str])

    def file(self, path: str) -> Node:
        """Return the content of a file, which begins with this."""
        return self.files.setdefault(path, {})


def read_datasets(sheet: Sheet, made: Made, reading: Reading, referred: Referred) -> None:
    """Begin the file of each dataset."""
    names_of = Names()
    for row in reading.rows(sheet.name, (*sheet.address, GROUP)):
        name, group = row.cells["Dataset"], row.cells[GROUP]
        if name in made.datasets:
            first = written(made.datasets, name).cell
            reading.fault(faults.repeated_row(name.cell, name, first))
            continue
        if group not in GROUPS:
            reading.fault(faults.not_a_choice(group.cell, group, GROUP, GROUPS))
        if not forms.DATASET.fits(name):
            reading.fault(other_form(name.cell.place(""), name, "'Dataset'", forms.DATASET))
            continue
        path = PurePosixPath(group, f"{name.lower()}.yaml").as_posix()
        made.datasets[name] = path
        node = _node(sheet, row, reading, referred, names_of)
        content = node if isinstance(node, dict) else {}
        made.file(path).update({At("dataset", name.cell): name, **content})


def read_nodes(sheet: Sheet, made: Made, reading: Reading, referred: Referred) -> None:
    """Put the node of each row of a sheet into the file that it belongs to."""
    names_of = Names()
    for row in reading.rows(sheet.name, sheet.address):
        file = _file(sheet, row, made, reading)
        found = _steps(sheet, row, reading)
        node = _node(sheet, row, reading, referred, names_of)
        if file is not None and found is not None:
            _put(_Spot(sheet, row, reading), file, *found, node)


def _file(sheet: Sheet, row: Row, made: Made, reading: Reading) -> Node | None:
    if sheet.file:
        return made.file(sheet.file)
    name = row.cells["Dataset"]
    if name in made.datasets:
        return made.files[made.datasets[name]]
    reading.fault(faults.unknown_name(name.cell, "dataset", name, "Datasets", made.datasets))
    return None


def _steps(sheet: Sheet, row: Row, reading: Reading) -> tuple[Path, list[At]] | None:
    """Return the path to a row's node, and what names it on the way."""
    names = [row.cells[each] for each in sheet.address if sheet.file or each != "Dataset"]
    part = row.cells.get(PART)
    if part is None or not sheet.parts:
        return sheet.path, names
    word, _, number = part.partition(" ")
    if word not in sheet.parts or bool(number) != (Step.NUMBER in sheet.parts[word]):
        words = ("supplemental", "block 1")
        reading.fault(faults.not_a_choice(part.cell, part, PART, words))
        return None
    return sheet.parts[word], [*([At(number, part.cell)] if number else []), *names]


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a node is put, and who hears of faults."""

    sheet: Sheet
    row: Row
    reading: Reading


def _put(
    spot: _Spot, tree: Node | list[Tree], steps: Path, names: Sequence[At], node: Tree
) -> None:
    """Put a node where its path and names lead to."""
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        assert isinstance(tree, dict)
        key = At(step, spot.row.first().cell)
        inner: Node | list[Tree] = {} if rest[0] is Step.NAME else []
        there = tree.setdefault(key, inner)
        _put(spot, there if isinstance(there, dict | list) else inner, rest, names, node)
    elif step is Step.NEXT:
        assert isinstance(tree, list)
        tree.append(node)
    elif step is Step.NAME:
        assert isinstance(tree, dict)
        _put_by_name(spot, tree, rest, names, node)
    else:
        assert isinstance(tree, list)
        _put_by_number(spot, tree, rest, names, node)


def _put_by_name(spot: _Spot, tree: Node, rest: Path, names: Sequence[At], node: Tree) -> None:
    name, *later = names
    if not rest:
        if name in tree:
            first = written(tree, name).cell
            spot.reading.fault(faults.repeated_row(name.cell, name, first))
        tree[name] = node
    elif name not in tree:
        spot.reading.fault(faults.unknown_name(name.cell, "table", name, "Sources", tree))
    else:
        _put(spot, _opened(tree, name), rest, later, node)


def _put_by_number(
    spot: _Spot, tree: list[Tree], rest: Path, names: Sequence[At], node: Tree
) -> None:
    number, *later = names
    if not rest:
        if number != str(len(tree) + 1):
            spot.reading.fault(faults.not_next(number.cell, number, "Block", len(tree) + 1))
        tree.append(node)
        return
    known = [str(each) for each in range(1, len(tree) + 1)]
    if number not in known:
        spot.reading.fault(faults.unknown_name(number.cell, "block", number, "Records", known))
        return
    inner = tree[int(number) - 1]
    if isinstance(inner, dict):
        _put(spot, inner, rest, later, node)


def _opened(tree: Node, name: str) -> Node:
    """Return what stands under a name, as a mapping."""
    inner = tree[name]
    if not isinstance(inner, dict):
        inner = tree[name] = {}
    return inner


def _node(sheet: Sheet, row: Row, reading: Reading, referred: Referred, names_of: Names) -> Tree:
    """Return the node of a row: one text where it needs no more, None where it is left empty."""
    found: Node = {}
    name = names_of.of(sheet, row.cells, row.text("Variable"))
    cells = [
        (column, row.cells[column.heading])
        for column in sheet.columns
        if column.heading in row.cells and column.keys
    ]
    for column, text in cells:
        if column.kind in (Kind.METHOD, Kind.COMMENT, Kind.WHERE):
            value = referred.value(column.kind, text, name, reading)
        else:
            value = reading.value(text, column.kind)
        if value is not None:
            _set(found, column.keys, text, value)
    if cells and not found and not reading.found:
        return None
    return _short(_in_order(found, sheet.node), sheet.node)


def _set(found: Node, names: tuple[str, ...], text: At, value: Tree) -> None:
    first, *rest = names
    if not rest:
        found[At(first, text.cell)] = value
        return
    inner = found.setdefault(At(first, text.cell), {})
    assert isinstance(inner, dict)
    inner[At(rest[0], text.cell)] = value


def _in_order(found: Node, node_class: type) -> Node:
    """Return a node with its keys in the order in which its class declares them."""
    order = {key.name: (at, key.annotation) for at, key in enumerate(keys(node_class))}
    made: Node = {}
    for name in sorted(found, key=lambda each: order[each][0]):
        value, inner = found[name], order[name][1]
        is_node = isinstance(value, dict) and isinstance(getattr(inner, "SHORTHAND", None), str)
        made[name] = _short(value, inner) if is_node and isinstance(value, dict) else value
    return made


def _short(node: Mapping[str, Tree], node_class: type) -> Tree:
    """Return a node as one text where it is its only key's."""
    shorthand = getattr(node_class, "SHORTHAND", None)
    only = node.get(shorthand) if shorthand and len(node) == 1 else None
    return only if isinstance(only, str) else dict(node)


def tidy(made: Made) -> None:
    """Put the keys of datasets and their blocks in order."""
    for path in made.datasets.values():
        content = _in_order(made.files[path], Dataset)
        blocks = content.get("records")
        if isinstance(blocks, list):
            content["records"] = [
                _in_order(each, Records) if isinstance(each, dict) else each for each in blocks
            ]
        made.files[path] = content
