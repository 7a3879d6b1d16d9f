"""Records that a specification writes itself, a row for each of their cells."""

from __future__ import annotations

from collections.abc import Iterator

from trialport.workbook import faults
from trialport.workbook.cell_text import scalar_text, text_value
from trialport.workbook.cells import At, written
from trialport.workbook.layout import GROUPS
from trialport.workbook.read_nodes import Made
from trialport.workbook.reading import Reading
from trialport.workbook.tree import Files, Tree

ROWS = "Rows"
HEADINGS = ("Dataset", "Block", "Row", "Column", "Value")


def block_rows(files: Files) -> Iterator[dict[str, str]]:
    """Yield a row for each cell of the records that blocks write themselves."""
    for path, tree in files.items():
        if path.partition("/")[0] in GROUPS:
            blocks = tree.get("records")
            for block, each in enumerate(blocks if isinstance(blocks, list) else (), 1):
                rows = each.get("rows") if isinstance(each, dict) else None
                for number, row in enumerate(rows if isinstance(rows, list) else (), 1):
                    head = {"Dataset": str(tree["dataset"]), "Block": str(block)}
                    yield from _cells(head | {"Row": str(number)}, row)


def _cells(head: dict[str, str], row: Tree) -> Iterator[dict[str, str]]:
    filled = row.items() if isinstance(row, dict) else ()
    there = [(name, value) for name, value in filled if value is not None]
    for name, value in there:
        yield head | {"Column": scalar_text(name), "Value": scalar_text(str(value))}
    if not there:
        yield head


def read_block_rows(made: Made, reading: Reading) -> None:
    """Put the rows into their blocks."""
    for row in reading.rows(ROWS, ("Dataset", "Block", "Row")):
        dataset, number = row.cells["Dataset"], row.cells["Row"]
        if dataset not in made.datasets:
            known = made.datasets
            fault = faults.unknown_name(dataset.cell, "dataset", dataset, "Datasets", known)
            reading.fault(fault)
            continue
        rows = _rows_of(row.cells["Block"], made.files[made.datasets[dataset]], reading)
        if rows is None:
            continue
        if number == str(len(rows) + 1):
            rows.append({})
        elif number != str(len(rows)):
            expected = len(rows) + 1
            reading.fault(faults.not_next(number.cell, number, "Row", expected))
            continue
        name, value = row.cells.get("Column"), row.cells.get("Value")
        last = rows[-1]
        if name is None or not isinstance(last, dict):
            if value is not None:
                reading.fault(faults.no_name(row.cell("Column"), "Column"))
            continue
        if name in last:
            first = written(last, name).cell
            reading.fault(faults.repeated_row(name.cell, name, first))
        last[name] = None if value is None else text_value(value)


def _rows_of(block: At, tree: dict[str, Tree], reading: Reading) -> list[Tree] | None:
    """Return the rows of a block, which begin with this."""
    blocks = tree.get("records")
    known = [str(each) for each in range(1, len(blocks) + 1)] if isinstance(blocks, list) else []
    if block not in known or not isinstance(blocks, list):
        reading.fault(faults.unknown_name(block.cell, "block", block, "Records", known))
        return None
    found = blocks[int(block) - 1]
    if not isinstance(found, dict):
        found = blocks[int(block) - 1] = {}
    rows = found.setdefault(At("rows", block.cell), [])
    return rows if isinstance(rows, list) else None
