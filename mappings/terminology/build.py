"""Write the shipped terminology packages from tables of NCI EVS packages with definitions.

    PYTHONPATH=converters python mappings/terminology/build.py FOLDER

FOLDER holds `<package>-<date>.csv.gz`. Definitions are left behind. A package downloaded from
NCI EVS itself (text, workbook or ODM XML) needs no script: `import_terminology` reads it.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path

from trialport.terms.codelists import terminology_digest
from trialport.terms.imports import Row, terminology_table

PACKAGES = ("sdtmct-2025-03-28", "sdtmct-2024-03-29", "adamct-2025-03-28", "adamct-2024-03-29")
COLUMNS = (
    "codelist_code",
    "codelist_submission_value",
    "codelist_name",
    "extensible",
    "term_code",
    "submission_value",
    "preferred_term",
    "synonyms",
)


def build(folder: Path, out: Path) -> None:
    """Write each package to `out`, and the digests of all of them."""
    digests: dict[str, str] = {}
    for package in PACKAGES:
        with gzip.open(folder / f"{package}.csv.gz", "rt", encoding="utf-8", newline="") as stream:
            rows = [_row(each) for each in csv.DictReader(stream)]
        table = terminology_table(rows, package)
        (out / f"{package}.csv.gz").write_bytes(table)
        digests[package] = terminology_digest(table)
    text = json.dumps(digests, indent=2, sort_keys=True)
    (out / "digests.json").write_text(text + "\n", encoding="utf-8")


def _row(source: dict[str, str]) -> Row:
    values = [" ".join(source[column].split()) for column in COLUMNS]
    return (*values[:7], values[7])  # type: ignore[return-value]  # eight columns, as Row has


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(__file__).parent)
