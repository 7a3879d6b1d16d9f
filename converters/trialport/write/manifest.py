"""manifest.json: what was made, from what, by what; nothing in it depends on clock or machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def file_entries(folder: Path) -> list[dict[str, Any]]:
    """Return path, size and SHA-256 of every file below the folder, sorted by path."""
    paths = sorted(each for each in folder.rglob("*") if each.is_file())
    return [
        {
            "path": path.relative_to(folder).as_posix(),
            "size": path.stat().st_size,
            "sha256": _digest(path),
        }
        for path in paths
    ]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_json(path: Path, document: Mapping[str, Any] | Sequence[Any]) -> None:
    """Write a document as JSON, two blanks deep, its keys in the order given."""
    path.write_text(
        json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
    )
