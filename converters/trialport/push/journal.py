"""The journal of a push: what the server has taken, kept so that a push can be taken up again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Self

from trialport.diagnostics import Diagnostic, Place, WriteError
from trialport.fhir.schema import Version
from trialport.push.answers import Answer
from trialport.push.output import Entry

_TABLE = """
create table if not exists answer(
  type text, id text, digest blob, status integer, version text, outcome blob, round integer,
  primary key (type, id)
) without rowid
"""


class Journal:
    """What a server answered for each resource; a file that one push at a time holds.

    An answer that is noted is on the disk: after a process was killed, only resources of the
    Bundle that was under way are sent again, which changes nothing on the server.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    def __enter__(self) -> Self:
        """Return the journal."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._connection.close()

    def begin(self) -> None:
        """Forget what was refused before: it is tried anew."""
        with self._connection as connection:
            connection.execute("delete from answer where status >= 300")

    def unsent(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return those that have no answer yet, or changed since."""
        known = dict(self._known(entries))
        return [each for each in entries if known.get((each.type, each.id)) != each.digest]

    def refused(self, entries: Sequence[Entry]) -> dict[str, Answer]:
        """Return the answers to those that were refused, by `Type/id`."""
        found: dict[str, Answer] = {}
        for each in entries:
            row = self._connection.execute(
                "select status, outcome from answer where type = ? and id = ? and status >= 300",
                (each.type, each.id),
            ).fetchone()
            if row is not None:
                found[each.address] = Answer(row[0], "", row[1])
        return found

    def note(self, answered: Iterable[tuple[Entry, Answer]], round_: int) -> None:
        """Write the answers to the disk, all of them or none."""
        rows = [
            (each.type, each.id, each.digest, to.status, to.version, to.outcome, round_)
            for each, to in answered
        ]
        with self._connection as connection:
            connection.execute("begin")
            connection.executemany(
                "insert or replace into answer values (?, ?, ?, ?, ?, ?, ?)", rows
            )

    def taken(self, round_: int) -> int:
        """Return how many resources were taken in a round."""
        query = "select count(*) from answer where round = ? and status < 300"
        return self._connection.execute(query, (round_,)).fetchone()[0]

    def has_refused(self) -> bool:
        """Return whether anything is refused."""
        query = "select 1 from answer where status >= 300 limit 1"
        return self._connection.execute(query).fetchone() is not None

    def _known(self, entries: Sequence[Entry]) -> Iterator[tuple[tuple[str, str], bytes]]:
        marks = ", ".join("?" * len(entries))
        for resource_type in {each.type for each in entries}:
            ids = [each.id if each.type == resource_type else None for each in entries]
            rows = self._connection.execute(
                f"select id, digest from answer where type = ? and id in ({marks})",
                (resource_type, *ids),
            )
            for id_, digest in rows:
                yield (resource_type, id_), digest


def open_journal(folder: Path, server: str, version: Version) -> Journal:
    """Open the journal of a server and a FHIR version, or begin it.

    Args:
        folder: where journals are; made where it is not there, for its owner alone.
        server: the address of the server, as it was checked.
        version: the FHIR version that is sent.

    Raises:
        WriteError: E4409, another push holds it, or it cannot be written.
    """
    name = f"{version}-{sha256(server.encode()).hexdigest()[:12]}"
    path = folder / f"{name}.journal"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Journal(_opened(path), path)
    except (OSError, sqlite3.Error) as error:
        is_held = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
        problem = "another push is using the journal" if is_held else "the journal cannot be used"
        remedy = "wait for it to end" if is_held else "name another folder by --journal"
        raise WriteError([Diagnostic("E4409", Place(path.as_posix()), problem, remedy)]) from error


def _opened(path: Path) -> sqlite3.Connection:
    """Return the file of a journal, held for this process alone; it is closed after any error."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("pragma locking_mode = exclusive")
            cursor.execute("pragma synchronous = full")
            cursor.execute("begin exclusive")
            cursor.execute(_TABLE)
            cursor.execute("commit")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
