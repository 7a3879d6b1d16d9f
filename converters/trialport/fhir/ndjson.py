"""NDJSON files: one resource a line, sorted by id, the same bytes whatever the order of input."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from trialport.fhir.values import written_number
from trialport.xport.atomic import atomic_file

_LARGEST_RUN = 64 * 1024 * 1024
_AT_ONCE = 1024


Duplicate = Callable[[str, str, str], None]
"""Told of a resource whose id another has: the id, the identity of the first and its own."""


class Sorter:
    """Takes resources of one type in any order and gives them back by id.

    Up to 64 MiB stay in memory; more goes to sorted runs in the folder, which are merged. A line
    holds id, identity and JSON text with tabs between.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._lines: list[bytes] = []
        self._size = 0
        self._runs: list[Path] = []

    def add(self, identities: Iterable[str], resources: Iterable[dict[str, Any]]) -> None:
        """Take resources; the `id` orders them, then the identity, then the bytes."""
        # JSON text holds no bare tab or newline, and a tab sorts before every character of an id.
        lines = [
            f"{resource['id']}\t{_shown(identity)}\t".encode()
            + orjson.dumps(resource, written_number, orjson.OPT_APPEND_NEWLINE)
            for identity, resource in zip(identities, resources, strict=True)
        ]
        self._lines += lines
        self._size += sum(map(len, lines))
        if self._size >= _LARGEST_RUN:
            self._spill()

    def lines(self) -> Iterator[bytes]:
        """Yield the lines by id."""
        self._lines.sort()
        streams = [path.open("rb") for path in self._runs]
        try:
            yield from heapq.merge(*streams, self._lines) if streams else self._lines
        finally:
            for stream in streams:
                stream.close()

    def _spill(self) -> None:
        self._lines.sort()
        path = self._folder / f"{self._name}.{len(self._runs):04}"
        with path.open("xb") as stream:
            stream.writelines(self._lines)
        self._runs.append(path)
        self._lines, self._size = [], 0


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """An NDJSON file: where it is, what it holds, and the digest of its bytes."""

    path: Path
    type: str
    count: int
    size: int
    sha256: str


def write_ndjson(
    path: Path,
    resource_type: str,
    lines: Iterator[bytes],
    duplicate: Duplicate,
    seen: Callable[[str], None] | None = None,
) -> WrittenFile:
    """Write the JSON of sorted lines, one a line; UTF-8 without a byte order mark.

    Args:
        path: the file.
        resource_type: the type of the resources.
        lines: of a `Sorter`; the first of each id is written.
        duplicate: told of every further resource of an id.
        seen: told the id of each resource that is written.

    Raises:
        WriteError: E4034, the folder or the disk does not take the file.
    """
    digest = hashlib.sha256()
    count = size = 0
    last = last_identity = b""
    with atomic_file(path) as stream:
        while part := list(islice(lines, _AT_ONCE)):
            texts: list[bytes] = []
            for line in part:
                id_, identity, text = line.split(b"\t", 2)
                if id_ == last:
                    duplicate(id_.decode(), last_identity.decode(), identity.decode())
                    continue
                last, last_identity = id_, identity
                texts.append(text)
                if seen is not None:
                    seen(id_.decode())
            data = b"".join(texts)
            digest.update(data)
            size += stream.write(data)
            count += len(texts)
    return WrittenFile(path, resource_type, count, size, digest.hexdigest())


def _shown(identity: str) -> str:
    """Return an identity without tabs and line feeds."""
    return identity if identity.isprintable() else orjson.dumps(identity).decode()


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file; it appears whole or not at all.

    Raises:
        WriteError: E4034, the folder or the disk does not take the file.
    """
    with atomic_file(path) as stream:
        stream.write(data)
