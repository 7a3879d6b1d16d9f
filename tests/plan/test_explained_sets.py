"""A value that is made of a set of records names these records, and no others of their table."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from trialport import datasets
from trialport.engine.explain import MOST_RECORDS, Cell
from trialport.pipeline.explanation import explain

from tests.plan.tiny_study import (
    Record,
    analysis,
    frame,
    random_records,
    random_subjects,
    write_study,
)

SEED = 20261202
TEXT = analysis(
    {
        "STUDYID": "study.STUDYID",
        "USUBJID": "subj",
        "MOST": "max(high.val)",
        "NUMBER": "count(all.id)",
        "FIRST": "first.id",
        "BOTH": "greatest(MOST, max(all.seq))",
        "LATE": "max(late.val)",
        "PLACE": "{window: {pick: number, by: [STUDYID], order: [USUBJID]}}",
    },
    "keys: [STUDYID, USUBJID]\n"
    "records: [{from: subjects}]\n"
    "lookups:\n"
    "  high:  {from: records, by: [subj], where: val >= this.least}\n"
    "  all:   {from: records, by: [subj]}\n"
    "  late:  {from: records, by: {USUBJID: subj}, where: seq <= this.PLACE}\n"
    "  first: {from: records, by: [subj], pick: first, order: [id]}\n",
)


@pytest.fixture(scope="module")
def raw() -> dict[str, list[Record]]:
    subjects = random_subjects(Random(SEED), 6)
    records = random_records(Random(SEED + 1), subjects, 12)
    many = [{**records[0], "subj": "S001", "id": f"M{n:03}"} for n in range(MOST_RECORDS + 5)]
    return {"subjects": subjects, "records": [*records, *many]}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("sets"), {"adam/adx.yaml": TEXT})


def lines(cell: Cell) -> set[int]:
    """Return the lines of records.csv that stand behind a cell."""
    own = {cell.place.line} if cell.place.file.endswith("records.csv") else set[int | None]()
    for each in cell.sources:
        own |= lines(each)
    return {each for each in own if each is not None}


@pytest.mark.parametrize("variable", ["MOST", "NUMBER", "FIRST", "BOTH", "LATE"])
def test_the_records_are_those_of_the_set(
    variable: str, study: Path, raw: dict[str, list[Record]]
) -> None:
    frames = {name: frame(each) for name, each in raw.items()}
    made = datasets(study, raw=frames)[0]["ADX"].set_index("USUBJID")
    for subject in raw["subjects"][1:]:
        name, least = subject["subj"], subject["least"]
        own = {line: each for line, each in enumerate(raw["records"], 2) if each["subj"] == name}
        high = {
            line
            for line, each in own.items()
            if least and each["val"] and float(each["val"]) >= float(least)
        }
        place = made.loc[name, "PLACE"]
        late = {line for line, each in own.items() if each["seq"] and float(each["seq"]) <= place}
        first = {min(own, key=lambda line: str(own[line]["id"]))} if own else set[int]()
        wanted = {
            "MOST": high,
            "NUMBER": set(own),
            "FIRST": first,
            "BOTH": high | set(own),
            "LATE": late,
        }
        cell = explain(study, "ADX", variable, {"USUBJID": str(name)}, raw=frames)
        assert lines(cell) == wanted[variable], name


def test_of_many_records_the_others_are_counted(study: Path, raw: dict[str, list[Record]]) -> None:
    frames = {name: frame(each) for name, each in raw.items()}
    number = sum(each["subj"] == "S001" for each in raw["records"])
    assert number > MOST_RECORDS
    cell = explain(study, "ADX", "NUMBER", {"USUBJID": "S001"}, raw=frames)
    *told, further = [each for each in cell.sources if "id" in each.place.column]
    assert len(told) == MOST_RECORDS
    assert further.place.record == f"{number - MOST_RECORDS} further records of records.csv"
