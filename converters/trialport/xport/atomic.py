"""Write a file so that its name only ever stands for a whole file."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from trialport.diagnostics import Diagnostic, Place, WriteError


@contextmanager
def atomic_file(path: Path) -> Generator[BinaryIO]:
    """Open a hidden file beside `path` and give it that name once all of it is on the disk.

    After a fault neither the hidden file nor anything new under `path` is left; a file that was
    there before stays as it was. A process that is killed can leave the hidden file.

    Raises:
        WriteError: E4034, the folder or the disk does not take the file.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")
    try:
        try:
            with partial.open("xb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(path)
            sync(path.parent)
        except BaseException:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
    except OSError as error:
        problem = f"the file cannot be written: {error.strerror or error}"
        remedy = "check that the folder exists, may be written to and has room"
        raise WriteError([Diagnostic("E4034", Place(str(path)), problem, remedy)]) from error


def sync(path: Path) -> None:
    """Put a file, or the names in a folder, on the disk.

    Where folders cannot be opened the system does it itself.
    """
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
