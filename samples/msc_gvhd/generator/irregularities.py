"""The irregular cells of the export: where they are, what they hold, what a converter must do.

`convert` means that the cell must be read as `value` (empty: as missing); `finding` means that
the cell contradicts something and must be reported. No irregularity changes an endpoint of any
subject.
"""

from dataclasses import dataclass

from .delivery import DELIVERY, cell_text, excel_serial
from .design import Design
from .random_stream import Stream
from .rows import Cell, Tables, is_day
from .traps import Trap, traps

_BLOCK = 192


@dataclass(frozen=True, slots=True)
class Irregularity:
    """One irregular cell; `index` counts the rows of its table within the block from 0."""

    table: str
    index: int
    column: str
    raw_value: str
    kind: str
    action: str
    value: str


def plant_irregularities(
    design: Design, block: int, tables: Tables, subjects: int
) -> list[Irregularity]:
    """Spoil cells of the tables in place; return what was done, in order of table and row."""
    order = list(tables)
    found: list[Irregularity] = []
    taken: set[tuple[str, int, str]] = set()
    for number, trap in enumerate(traps()):
        stream = Stream(design.seed, block, "trap", number)
        wanted = round(trap.count * subjects / _BLOCK)
        for index in stream.shuffled(_able(trap, tables, taken))[:wanted]:
            row = tables[trap.table][index]
            raw, value = trap.spoil(row.get(trap.column), stream)
            row[trap.column] = raw
            taken.add((trap.table, index, trap.column))
            text = _as_read(raw, trap)
            found.append(
                Irregularity(trap.table, index, trap.column, text, trap.kind, trap.action, value)
            )
    return sorted(found, key=lambda cell: (order.index(cell.table), cell.index, cell.column))


def _able(trap: Trap, tables: Tables, taken: set[tuple[str, int, str]]) -> list[int]:
    """Return the rows whose cell the trap may spoil: regular, not empty, and of the kind wanted."""
    return [
        index
        for index, row in enumerate(tables.get(trap.table, []))
        if (trap.table, index, trap.column) not in taken
        and (trap.kind == "missing_code" or row.get(trap.column) not in (None, ""))
        and trap.where(row)
    ]


def _as_read(raw: Cell, trap: Trap) -> str:
    """Return the cell as one reads it in the file; a number of a workbook as its shortest text."""
    delivery = DELIVERY[trap.table]
    if is_day(raw) and trap.column in delivery.excel_serials:
        return str(excel_serial(raw))
    return cell_text(raw, delivery)
