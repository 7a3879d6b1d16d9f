"""Where a dataset comes from and goes to."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from trialport.cli.show import emit, json_text, writing_result
from trialport.diagnostics import Diagnostic, Place, WriteError
from trialport.exchange.formats import JSON_EXTENSIONS
from trialport.xport import StoredMember, read_members
from trialport.xport.atomic import atomic_file

if TYPE_CHECKING:
    from trialport.exchange import JsonDataset
    from trialport.exchange.dataset import Dataset


def stored_datasets(
    file: Path, encoding: str
) -> tuple[StoredMember, ...] | tuple[JsonDataset, ...]:
    """Return the datasets of a transport file, or that of a Dataset-JSON file."""
    if file.suffix.lower() not in JSON_EXTENSIONS:
        return read_members(file, encoding=encoding)
    from trialport.exchange import open_dataset_json

    return (open_dataset_json(file),)


def refuse_existing(out: Path, *, force: bool) -> None:
    """Raise E4101 where there is a file of this name already."""
    if out.exists() and not force:
        problem, remedy = "there is a file of this name", "name another file, or use --force"
        raise WriteError([Diagnostic("E4101", Place(str(out)), problem, remedy)])


@contextmanager
def fresh_file(out: Path, *, force: bool) -> Generator[BinaryIO]:
    """Open a file that appears under its name when it is whole; one that is there is refused.

    Raises:
        WriteError: E4101 there is a file of this name, E4034 it cannot be written.
    """
    refuse_existing(out, force=force)
    with atomic_file(out) as stream:
        yield stream


def emit_bytes(chunks: Iterable[bytes]) -> None:
    """Write chunks to stdout."""
    with writing_result():
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()


def written(dataset: Dataset, out: Path, *, as_json: bool) -> None:
    """Tell what was written: the file, and how much is in it."""
    name, rows, columns = dataset.member.name, dataset.observations, len(dataset.member.variables)
    if as_json:
        emit(
            json_text(
                {"file": str(out), "dataset": name, "observations": rows, "variables": columns}
            )
        )
    else:
        emit(f"{out}: {name}, {rows} observations, {columns} variables")
