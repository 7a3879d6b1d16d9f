"""Cells of records written in the specification that no expression reads: most often misspelt."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from trialport.diagnostics import Diagnostic, did_you_mean
from trialport.spec.nodes import Dataset, Expression
from trialport.spec.parse import ExpressionError, parse
from trialport.spec.parts import parts


def unread_cells(node: Dataset) -> list[Diagnostic]:
    """Return E1234 for each name of a cell under `rows` that nothing in the dataset reads."""
    rows = [row for block in node.records for row in block.rows or ()]
    if not rows:
        return []
    read = {name for each in parts(node) if isinstance(each, Expression) for name in _names(each)}
    read |= {each.text for names in node.copy.values() for each in names}
    first = {name: cell for row in reversed(rows) for name, cell in row.items()}
    return [
        Diagnostic(
            "E1234",
            cell.place,
            f"the cell '{name}' is read by nothing in {node.dataset.text}",
            did_you_mean(name, first.keys() & read),
        )
        for name, cell in first.items()
        if name not in read
    ]


def _names(expression: Expression) -> Iterator[str]:
    try:
        tree = parse(expression.text)
    except ExpressionError:
        return
    yield from (each.name for each in tree.find_all(exp.Column))
