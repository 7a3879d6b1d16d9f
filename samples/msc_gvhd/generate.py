"""Write the raw tables of the synthetic sample study MSC-GVHD. All data are invented.

The same options give the same bytes at every run. Without options the committed files are
written again: the tables into `raw/`, the list of irregular cells into `irregularities.csv`.
"""

import argparse
from pathlib import Path

from generator.delivery import Export
from generator.design import load_design
from generator.dictionary import DICTIONARY_COLUMNS, TABLES, dictionary_rows
from generator.irregularities import plant_irregularities
from generator.manifest import Manifest
from generator.raw_tables import raw_tables
from generator.subjects import cohorts

_HERE = Path(__file__).resolve().parent


def main() -> None:
    """Read the options and write the files."""
    parser = argparse.ArgumentParser(description="Write the raw tables of the sample study.")
    parser.add_argument("--out", type=Path, help="folder to write to (default: raw/ beside this)")
    parser.add_argument("--subjects", type=int, default=192, help="randomised subjects")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", dest="kind")
    options = parser.parse_args()
    out = options.out or _HERE / "raw"
    manifest = (options.out or _HERE) / "irregularities.csv"
    if options.subjects < 1:
        parser.error("--subjects must be 1 or more")
    generate(out, manifest, options.subjects, options.kind)


def generate(out: Path, manifest: Path, subjects: int, kind: str) -> None:
    """Write every raw table of `subjects` randomised subjects, and the manifest of traps."""
    design = load_design()
    columns = {table: tuple(c.name for c in known) for table, known in TABLES.items()}
    columns["data_dictionary"] = DICTIONARY_COLUMNS
    with Export(out, columns, kind) as export, Manifest(manifest) as listed:
        export.add("data_dictionary", dictionary_rows())
        for cohort in cohorts(design, subjects):
            tables = raw_tables(design, cohort)
            found = plant_irregularities(design, cohort.block, tables, len(cohort.subjects))
            places = {table: export.add(table, rows) for table, rows in tables.items()}
            listed.add(found, places, "parquet" if kind == "parquet" else "")


if __name__ == "__main__":
    main()
