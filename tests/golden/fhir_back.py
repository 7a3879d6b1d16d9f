"""Datasets made from the raw records and from the resources that were made of them, cell by cell.

`python -m tests.golden.fhir_back OUT`, with the folder of a conversion of the sample study, counts
again and writes the committed table; causes stay as they are, and a new loss has none until one is
written by hand.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd
from trialport import datasets, read_xpt
from trialport.fhir.loss import destinations
from trialport.pipeline import plan

STUDIES = Path(__file__).parents[2] / "mappings" / "studies"
COMMITTED = Path(__file__).parent / "data" / "fhir_back.csv"

NOWHERE = "nowhere"
OTHER_KEYS = {"EX": ("STUDYID", "USUBJID", "EXTRT", "EXSPID")}
"""A start that comes back otherwise must not make two records of one infusion."""


@dataclass(frozen=True, slots=True)
class Returned:
    """How many values of a variable come back.

    `kind` is what `trialport fhir loss` says of the variable. `cause` says why values are lost
    though FHIR has the variable, or why they come back though it has not; `nowhere` is that it
    has it not. A value of a record that is not sent counts as lost.
    """

    dataset: str
    variable: str
    kind: str
    equal: int
    lost: int
    cause: str


def compare(output: Path) -> tuple[list[Returned], list[str]]:
    """Return what comes back of each variable, and values and records that were not there before.

    Args:
        output: a conversion of the sample study, with its datasets and resources.
    """
    planned = plan(STUDIES / "msc_gvhd")[0].plan
    sdtm = (each for each in planned.steps if each.group == "sdtm")
    steps = sorted(sdtm, key=lambda each: each.name)
    kinds = {
        (each.dataset, each.variable): each.kind for each in destinations(steps, planned.resources)
    }
    back, _ = datasets(
        STUDIES / "msc_gvhd_fhir", raw=output / "fhir" / "R4", only=[each.name for each in steps]
    )
    causes = {(each.dataset, each.variable): each.cause for each in committed()}
    returned: list[Returned] = []
    invented: list[str] = []
    for step in steps:
        name, keys = step.name, list(OTHER_KEYS.get(step.name, step.keys))
        joined = _joined(_forward(output, name), back[name], keys)
        counts = _counts(joined, [each.name for each in step.variables], keys)
        for variable, (equal, lost, new) in counts.items():
            cell = (name, variable)
            cause = causes.get(cell, NOWHERE if lost and kinds[cell] == NOWHERE else "")
            returned.append(Returned(*cell, kinds[cell], equal, lost, cause))
            invented += [f"{name}.{variable}: {new}"] if new else []
        extra = _number(joined["side"] == "right_only")
        invented += [f"{name}: {extra} records"] if extra else []
    return returned, invented


def committed() -> list[Returned]:
    """Return the table as it is committed."""
    if not COMMITTED.is_file():
        return []
    with COMMITTED.open(encoding="utf-8", newline="") as stream:
        return [
            Returned(
                row["dataset"],
                row["variable"],
                row["kind"],
                int(row["equal"]),
                int(row["lost"]),
                row["cause"],
            )
            for row in csv.DictReader(stream)
        ]


def _forward(output: Path, name: str) -> pd.DataFrame:
    return read_xpt(output / "sdtm" / f"{name.lower()}.xpt")


def _joined(forward: pd.DataFrame, back: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return both as text, joined by the keys of the dataset; those are never there twice."""
    sides = [frame.astype(object).map(_text) for frame in (forward, back)]
    for each in sides:
        assert not each.duplicated(subset=keys).any()
    return sides[0].merge(sides[1], on=keys, how="outer", suffixes=("", "__back"), indicator="side")


def _text(value: object) -> str | None:
    """Return a value as text; null and the blank text of a transport file are the same."""
    is_missing = value is None or value == "" or (isinstance(value, float) and value != value)
    return None if is_missing else str(value)


def _counts(
    joined: pd.DataFrame, variables: list[str], keys: list[str]
) -> Mapping[str, tuple[int, int, int]]:
    """Return for each variable the values that are equal, lost, and new."""
    is_sent = joined["side"] == "both"
    counts: dict[str, tuple[int, int, int]] = {}
    for each in variables:
        if each in keys:
            had = joined[each].notna() & (joined["side"] != "right_only")
            equal, new = had & is_sent, had & ~had
        else:
            back = joined[f"{each}__back"]
            had = joined[each].notna()
            equal, new = had & (joined[each] == back), ~had & back.notna() & is_sent
        counts[each] = (_number(equal), _number(had & ~equal), _number(new))
    return counts


def _number(which: Any) -> int:  # noqa: ANN401 - a pandas Series of truths
    return int(which.sum())


def unexplained(table: list[Returned]) -> Iterator[str]:
    """Yield each variable whose count and `kind` do not agree, and that names no cause."""
    for each in table:
        named = each.cause not in ("", NOWHERE)
        expected_lost = each.kind == NOWHERE
        if each.lost and not (expected_lost and each.cause == NOWHERE) and not named:
            yield f"{each.dataset}.{each.variable} is lost {each.lost} times without a cause"
        if expected_lost and each.equal and not named:
            yield f"{each.dataset}.{each.variable} comes back {each.equal} times without a cause"
        if not each.lost and each.kind != NOWHERE and each.cause:
            yield f"{each.dataset}.{each.variable} loses nothing, and has a cause"


def _write(table: list[Returned]) -> None:
    with COMMITTED.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([each.name for each in fields(Returned)])
        writer.writerows(astuple(each) for each in table)


if __name__ == "__main__":
    found, new = compare(Path(sys.argv[1]))
    _write(found)
    sys.stderr.write("\n".join([*new, *unexplained(found), ""]))
