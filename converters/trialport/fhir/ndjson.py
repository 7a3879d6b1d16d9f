"""NDJSON files: one resource a line, sorted by id, the same bytes whatever the order of input."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from trialport.fhir.values import json_bytes
from trialport.xport.atomic import atomic_file

_LARGEST_RUN = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One resource as it will stand in its file, with its id and identity."""

    id: str
    identity: str
    json: bytes


class Sorter:
    """Takes resources of one type in any order and gives them back by id.

    Up to 64 MiB stay in memory; more goes to sorted runs in the folder, which are merged.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._lines: list[bytes] = []
        self._size = 0
        self._runs: list[Path] = []

    def add(self, identity: str, resource: dict[str, Any]) -> None:
        """Take a resource; its `id` orders it, then its identity, then its bytes."""
        # JSON text holds no bare tab or newline, and a tab sorts before every character of an id.
        parts = (resource["id"].encode(), orjson.dumps(identity), json_bytes(resource))
        line = b"\t".join(parts) + b"\n"
        self._lines.append(line)
        self._size += len(line)
        if self._size >= _LARGEST_RUN:
            self._spill()

    def lines(self) -> Iterator[Line]:
        """Yield the resources by id."""
        self._lines.sort()
        streams = [path.open("rb") for path in self._runs]
        try:
            for line in heapq.merge(*streams, self._lines):
                key, identity, json = line.rstrip(b"\n").split(b"\t", 2)
                yield Line(key.decode(), orjson.loads(identity), json)
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


def write_ndjson(path: Path, resource_type: str, lines: Iterator[Line]) -> WrittenFile:
    """Write the lines as they come, each ended by a line feed; UTF-8 without a byte order mark.

    Raises:
        WriteError: E4034, the folder or the disk does not take the file.
    """
    digest = hashlib.sha256()
    count = size = 0
    with atomic_file(path) as stream:
        for line in lines:
            data = line.json + b"\n"
            digest.update(data)
            size += stream.write(data)
            count += 1
    return WrittenFile(path, resource_type, count, size, digest.hexdigest())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a whole file; it appears whole or not at all.

    Raises:
        WriteError: E4034, the folder or the disk does not take the file.
    """
    with atomic_file(path) as stream:
        stream.write(data)
