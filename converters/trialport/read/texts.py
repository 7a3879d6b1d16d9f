"""A raw table as it was collected: text in every cell, and the line of every record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from trialport.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Described:
    """What a file itself says of one of its columns; what it does not say is empty.

    `type` is a column type of the contract, `decodes` what its coded values mean.
    """

    label: str = ""
    type: str = ""
    unit: str = ""
    decodes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class RawTexts:
    """The cells of a raw table as text, before any contract is applied.

    Attributes:
        table: string columns, named and ordered as in the file.
        lines: int64, for each record the line (1 is the first line of the file) at which it begins;
            in a workbook the row of the sheet.
        findings: what was seen while reading and does not stop it, e.g. cells that hold #N/A.
        described: what the file says of its columns, where it says anything.
        records: each record in words, where there is more to say of its place than the line.
    """

    table: pa.Table
    lines: pa.Array
    findings: tuple[Diagnostic, ...] = ()
    described: Mapping[str, Described] = field(default_factory=dict[str, Described])
    records: pa.Array | pa.ChunkedArray | None = None

    def __post_init__(self) -> None:
        """Refuse a record without a line, and a line without a record."""
        if self.table.num_rows != len(self.lines):
            message = f"{self.table.num_rows} records but {len(self.lines)} line numbers"
            raise ValueError(message)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns as in the file."""
        return tuple(self.table.column_names)


def raw_texts(
    names: list[str],
    columns: list[list[str | None]],
    lines: list[int],
    findings: tuple[Diagnostic, ...] = (),
    described: Mapping[str, Described] | None = None,
) -> RawTexts:
    """Return the raw table whose columns are lists of texts."""
    arrays = [pa.array(column, pa.string()) for column in columns]
    table = pa.Table.from_arrays(arrays, names=names)
    return RawTexts(table, pa.array(lines, pa.int64()), findings, described or {})
