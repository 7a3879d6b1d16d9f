"""The texts of a specification, read from its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from trialport.diagnostics import Diagnostic, Place, SpecError
from trialport.spec import load_faults as faults
from trialport.spec.yaml_text import LARGEST_FILE

MOST_FILES = 500

_SUFFIXES = (".yaml", ".yml")
_NO_PARTS = ("dispositions.yaml", "privacy.yaml", "workbook.yaml")
"""What was decided about findings and about sending, and the rest of a workbook: beside the
specification, no part of it."""


def read_folder(folder: Path) -> Mapping[str, str]:
    """Return the text of each YAML file by its path relative to the folder, with '/', in order.

    Hidden files and folders are left out, and so are files that are not YAML, the dispositions of
    findings and the privacy of what is sent, which come after the conversion. No link to a folder
    is followed, nor a link that leads out of the folder.

    Raises:
        SpecError: with every fault: no such folder (E1002), text that is not UTF-8 (E1003), a file
            that is too large (E1014) or cannot be opened (E1019), a link that is not followed
            (E1017), too many files (E1018).
    """
    if not folder.is_dir():
        raise SpecError([faults.no_folder(Place(folder.as_posix()))])
    texts: dict[str, str] = {}
    found: list[Diagnostic] = []
    try:
        for path in _first_files(folder):
            text = _text(path, folder)
            if isinstance(text, Diagnostic):
                found.append(text)
            else:
                texts[path.relative_to(folder).as_posix()] = text
    except OSError as error:
        found.append(_cannot_open(Path(error.filename or folder), error))
    if found:
        raise SpecError(found)
    return texts


def read_beside(folder: Path, name: str) -> str:
    """Return the text of a file beside the specification, '' where there is none.

    Raises:
        SpecError: as `read_folder`, for this file.
    """
    path = folder / name
    text = _text(path, folder) if path.exists() or path.is_symlink() else ""
    if isinstance(text, Diagnostic):
        raise SpecError([text])
    return text


def _first_files(folder: Path) -> Iterator[Path]:
    """Yield the YAML files among the files of a folder, unless there are too many files."""
    for count, path in enumerate(_files(folder)):
        if count == MOST_FILES:
            raise SpecError([faults.too_many_files(Place(folder.as_posix()), MOST_FILES)])
        if path.suffix.lower() in _SUFFIXES or path.is_dir():
            yield path


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and its folders, and every link, in the order of their paths."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in _NO_PARTS:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file() or path.is_symlink():
            yield path


def _text(path: Path, folder: Path) -> str | Diagnostic:
    place = Place(path.as_posix())
    if path.is_symlink() and not _stays_in(folder, path):
        return faults.leaves_folder(place)
    try:
        if path.stat().st_size > LARGEST_FILE:
            return faults.too_large(place, LARGEST_FILE)
        content = path.read_bytes()
    except OSError as error:
        return _cannot_open(path, error)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return faults.not_utf8(Place(path.as_posix(), line))


def _stays_in(folder: Path, link: Path) -> bool:
    target = link.resolve()
    return target.is_relative_to(folder.resolve()) and not target.is_dir()


def _cannot_open(path: Path, error: OSError) -> Diagnostic:
    return faults.cannot_open(Place(path.as_posix()), error.strerror or type(error).__name__)
