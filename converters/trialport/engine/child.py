"""A program in a process of its own, with limits of memory and time, and a hard end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_PAUSE = 0.02
_UNITS = {"MB": 1_000_000, "GB": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may use: bytes of memory, seconds of CPU time, seconds on the clock."""

    memory: int
    cpu: int
    seconds: int

    def words(self) -> str:
        """Return the limits in words.

        >>> Limits(4_000_000_000, 600, 900).words()
        '4000 MB of memory, 600 s of CPU time, 900 s on the clock'
        """
        memory = self.memory // _UNITS["MB"]
        return f"{memory} MB of memory, {self.cpu} s of CPU time, {self.seconds} s on the clock"

    def values(self) -> dict[str, int]:
        """Return the limits by their names, as a manifest has them."""
        return {f"{name}_limit": value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, or the limit that it reached in words."""

    code: int
    hit: str


def bytes_of(text: str) -> int | None:
    """Return the bytes of a size such as 512MB or 4GB, or None where it is none.

    >>> bytes_of("4GB"), bytes_of("4 apples")
    (4000000000, None)
    """
    found = re.fullmatch(r"([1-9][0-9]{0,6}) ?(MB|GB)", text.strip().upper())
    return int(found[1]) * _UNITS[found[2]] if found else None


def run_limited(
    words: Sequence[str],
    limits: Limits,
    *,
    output: Path,
    errors: Path,
    environment: Mapping[str, str],
) -> Ended:
    """Run a program until it ends, or until it reaches a limit; then all of its group is killed.

    The program limits its own CPU time and address space before it does anything else; memory in
    use and time on the clock are watched from here. However this function is left, by Ctrl-C too,
    the program is not left running.

    Args:
        words: the program and its arguments.
        limits: what it may use.
        output: file that takes its stdout.
        errors: file that takes its stderr.
        environment: all of its environment.
    """
    with output.open("wb") as told, errors.open("wb") as said:
        process = subprocess.Popen(
            list(words),
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=said,
            env=dict(environment),
            start_new_session=True,
        )
        try:
            return _watch(process, limits)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _watch(process: subprocess.Popen[bytes], limits: Limits) -> Ended:
    end = time.monotonic() + limits.seconds
    while process.poll() is None:
        if time.monotonic() > end:
            return Ended(-1, f"{limits.seconds} s on the clock")
        if _memory(process.pid) > limits.memory:
            return Ended(-1, f"{limits.memory // _UNITS['MB']} MB of memory")
        time.sleep(_PAUSE)
    code = process.returncode
    if code == -signal.SIGXCPU:
        return Ended(-1, f"{limits.cpu} s of CPU time")
    return Ended(code, "" if code >= 0 else f"none known; it was ended by signal {-code}")


def _memory(pid: int) -> int:
    """Return the bytes of memory in use, 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
