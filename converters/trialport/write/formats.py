"""Datasets in other formats, beside the transport files and made from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from trialport.exchange.files import export_dataset
from trialport.exchange.formats import FORMATS
from trialport.metadata import DatasetMetadata
from trialport.xport.reader import read_members


def write_formats(
    folder: Path,
    described: Sequence[DatasetMetadata],
    formats: Iterable[str],
    *,
    study: str,
    encoding: str,
    created: datetime | None,
) -> None:
    """Write every dataset of an output folder in each format, as `parquet/sdtm/ae.parquet`.

    They are made from the transport files, so that all say the same.

    Args:
        folder: the folder that holds the transport files.
        described: the datasets.
        formats: names of `FORMATS`.
        study: identifier of the study, in Dataset-JSON the one of the define.xml.
        encoding: the encoding of the text in the transport files.
        created: the time that Dataset-JSON bears.

    Raises:
        WriteError: E4034, E4090.
    """
    for name in formats:
        for each in described:
            (stored,) = read_members(folder / each.path, encoding=encoding)
            out = folder / name / each.group / f"{each.name.lower()}{FORMATS[name]}"
            out.parent.mkdir(parents=True, exist_ok=True)
            about = {
                "studyOID": f"STDY.{study}",
                "metaDataVersionOID": f"MDV.{study}.{each.group.upper()}",
            }
            export_dataset(stored, out, created=created, keys=each.keys, about=about)
