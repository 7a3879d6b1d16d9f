"""The datasets that lie in a folder, whatever their format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from trialport.diagnostics import DataError, Diagnostic
from trialport.exchange.dataset import Dataset
from trialport.exchange.files import open_dataset
from trialport.exchange.parquet import ParquetDataset
from trialport.xport.reader import read_members

EXTENSIONS = (".xpt", ".json", ".ndjson", ".dsjc", ".parquet")
"""What is read of a folder: the first of them that has a file there."""

_NO_DATASETS = {"manifest.json", "findings.json", "report.json", "package.json"}


def stored_datasets(
    folder: Path, places: Iterable[str], encoding: str, found: list[Diagnostic]
) -> Iterator[tuple[str, Dataset]]:
    """Yield path and content of every dataset, in the order of the paths.

    Args:
        folder: the folder.
        places: the folders in it that are looked into, '' for itself.
        encoding: the encoding of the text in transport files.
        found: takes the faults of files that cannot be read.
    """
    for place in places:
        for file in _files(folder / place):
            path = file.relative_to(folder).as_posix()
            try:
                yield from ((path, each) for each in open_stored(file, encoding))
            except DataError as error:
                found += error.diagnostics


def _files(folder: Path) -> list[Path]:
    """Return the files of the first format that there is: others hold the same datasets."""
    for extension in EXTENSIONS:
        files = [each for each in folder.glob(f"*{extension}") if each.name not in _NO_DATASETS]
        if files:
            return sorted(files)
    return []


def open_stored(file: Path, encoding: str) -> Iterable[Dataset]:
    """Return the datasets that a file holds, several where it is a transport file.

    Raises:
        DataError: E3050 to E3293, the file cannot be read.
    """
    if file.suffix == ".xpt":
        return read_members(file, encoding=encoding)
    return [ParquetDataset(file) if file.suffix == ".parquet" else open_dataset(file)]
