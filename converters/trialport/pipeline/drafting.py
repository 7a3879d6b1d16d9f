"""What raw tables hold, and the draft of a study, before anybody has written a specification."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trialport.diagnostics import Diagnostic, Place, WriteError
from trialport.templates import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from trialport.draft.study import StudyDraft
    from trialport.draft.survey import Survey


def profile(raw: Path | str) -> Survey:
    """Return what the raw tables of a folder hold, and how they belong together.

    Raises:
        DataError: E3000 no such folder, E3025 nothing in it can be read.
    """
    from trialport.draft.folder import found_tables
    from trialport.draft.survey import survey
    from trialport.engine.duckdb import Engine

    tables, findings = found_tables(Path(raw))
    engine = Engine()
    try:
        return survey(engine, tables, findings)
    finally:
        engine.close()


def draft(raw: Path | str, *, study: str, floor: float | None = None) -> StudyDraft:
    """Return the draft of a study from its raw tables; nothing is written.

    Args:
        raw: the folder of the raw files.
        study: the identifier of the study.
        floor: how sure a column must be to be taken, 0 to 1; 0.6 unless stated.

    Raises:
        DataError: E3000 no such folder, E3025 nothing in it can be read.
    """
    from trialport.draft.study import FLOOR, draft_study

    return draft_study(profile(raw), study, shipped(), FLOOR if floor is None else floor)


def write_draft(made: StudyDraft, folder: Path) -> None:
    """Write the files of a drafted study into a folder that is not there yet, or empty.

    Raises:
        WriteError: E4101 the folder holds something: what somebody has corrected is never replaced.
    """
    _write({name: text.encode() for name, text in made.files.items()}, folder)


def write_example(folder: Path) -> list[str]:
    """Write a small study with raw data in `raw`, and return its files.

    Raises:
        WriteError: E4101 the folder holds something.
    """
    study = dict(_files(shipped() / "studies" / "msc_gvhd", ""))
    raw = dict(_files(shipped() / "examples" / "raw", "raw/"))
    _write(study | raw, folder)
    return sorted({*study, *raw})


def _files(folder: Traversable, before: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a shipped folder by their paths."""
    for each in folder.iterdir():
        if each.is_dir():
            yield from _files(each, f"{before}{each.name}/")
        else:
            yield f"{before}{each.name}", each.read_bytes()


def _write(files: dict[str, bytes], folder: Path) -> None:
    from trialport.write.folder import fresh_folder

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problem = "the folder of the study is not empty"
        raise WriteError([Diagnostic("E4101", Place(str(folder)), problem, "name another folder")])
    with fresh_folder(folder, force=False) as fresh:
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
