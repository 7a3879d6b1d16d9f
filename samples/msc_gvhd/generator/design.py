"""The fixed numbers of the study: event skeleton, quotas and figures, read from `design/`."""

import csv
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ARMS = ("MSC", "CTL")
_FOLDER = Path(__file__).resolve().parent.parent / "design"


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The events of one subject in days after transplant; None where there was none.

    `ag1`, `ag2`, `ag3` are the first days with acute GVHD of grade I, II, III or more, `cg1`,
    `cg2`, `cg3` those with chronic GVHD mild, moderate, severe or more, `sys` the start of
    systemic treatment of chronic GVHD.
    """

    row: int
    arm: str
    fup: int
    dth: int | None
    cause: str
    rel: int | None
    ag1: int | None
    ag2: int | None
    ag3: int | None
    agmax: int
    cg1: int | None
    cg2: int | None
    cg3: int | None
    sys: int | None


@dataclass(frozen=True, slots=True)
class Design:
    """Everything of the study that is not drawn at random."""

    skeleton: tuple[Skeleton, ...]
    parameters: dict[str, Any]
    facts: dict[str, Any]

    @property
    def seed(self) -> int:
        """The seed of every stream."""
        return int(self.parameters["seed"])

    @property
    def cutoff(self) -> date:
        """The data cut-off; no record is dated later."""
        return date.fromisoformat(self.parameters["cutoff"])


def load_design() -> Design:
    """Read the skeleton, the parameters and the facts."""
    with (_FOLDER / "skeleton.csv").open(encoding="utf-8", newline="") as lines:
        skeleton = tuple(_skeleton(row) for row in csv.DictReader(lines))
    return Design(skeleton, _json("parameters.json"), _json("facts.json"))


def _skeleton(row: dict[str, str]) -> Skeleton:
    # Day 0 is a legal day: only an empty field means that there was no event.
    days = {
        name: int(row[name]) if row[name] else None
        for name in ("dth", "rel", "ag1", "ag2", "ag3", "cg1", "cg2", "cg3", "sys")
    }
    return Skeleton(
        row=int(row["row"]),
        arm=row["arm"],
        fup=int(row["fup"]),
        cause=row["cause"],
        agmax=int(row["agmax"]),
        **days,
    )


def _json(name: str) -> dict[str, Any]:
    return json.loads((_FOLDER / name).read_text(encoding="utf-8"))
