"""Raw files written as the contracts of a study ask for: the right names, columns and encodings."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml

Record = Mapping[str, str]
Tables = Mapping[str, Sequence[Record]]


def write_raw(folder: Path, study: Path, tables: Tables) -> None:
    """Write a file for each contract of `sources.yaml`, every cell as text.

    A table that is not in `tables` gets its header alone, a column that a record lacks is empty.
    """
    contracts = contracts_of(study)
    unknown = set(tables) - set(contracts)
    assert not unknown, f"no contract of {unknown}"
    for name, contract in contracts.items():
        header = list(contract["columns"])
        records = tables.get(name, ())
        strange = {column for record in records for column in record} - set(header)
        assert not strange, f"{name} has no column {strange}"
        rows = [header, *([record.get(column, "") for column in header] for record in records)]
        write_rows(folder / contract["file"], rows, contract.get("encoding", ""))


def contracts_of(study: Path) -> dict[str, dict[str, Any]]:
    """Return the contract of each raw table."""
    text = (study / "sources.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)["tables"]


def write_rows(path: Path, rows: Sequence[Sequence[str]], encoding: str) -> None:
    """Write a table, its header first, as a CSV file or a workbook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xlsx":
        _write_workbook(path, rows)
        return
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))


def _write_workbook(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell)
