"""Write the shipped standards from a folder of library tables, one CSV a dataset.

    python mappings/standard/build.py LIBRARY_FOLDER

Each library table (`sdtmig-3-4.csv`, `adamig-1-3.csv`, ...) becomes one folder: `datasets.csv`
with one line a dataset and one file a dataset with its variables in the guide's order. The
guides' sentences (descriptions) are left behind. Corrections made on the way are listed here,
each with its reason, and nowhere else.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

SOURCES = {
    "sdtmig-3-2.csv": "sdtmig-3.2",
    "sdtmig-3-3.csv": "sdtmig-3.3",
    "sdtmig-3-4.csv": "sdtmig-3.4",
    "adamig-1-1.csv": "adamig-1.1",
    "adamig-1-2.csv": "adamig-1.2",
    "adamig-1-3.csv": "adamig-1.3",
    "adam-occds-1-1.csv": "adam-occds-1.1",
    "adam-tte-1-0.csv": "adam-tte-1.0",
    "adam-adae-1-0.csv": "adam-adae-1.0",
}
VARIABLE_COLUMNS = ("variable", "label", "type", "role", "core", "codelist", "domain", "values")
DATASET_COLUMNS = ("dataset", "label", "class", "structure", "keys")

# The tables name two structures by a phrase or by the parent domain; the short names are ours.
DATASET_NAMES = {("adam-tte-1.0", "BDS for TTE"): "TTE", ("adam-occds-1.1", "AE"): "ADAE"}

# ADaM classes as the general observation class codelist (C103329) spells them today.
CLASSES = {
    "ADSL": "SUBJECT LEVEL ANALYSIS DATASET",
    "BDS": "BASIC DATA STRUCTURE",
    "TTE": "BASIC DATA STRUCTURE",
    "ADAE": "OCCURRENCE DATA STRUCTURE",
    "OCCDS": "OCCURRENCE DATA STRUCTURE",
}

# Slips of the SDTMIG 3.2 table: the guide itself, and the same variables of every other domain
# and version, have these types and cores.
CORRECTIONS = {
    ("sdtmig-3.2", "IS", "ISSEQ"): {"type": "Num"},
    ("sdtmig-3.2", "IS", "ISGRPID"): {"type": "Char"},
    ("sdtmig-3.2", "EC", "ECDOSTOT"): {"type": "Num"},
    ("sdtmig-3.2", "TR", "TRMETHOD"): {"type": "Char"},
    ("sdtmig-3.2", "PR", "PRLNKGRP"): {"core": "Perm"},
    ("sdtmig-3.2", "FA", "FALAT"): {"core": "Perm"},
    # Labels over 40 characters fit in no SAS transport file: those of SDTMIG 3.3, which do.
    ("sdtmig-3.2", "HO", "HOTERM"): {"label": "Healthcare Encounter Term"},
    ("sdtmig-3.2", "HO", "HODECOD"): {"label": "Dictionary-Derived Term"},
    ("sdtmig-3.2", "HO", "HOSTDY"): {"label": "Study Day of Start of Encounter"},
    ("sdtmig-3.2", "MH", "MHREASND"): {"label": "Reason Medical History Not Collected"},
    ("sdtmig-3.2", "FA", "FALAT:label"): {"label": "Laterality"},
    ("adamig-1.2", "BDS", "PBCHGCyN"): {"label": "Pct Change to Baseline Category y (N)"},
    ("adamig-1.3", "BDS", "PBCHGCyN"): {"label": "Pct Change to Baseline Category y (N)"},
}
LONG_STRESC = "Character Result/Finding in Std Format"

# Natural keys that no rule by class gives. A study states its own; these are where it starts.
KEYS = {
    "DM": "STUDYID USUBJID",
    "CO": "STUDYID USUBJID COSEQ",
    "SE": "STUDYID USUBJID ETCD SESTDTC",
    "SM": "STUDYID USUBJID MIDS",
    "SV": "STUDYID USUBJID VISITNUM",
    "TA": "STUDYID ARMCD TAETORD",
    "TE": "STUDYID ETCD",
    "TV": "STUDYID ARMCD VISITNUM",
    "TD": "STUDYID TDORDER",
    "TM": "STUDYID MIDSTYPE",
    "TI": "STUDYID IETESTCD TIVERS",
    "TS": "STUDYID TSPARMCD TSSEQ",
    "OI": "STUDYID NHOID OISEQ",
    "RELREC": "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL RELID",
    "SUPPQUAL": "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM",
    "RELSPEC": "STUDYID USUBJID REFID",
    "RELSUB": "STUDYID USUBJID RSUBJID SREL",
    "ADSL": "STUDYID USUBJID",
    "BDS": "STUDYID USUBJID PARAMCD AVISITN ADT",
    "TTE": "STUDYID USUBJID PARAMCD",
    "ADAE": "STUDYID USUBJID AESEQ",
    "OCCDS": "STUDYID USUBJID --SEQ",
}


def build(library: Path, out: Path) -> None:
    """Write every folder of `SOURCES` below `out` from the tables in `library`."""
    for table, folder in SOURCES.items():
        with (library / table).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        _write_standard(folder, rows, out / folder)


def _write_standard(standard: str, rows: list[dict[str, str]], folder: Path) -> None:
    datasets: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        name = DATASET_NAMES.get((standard, row["dataset"]), row["dataset"])
        datasets.setdefault(name, []).append(row)
    folder.mkdir(parents=True, exist_ok=True)
    index: list[dict[str, str]] = []
    for name, members in datasets.items():
        variables = [_variable(standard, name, row) for row in _unique(name, members)]
        _write_csv(folder / f"{name.lower()}.csv", VARIABLE_COLUMNS, variables)
        index.append(_dataset(name, members[0], {each["variable"] for each in variables}))
    _write_csv(folder / "datasets.csv", DATASET_COLUMNS, index)


def _unique(dataset: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    # OCCDS 1.1 lists DECDORGw twice, for drugs and for MedDRA: adverse events need the second.
    if dataset == "ADAE":
        rows = [row for row in rows if "WHO Drug" not in row["variable_set"]]
    first: dict[str, dict[str, str]] = {}
    for row in rows:
        first.setdefault(row["variable"], row)
    return list(first.values())


def _variable(standard: str, dataset: str, row: dict[str, str]) -> dict[str, str]:
    name = row["variable"]
    label = " ".join(row["label"].replace("\\n", " ").split()).rstrip("*")
    variable = {
        "variable": name,
        "label": LONG_STRESC if name.endswith("STRESC") and len(label) > 40 else label,
        "type": row["type"],
        "role": row["role"],
        "core": "Not Used" if row["core"].casefold() == "not used" else row["core"],
        "codelist": row["codelist_code"],
        "domain": row["described_value_domain"],
        "values": row["value_list"],
    }
    for key in (name, f"{name}:label"):
        variable |= CORRECTIONS.get((standard, dataset, key), {})
    return variable


def _dataset(name: str, row: dict[str, str], variables: set[str]) -> dict[str, str]:
    return {
        "dataset": name,
        "label": "Supplemental Qualifiers" if name == "SUPPQUAL" else row["dataset_label"],
        "class": CLASSES.get(name, row["class"]),
        "structure": row["structure"].rstrip(".").replace("per per", "per"),
        "keys": KEYS.get(name) or " ".join(_natural_keys(name, row["class"], variables)),
    }


def _natural_keys(domain: str, class_: str, variables: set[str]) -> list[str]:
    """Return the natural key of a general-class domain: who, what, where, when."""
    if class_ == "Interventions":
        wanted = ("--TRT", "--STDTC")
    elif class_ == "Events":
        wanted = ("--DECOD" if f"{domain}DECOD" in variables else "--TERM", "--STDTC")
    else:
        when = ("VISITNUM",) if "VISITNUM" in variables else ("--DTC",)
        wanted = ("--OBJ", "--TESTCD", "--SPEC", *when, "--TPTREF", "--TPTNUM")
    names = (each.replace("--", domain) for each in wanted)
    return ["STUDYID", "USUBJID", *(name for name in names if name in variables)]


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(__file__).parent)
