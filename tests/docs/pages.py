"""Pages that show files, commands and output: what they show is written, run and compared.

A file is a block below a line that holds its name alone, in bold. A block of `console` holds
commands behind `$ `, each followed by what it writes; a line `...` stands for any lines.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"(?:^\*\*(?P<file>\S+)\*\*\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_END = "__end_of_command__"
_TIMEOUT = 300
"""Seconds that the commands of a block may take."""


@dataclass(frozen=True)
class File:
    """A file that a page shows."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command that a page shows, and the output below it."""

    line: str
    output: str


def steps(page: Path) -> Iterator[File | tuple[Command, ...]]:
    """Yield the files and the blocks of commands of a page, in its order."""
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["file"]:
            yield File(block["file"], block["text"])
        elif block["language"] == "console":
            yield tuple(_commands(block["text"]))


def follow(page: Path, folder: Path) -> int:
    """Write the files and run the commands of a page in a folder; return how many commands ran."""
    environment = _environment(folder)
    ran = 0
    for step in steps(page):
        if isinstance(step, File):
            path = folder / step.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
            continue
        written = _run([each.line for each in step], folder, environment)
        for command, output in zip(step, written, strict=True):
            assert is_shown(output, command.output), f"$ {command.line}\n{output}"
            ran += 1
    return ran


def is_shown(output: str, shown: str) -> bool:
    """Say whether output is what a page shows, where `...` stands for any lines."""
    parts = [re.escape(f"{each}\n") for each in shown.splitlines()]
    pattern = "".join("(?:.*\n)*" if each == re.escape("...\n") else each for each in parts)
    return re.fullmatch(pattern, output) is not None


def _commands(text: str) -> Iterator[Command]:
    for each in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, output = each.partition("\n")
        while line.endswith("\\"):
            more, _, output = output.partition("\n")
            line = f"{line[:-1]}{more.removeprefix('> ')}"
        yield Command(line, output)


def _run(lines: list[str], folder: Path, environment: dict[str, str]) -> list[str]:
    """Return what each command writes; the next one knows the exit code of the one before."""
    mark = f"__code=$?; echo {_END}; (exit $__code)"
    ran = subprocess.run(
        ["sh", "-c", "\n".join(f"{line}\n{mark}" for line in lines)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=_TIMEOUT,
        check=False,
    )
    assert "Traceback" not in ran.stdout, ran.stdout
    return ran.stdout.split(f"{_END}\n")[:-1]


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment in which `trialport` and `python` are this checkout and this Python."""
    programs = folder / ".programs"
    programs.mkdir()
    python = shlex.quote(sys.executable)
    for name, words in {
        "python": python,
        "trialport": f"{python} {shlex.quote(str(CHECKOUT / 'cli.py'))}",
    }.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    unwanted = {"NO_COLOR", "FORCE_COLOR", "TRIALPORT_TRACEBACK", "SOURCE_DATE_EPOCH"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
