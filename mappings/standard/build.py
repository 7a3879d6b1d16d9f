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
from collections import Counter
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

GENERAL_COLUMNS = ("class", "variable", "label", "type", "role", "codelist", "domain", "since")
GENERAL_TABLES = {"3.2": "sdtmig-3-2.csv", "3.3": "sdtmig-3-3.csv", "3.4": "sdtmig-3-4.csv"}
GENERAL_CLASSES = ("Identifiers", "Interventions", "Events", "Findings", "Timing")

# A domain words some labels for its own subject ("Category for Adverse Event"). In the general
# list, which serves every domain of a class, they are worded without a subject.
GENERAL_LABELS = {
    "--REFID": "Reference ID",
    "--LNKGRP": "Link Group ID",
    "--CAT": "Category",
    "--SCAT": "Subcategory",
    "--PRESP": "Pre-Specified",
    "--OCCUR": "Occurrence Indicator",
    "--REASND": "Reason Not Done",
    "--CLAS": "Class",
    "--CLASCD": "Class Code",
    "--DOSE": "Dose",
    "--TRT": "Name of Treatment",
    "--TERM": "Reported Term",
    "--TESTCD": "Short Name of Test",
    "--TEST": "Name of Test",
    "--TSTDTL": "Measurement, Test or Examination Detail",
    "--POS": "Position of Subject",
    "--PATT": "Pattern of Event",
    "--OUT": "Outcome of Event",
    "--EVDTYP": "Event Date Type",
    "--ANTREG": "Anatomical Region",
    "--LAT": "Laterality",
    "--DIR": "Directionality",
    "--METHOD": "Method of Test or Examination",
    "--DTC": "Date/Time of Collection",
    "--DY": "Study Day of Visit/Collection/Exam",
    "--STDTC": "Start Date/Time of Observation",
    "--ENDTC": "End Date/Time of Observation",
    "--STDY": "Study Day of Start of Observation",
    "--ENDY": "Study Day of End of Observation",
    "--DUR": "Duration",
}
GENERAL_LABELS_OF_CLASS = {
    ("Interventions", "--DECOD"): "Standardized Treatment Name",
    ("Interventions", "--MODIFY"): "Modified Treatment Name",
    ("Interventions", "--LOC"): "Location of Administration",
    ("Events", "--DECOD"): "Dictionary-Derived Term",
    ("Events", "--LOC"): "Location of Event",
    ("Findings", "--LOC"): "Location Used for the Measurement",
    ("Findings", "--NAM"): "Laboratory/Vendor Name",
    ("Findings", "--MODIFY"): "Modified Result Term",
}

GENERAL_ROLES = {"--TESTCD": "Topic", "--BEATNO": "Identifier"}

# Codelists that hold for one domain or one specimen only are no property of the class.
GENERAL_CODELISTS = {
    "Identifiers": "",
    "Interventions": "C66742 C66789 C71620 C66726 C71113 C66729 C74456 C99073 C99074 C99075"
    " C125923",
    "Events": "C66742 C66789 C66767 C66768 C74456 C111110",
    "Findings": "C66742 C66789 C71620 C71148 C78736 C78734 C78733 C74456 C99073 C99074 C99075"
    " C85492 C78735 C96777",
    "Timing": "C99079 C66728 C66742",
}

# Allowed in the class although no domain of the three guides lists them.
GENERAL_ADDITIONS = (
    ("Identifiers", "POOLID", "Pool Identifier", "Char", "Identifier", "", "", "3.2"),
    ("Identifiers", "--RECID", "Invariant Record Identifier", "Char", "Identifier", "", "", "3.3"),
    ("Interventions", "--TRTV", "Treatment Vehicle", "Char", "Record Qualifier", "", "", "3.2"),
    (
        "Interventions",
        "--VAMT",
        "Treatment Vehicle Amount",
        "Num",
        "Record Qualifier",
        "",
        "",
        "3.2",
    ),
    (
        *("Interventions", "--VAMTU", "Treatment Vehicle Amount Units", "Char"),
        *("Variable Qualifier", "C71620", "", "3.2"),
    ),
    ("Interventions", "--CNTMOD", "Contact Mode", "Char", "Record Qualifier", "", "", "3.4"),
    ("Events", "--LAT", "Laterality", "Char", "Variable Qualifier", "C99073", "", "3.2"),
    ("Events", "--DIR", "Directionality", "Char", "Variable Qualifier", "C99074", "", "3.2"),
    (
        "Events",
        "--PORTOT",
        "Portion or Totality",
        "Char",
        "Variable Qualifier",
        "C99075",
        "",
        "3.2",
    ),
    ("Events", "--TOX", "Toxicity", "Char", "Variable Qualifier", "", "", "3.2"),
    ("Events", "--REASOC", "Reason for Occur Value", "Char", "Record Qualifier", "", "", "3.4"),
    ("Events", "--CNTMOD", "Contact Mode", "Char", "Record Qualifier", "", "", "3.4"),
    ("Findings", "--SEV", "Severity/Intensity", "Char", "Record Qualifier", "", "", "3.2"),
    ("Findings", "--CHRON", "Chronicity of Finding", "Char", "Variable Qualifier", "", "", "3.3"),
    (
        "Findings",
        "--DISTR",
        "Distribution Pattern of Finding",
        "Char",
        "Variable Qualifier",
        "",
        "",
        "3.3",
    ),
    ("Findings", "--CNTMOD", "Contact Mode", "Char", "Record Qualifier", "", "", "3.4"),
    ("Findings", "--REASPF", "Reason Test Performed", "Char", "Record Qualifier", "", "", "3.4"),
)

# Allowed from an earlier version on than the first guide with a domain that lists them.
GENERAL_SINCE = {
    "SPDEVID": "3.2",
    "TAETORD": "3.2",
    "--PARTY": "3.2",
    "--PRTYID": "3.2",
    "--ACNDEV": "3.2",
    "--SPCUFL": "3.2",
    "--ANTREG": "3.2",
    "--RUNID": "3.2",
    "--EVINTX": "3.2",
}


def build(library: Path, out: Path) -> None:
    """Write every folder of `SOURCES` below `out` from the tables in `library`."""
    for table, folder in SOURCES.items():
        with (library / table).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        _write_standard(folder, rows, out / folder)
    _write_csv(out / "sdtm-general.csv", GENERAL_COLUMNS, _general_variables(library))


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


def _general_variables(library: Path) -> list[dict[str, str]]:
    """Return the variables of the general classes: those that any domain of the class lists."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for version, table in GENERAL_TABLES.items():
        with (library / table).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if (key := _general_key(row)) is not None:
                    found.setdefault(key, []).append(row | {"since": version})
    rows = [_general_variable(class_, name, seen) for (class_, name), seen in found.items()]
    rows += [dict(zip(GENERAL_COLUMNS, each, strict=True)) for each in GENERAL_ADDITIONS]
    return sorted(rows, key=lambda row: GENERAL_CLASSES.index(row["class"]))


def _general_key(row: dict[str, str]) -> tuple[str, str] | None:
    class_, domain, name = row["class"], row["dataset"], row["variable"]
    if class_ not in {"Interventions", "Events", "Findings", "Findings About"}:
        return None
    if name in {"STUDYID", "DOMAIN"}:
        return None
    by_role = {"Identifier": "Identifiers", "Timing": "Timing"}
    class_ = by_role.get(row["role"], class_.removesuffix(" About"))
    if name.endswith("TESTCD"):  # one table gives a topic the role of an identifier
        class_ = "Findings"
    if name.endswith("BEATNO"):
        class_ = "Identifiers"
    return class_, name.replace(domain, "--", 1) if name.startswith(domain) else name


def _general_variable(class_: str, name: str, seen: list[dict[str, str]]) -> dict[str, str]:
    def usual(field: str) -> str:
        return Counter(row[field] for row in seen).most_common(1)[0][0]

    codelist, domain = usual("codelist_code"), seen[-1]["described_value_domain"]
    label = GENERAL_LABELS_OF_CLASS.get((class_, name)) or GENERAL_LABELS.get(name)
    return {
        "class": class_,
        "variable": name,
        "label": label or " ".join(usual("label").replace("\\n", " ").split()),
        "type": usual("type"),
        "role": GENERAL_ROLES.get(name) or usual("role"),
        "codelist": codelist if codelist in GENERAL_CODELISTS[class_].split() else "",
        "domain": domain,
        "since": GENERAL_SINCE.get(name) or min(row["since"] for row in seen),
    }


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(__file__).parent)
