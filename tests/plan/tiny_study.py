"""Studies of a few lines, written into a folder, and random records to try them on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
from trialport import check

STUDY = """\
study: TINY
standards: {sdtmig: "3.4", adamig: "1.3"}
terminology: {}
constants:
  CUTOFF: {date: 2023-06-30}
"""

SOURCES = """\
missing: [""]
tables:
  subjects:
    file: subjects.csv
    encoding: utf-8
    keys: [subj]
    columns:
      subj:   {type: text}
      anchor: {type: date}
      least:  {type: number}
  records:
    file: records.csv
    encoding: utf-8
    columns:
      subj: {type: text}
      who:  {type: text}
      id:   {type: text}
      kind: {type: text}
      day:  {type: date}
      val:  {type: number}
      seq:  {type: integer}
"""

Record = dict[str, str | None]


def write_study(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a study: its files by their paths, with a study.yaml and sources unless given."""
    every = {
        "study.yaml": STUDY,
        "sources.yaml": SOURCES,
        "terminology.yaml": "codelists: {}\n",
        **files,
    }
    for name, text in every.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def findings(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Return what `check` finds in a study as a user sees it, files named from its folder."""
    shown = f"{write_study(folder, files).as_posix()}/"
    return [f"{each.severity}: {each}".replace(shown, "") for each in check(folder)]


def faults(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Return the errors among the findings, without that word."""
    found = findings(folder, files)
    return [each.removeprefix("error: ") for each in found if each.startswith("error: ")]


def analysis(variables: Mapping[str, str], rest: str, name: str = "ADX") -> str:
    """Return an analysis dataset whose variables are given as expressions or YAML mappings."""
    lines = [f"dataset: {name}", "label: Tiny", "class: OTHER", rest.rstrip(), "variables:"]
    for variable, value in variables.items():
        inner = (
            value[1:-1]
            if value.startswith("{")
            else f"value: {json.dumps(value, ensure_ascii=False)}"
        )
        lines.append(f"  {variable}: {{label: {variable}, {inner}}}")
    return "\n".join([*lines, ""])


def random_day(random: Random) -> str | None:
    """Return a date of a narrow range, so that there are ties: complete, partial or null."""
    year, month, day = random.choice(["2020", "2021"]), f"{random.randint(1, 3):02}", "15"
    day = random.choice(["01", "02", "14", "28"])
    forms = [f"{year}-{month}-{day}"] * 6 + [f"{year}-{month}", year, f"{year}---{day}", None]
    return random.choice(forms)


def random_subjects(random: Random, number: int) -> list[Record]:
    """Return subjects S001 ... with an anchor date and a least value."""
    return [
        {
            "subj": f"S{place:03}",
            "anchor": random_day(random),
            "least": random.choice(["0", "1.5", "3", None]),
        }
        for place in range(1, number + 1)
    ]


def random_records(random: Random, subjects: Sequence[Record], most: int = 12) -> list[Record]:
    """Return up to `most` records of each subject, and some of nobody, in random order."""
    owners = [each["subj"] for each in subjects for _ in range(random.randint(0, most))]
    owners += [None, "NOBODY"]
    random.shuffle(owners)
    names = [each["subj"] for each in subjects]
    return [
        {
            "subj": owner,
            "who": random.choice([*names, None]),
            "id": f"R{place:05}",
            "kind": random.choice(["A", "B", "B", None]),
            "day": random_day(random),
            "val": random.choice(["-1", "0", "0.1", "0.2", "1.5", "3", "1000000", None]),
            "seq": str(random.choice([1, 2, 3, 4])) if random.random() < 0.9 else None,
        }
        for place, owner in enumerate(owners)
    ]


def frame(records: Sequence[Record]) -> pd.DataFrame:
    """Return records as a data frame of texts."""
    return pd.DataFrame(list(records), columns=list(records[0]), dtype=object)


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a data frame holds
    """Return a cell of a data frame as a plain value: None where it is missing."""
    if value is None or value is pd.NaT or value != value:
        return None
    return value.isoformat()[:10] if isinstance(value, pd.Timestamp) else value
