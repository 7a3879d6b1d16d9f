"""Packages of controlled terminology: where those lie that a study pins, and their digests."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from trialport.diagnostics import Diagnostic, Place, SpecError, did_you_mean
from trialport.spec.nodes import Package
from trialport.templates import shipped
from trialport.terms.codelists import terminology_digest, unpacked

ENDING = ".csv.gz"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")


def read_package(package: Package, study: Path) -> bytes:
    """Return the table of a package that a study pins, as text and no longer compressed.

    It lies in the folder `terminology` of the study, in that beside the study's folder, or else is
    shipped. A package that is not shipped must be pinned by its digest.

    Raises:
        SpecError: E1223 no package of the name, E1262 no digest, E1263 another digest, E1264 the
            file is no table of terminology.
    """
    known = dict(packages(study))
    name = package.package.text
    if name not in known:
        problem = f"there is no terminology package '{name}'"
        raise _fault("E1223", package.place, problem, did_you_mean(name, known))
    try:
        content = unpacked(known[name].read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        problem = f"the package '{name}' cannot be unpacked"
        raise _fault("E1264", package.place, problem, "import it again") from error
    digest = terminology_digest(content)
    if package.sha256 is not None and package.sha256.text != digest:
        problem = f"the package '{name}' has another digest: {digest}"
        remedy = "take the package that was pinned, or pin this one"
        raise _fault("E1263", package.sha256.place, problem, remedy)
    if package.sha256 is None and not _is_shipped(known[name]):
        problem = f"the package '{name}' is not shipped and not pinned"
        remedy = f"write {{package: {name}, sha256: {digest}}}"
        raise _fault("E1262", package.place, problem, remedy)
    return content


def packages(study: Path | None = None) -> Iterator[tuple[str, Path]]:
    """Yield the packages that a study can pin, by name; the nearest comes last and counts."""
    folders = [_shipped()]
    if study is not None:
        folders += [study.resolve().parent / "terminology", study / "terminology"]
    for folder in folders:
        for path in sorted(folder.glob(f"*{ENDING}")) if folder.is_dir() else ():
            name = path.name.removesuffix(ENDING)
            if is_package_name(name) and path.is_file() and not path.is_symlink():
                yield name, path


def is_package_name(name: str) -> bool:
    """Say whether a package may be called so: letters, digits, '_', '-', single points."""
    return _NAME.fullmatch(name) is not None


def _shipped() -> Path:
    return Path(str(shipped() / "terminology"))


def _is_shipped(path: Path) -> bool:
    return path.parent == _shipped()


def _fault(code: str, place: Place, problem: str, remedy: str) -> SpecError:
    return SpecError([Diagnostic(code, place, problem, remedy)])
