"""Whether trialport can work here: Python, libraries, shipped data, room to write."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from trialport.templates import shipped

State = Literal["ok", "note", "error"]

_ROOM = 1 << 30
"""Bytes of free disk below which a conversion of a usual study may not fit."""

_OUTSIDE = {
    "java": "the validators of HL7 and others",
    "node": "language servers for editors",
    "Rscript": "comparisons with R",
    "chromium": "screenshots of reports",
}
"""Programs that only tests and comparisons ask for."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at: what it is, how it stands, and what to do where it is not well.

    A `note` is no fault: something optional is not there.
    """

    name: str
    state: State
    found: str
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        made = {"name": self.name, "state": self.state, "found": self.found}
        return made | ({"remedy": self.remedy} if self.remedy else {})


def doctor() -> list[Checked]:
    """Return how this environment stands; nothing in it is changed."""
    return [*_python(), *_libraries(), *_data(), *_engine(), *_room(), *_outside()]


def _python() -> Iterator[Checked]:
    wanted = str(metadata.metadata("trialport")["Requires-Python"])
    version = ".".join(map(str, sys.version_info[:3]))
    if version in SpecifierSet(wanted):
        yield Checked("Python", "ok", version)
    else:
        yield Checked("Python", "error", f"{version}, not {wanted}", "use a newer Python")


def _libraries() -> Iterator[Checked]:
    """Yield each library that trialport asks for, those of the extras as notes where not there.

    What only the developers of trialport need is left out.
    """
    for text in metadata.requires("trialport") or ():
        needed = Requirement(text)
        extra = _extra(needed)
        if needed.name == "trialport" or (needed.marker and not extra) or extra == "dev":
            continue
        yield _library(needed, extra)


def _extra(needed: Requirement) -> str:
    """Return the extra that a library belongs to, '' for one that is always needed."""
    if needed.marker is None:
        return ""
    names = metadata.metadata("trialport").get_all("Provides-Extra") or []
    fits = (name for name in names if needed.marker.evaluate({"extra": name}))
    return next(fits, "")


def _library(needed: Requirement, extra: str) -> Checked:
    name = f"{needed.name} ({extra})" if extra else needed.name
    what = f"trialport[{extra}]" if extra else "trialport"
    remedy = f"pip install --upgrade '{what}'"
    try:
        version = metadata.version(needed.name)
    except metadata.PackageNotFoundError:
        return Checked(name, "note" if extra else "error", "not installed", remedy)
    if needed.specifier.contains(version, prereleases=True):
        return Checked(name, "ok", version)
    state: State = "note" if extra else "error"
    return Checked(name, state, f"{version}, not {needed.specifier}", remedy)


def _data() -> Iterator[Checked]:
    """Yield whether the shipped standards and terminology can be read, and are those shipped."""
    from trialport.standard.load import known_standards, load_standard
    from trialport.terms.codelists import terminology_digest

    folder = shipped()
    remedy = "install trialport again"
    try:
        names = known_standards(folder / "standard")
        for each in names:
            name, _, version = each.rpartition("-")
            load_standard(folder / "standard", name, version)
        yield Checked("standards", "ok", ", ".join(names))
        digests = json.loads((folder / "terminology" / "digests.json").read_text("utf-8"))
        changed = [
            name
            for name, digest in digests.items()
            if terminology_digest((folder / "terminology" / f"{name}.csv.gz").read_bytes())
            != digest
        ]
    except OSError as error:
        yield Checked("shipped mappings", "error", str(error.strerror or error), remedy)
        return
    if changed:
        yield Checked("terminology", "error", f"changed: {', '.join(changed)}", remedy)
    else:
        yield Checked("terminology", "ok", ", ".join(digests))


def _engine() -> Iterator[Checked]:
    """Yield whether the database starts with all functions of the mapping language."""
    import duckdb

    from trialport.engine.duckdb import Engine

    try:
        Engine().close()
    except duckdb.Error as error:
        remedy = "pip install --upgrade trialport"
        yield Checked("engine", "error", str(error).partition("\n")[0], remedy)
    else:
        yield Checked("engine", "ok", "starts, with every function")


def _room() -> Iterator[Checked]:
    for name, folder in {
        "working folder": Path.cwd(),
        "temporary folder": Path(tempfile.gettempdir()),
    }.items():
        free = shutil.disk_usage(folder).free
        room = f"{free / _ROOM:.1f} GiB free in {folder}"
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            state: State = "error" if name == "temporary folder" else "note"
            found = f"{folder} cannot be written ({error.strerror})"
            yield Checked(name, state, found, "set TMPDIR" if state == "error" else "use --out")
        else:
            is_small = free < _ROOM
            remedy = "make room, or write to another disk" if is_small else ""
            yield Checked(name, "note" if is_small else "ok", room, remedy)


def _outside() -> Iterator[Checked]:
    for program, what in _OUTSIDE.items():
        where = shutil.which(program)
        if where:
            yield Checked(program, "ok", where)
        else:
            yield Checked(program, "note", f"not found; only needed for {what}")
