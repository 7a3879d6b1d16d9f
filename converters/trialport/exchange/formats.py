"""The names of the formats that datasets are written in, and the extensions of their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trialport.diagnostics import Diagnostic, Place, did_you_mean

TRANSPORT = "xpt"
FORMATS: Mapping[str, str] = {
    "dataset-json": ".json",
    "ndjson": ".ndjson",
    "dsjc": ".dsjc",
    "parquet": ".parquet",
    "csv": ".csv",
}
"""What is written beside transport files, which are always written."""

JSON_EXTENSIONS = (".json", ".ndjson", ".dsjc")
EXTENSIONS = (f".{TRANSPORT}", *FORMATS.values())


def format_faults(asked: Iterable[str], place: Place) -> list[Diagnostic]:
    """Return E1290 for each format that is none."""
    known = (TRANSPORT, *FORMATS)
    return [
        Diagnostic("E1290", place, f"there is no format '{each}'", _remedy(each))
        for each in asked
        if each not in known
    ]


def _remedy(name: str) -> str:
    known = (TRANSPORT, *FORMATS)
    return did_you_mean(name, known) or f"formats are {', '.join(known)}"
