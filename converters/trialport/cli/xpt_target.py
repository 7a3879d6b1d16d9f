"""Where a dataset of a transport file comes from and goes to."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from trialport.cli.show import close_quietly, emit, json_text
from trialport.diagnostics import DataError, Diagnostic, Place, WriteError, did_you_mean
from trialport.xport import StoredMember, read_members
from trialport.xport.atomic import atomic_file


def one_member(file: Path, member: str | None, encoding: str) -> StoredMember:
    """Return the dataset of a file: the only one, or the one of that name.

    Raises:
        DataError: E3064 no such dataset, E3065 several and none chosen, or what reading raises.
    """
    stored = read_members(file, encoding=encoding)
    chosen = [each for each in stored if member in (None, each.member.name)]
    if len(chosen) == 1:
        return chosen[0]
    names = [each.member.name for each in stored]
    if not chosen:
        problem, remedy = f"the file holds no dataset '{member}'", did_you_mean(str(member), names)
        raise DataError([Diagnostic("E3064", Place(str(file)), problem, remedy)])
    problem = f"the file holds {len(chosen)} datasets: {', '.join(names)}"
    remedy = f"choose one, e.g. --member {names[0]}" if member is None else ""
    raise DataError([Diagnostic("E3065", Place(str(file)), problem, remedy)])


@contextmanager
def fresh_file(out: Path, *, force: bool) -> Generator[BinaryIO]:
    """Open a file that appears under its name when it is whole; one that is there is refused.

    Raises:
        WriteError: E4101 there is a file of this name, E4034 it cannot be written.
    """
    if out.exists() and not force:
        problem, remedy = "there is a file of this name", "name another file, or use --force"
        raise WriteError([Diagnostic("E4101", Place(str(out)), problem, remedy)])
    with atomic_file(out) as stream:
        yield stream


def emit_bytes(chunks: Iterable[bytes]) -> None:
    """Write chunks to stdout; where nobody reads them any more, that is no fault."""
    try:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        close_quietly()


def written(stored: StoredMember, out: Path, *, as_json: bool) -> None:
    """Tell what was written: the file, and how much is in it."""
    name, rows, columns = stored.member.name, stored.observations, len(stored.member.variables)
    if as_json:
        emit(
            json_text(
                {"file": str(out), "dataset": name, "observations": rows, "variables": columns}
            )
        )
    else:
        emit(f"{out}: {name}, {rows} observations, {columns} variables")
