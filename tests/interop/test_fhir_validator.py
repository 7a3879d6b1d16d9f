"""HL7's reference validator over the resources of the sample, with the definitions it brings."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.interop.kinds import of_each_kind
from tests.interop.maven import HAPI, QUICK_START, command

pytestmark = [pytest.mark.interop, pytest.mark.fetched]

SMALL = 250
"""Types with at most so many resources are validated whole, of others one of each kind."""


@dataclass(frozen=True)
class Message:
    """What the validator says of a line."""

    file: str
    line: int
    severity: str
    id: str
    element: str
    text: str


def validated(folder: Path, version: str) -> tuple[dict[str, int], list[Message]]:
    """Return how many lines of each file were read, and what was said of them."""
    ran = subprocess.run(
        [*command("validator", "Validate", *QUICK_START), version, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    parts = [line.split("\t") for line in ran.stdout.splitlines()]
    counts = {name: int(line) for name, line, *rest in parts if rest == ["read"]}
    said = [Message(name, int(at), *rest) for name, at, *rest in parts if len(rest) == 4]
    return counts, said


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_the_reference_validator_finds_no_error(
    version: str, resources: Path, tmp_path: Path
) -> None:
    chosen = dict(_choose(resources / "fhir" / version, tmp_path))
    counts, said = validated(tmp_path, version)
    assert counts == chosen
    assert counts["Observation.ndjson"] > 40
    errors = [each for each in said if each.severity in ("error", "fatal")]
    wrong = [each for each in errors if not _is_accepted(each, version)]
    shown = Counter((each.file, each.id, each.text) for each in wrong)
    assert wrong == [], "\n".join(f"{count} times {each}" for each, count in shown.items())


def test_the_validator_finds_what_is_wrong(tmp_path: Path) -> None:
    shutil.copy(HAPI / "wrong.R4.ndjson", tmp_path)
    _, said = validated(tmp_path, "R4")
    wrong = {each.line for each in said if each.severity == "error"}
    assert wrong == {1, 2, 3, 4}


def _choose(folder: Path, target: Path) -> Iterator[tuple[str, int]]:
    """Copy the lines that are validated, and yield file and number of lines."""
    for path in sorted(folder.glob("*.ndjson")):
        lines = path.read_bytes().splitlines(keepends=True)
        chosen = lines if len(lines) <= SMALL else list(of_each_kind(lines))
        (target / path.name).write_bytes(b"".join(chosen))
        yield path.name, len(chosen)


def _accepted() -> list[dict[str, Any]]:
    return yaml.safe_load((HAPI / "accepted.yaml").read_text(encoding="utf-8"))


def _is_accepted(message: Message, version: str) -> bool:
    return any(
        each["id"] == message.id and each["words"] in message.text and version in each["versions"]
        for each in _accepted()
    )
