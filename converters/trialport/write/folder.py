"""An output folder that appears whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Generator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from trialport.diagnostics import Diagnostic, Place, WriteError
from trialport.exchange.formats import FORMATS
from trialport.spec.translation import LANGUAGES
from trialport.xport.atomic import sync

_REPORTS = ("findings.json", "manifest.json", "report.html", "report.json")
_AT_ONCE = 4
KNOWN = {"sdtm", "adam", "fhir", *LANGUAGES, *_REPORTS, *FORMATS}


@contextmanager
def fresh_folder(out: Path, *, force: bool, known: Set[str] = KNOWN) -> Generator[Path]:
    """Open a hidden folder beside `out` and give it that name when all of it is written.

    Args:
        out: the folder to be.
        force: replace one that is there, unless it holds anything that is not `known`.
        known: the names that may stand in a folder that is replaced.

    Raises:
        WriteError: E4101 `out` is there and not empty, E4102 it holds what is not ours,
            E4103 the place cannot be written.
    """
    _check(out, known, force=force)
    partial = out.with_name(f".{out.name}.{secrets.token_hex(6)}.partial")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
    except OSError as error:
        raise _refused(out, error) from error
    try:
        yield partial
        _sync(partial)
        _take_place(partial, out)
    except OSError as error:
        raise _refused(out, error) from error
    finally:
        if partial.exists():
            shutil.rmtree(partial, ignore_errors=True)


def _check(out: Path, known: Set[str], *, force: bool) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        problem = f"'{out}' is there and is no folder"
        raise WriteError([Diagnostic("E4101", Place(str(out)), problem, "name another folder")])
    held = {each.name for each in out.iterdir()} if out.exists() else set[str]()
    if held and not force:
        problem = "the output folder is not empty"
        raise WriteError(
            [Diagnostic("E4101", Place(str(out)), problem, "name another folder, or use --force")]
        )
    foreign = sorted(held - known)
    if foreign:
        problem = (
            f"the output folder holds '{foreign[0]}', which no conversion wrote; it is not replaced"
        )
        raise WriteError(
            [Diagnostic("E4102", Place(str(out)), problem, "name another folder, or move it away")]
        )


def _take_place(partial: Path, out: Path) -> None:
    """Rename, moving an older output aside first and away afterwards.

    Whatever happens between the two names, an interruption too, the older output comes back. A
    process that is killed there leaves the older output whole, as `.NAME.....old`.
    """
    if not out.exists():
        partial.rename(out)
        return
    aside = out.with_name(f".{out.name}.{secrets.token_hex(6)}.old")
    out.rename(aside)
    try:
        partial.rename(out)
    except BaseException:
        aside.rename(out)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Put every file and every name on the disk before the folder gets its own.

    Several at once: a disk takes together what waits for it.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(sync, (*sorted(folder.rglob("*")), folder)):
            pass  # a fault is raised here, and what has not begun is left


def _refused(out: Path, error: OSError) -> WriteError:
    problem = f"the output cannot be written: {error.strerror or error}"
    remedy = "check that the folder may be written to and the disk has room"
    return WriteError([Diagnostic("E4103", Place(str(out)), problem, remedy)])
