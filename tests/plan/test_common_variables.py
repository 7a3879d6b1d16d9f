"""What all blocks fill alike is filled once behind them, with the values of each block."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pandas as pd
import pytest
from sqlglot import exp
from trialport import datasets
from trialport.pipeline.planning import plan

from tests.plan.tiny_study import (
    analysis,
    frame,
    plain,
    random_records,
    random_subjects,
    write_study,
)

COMMON = {
    "ANCHOR": "subject.anchor",
    "AFTER": "case when not_before(DAY, subject.anchor) then 'Y' end",
    "NEXT": "later.id",
    "AMOUNT": "number(WORD)",
    "TWICE": "2 * AMOUNT",
}
VARIABLES = {"ID": "id", "PERSON": "subj", "DAY": "src.day", **COMMON}
REST = """\
keys: [ID]
records:
  - from: records
    where: kind = 'A'
    set: {{WORD: {{label: Word, value: who}}{restated}}}
  - from: records
    where: kind = 'B'
    set: {{WORD: {{label: Word, value: number_text(val)}}}}
lookups:
  subject: {{from: subjects, by: {{PERSON: subj}}, pick: first, order: [anchor]}}
  later:
    {{from: records, by: {{PERSON: subj}}, where: "after(day, this.DAY)", pick: first, order: [id]}}
"""
LATE = "dataset_"


def study(folder: Path, restated: str = "", rest: str = REST) -> Path:
    text = analysis(VARIABLES, rest.format(restated=restated))
    return write_study(folder, {"adam/adx.yaml": text})


@pytest.mark.parametrize("seed", range(3))
def test_values_and_findings_are_those_of_blocks_that_fill_them_themselves(
    tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    subjects = random_subjects(random, 6)
    raw = {"subjects": frame(subjects), "records": frame(random_records(random, subjects))}
    # A block that states a variable itself, though in the same words, fills it itself.
    restated = "".join(f', {name}: "{value}"' for name, value in COMMON.items())
    made, found = datasets(study(tmp_path / "once", ""), raw=raw, only=["ADX"], threads=1)
    other, others = datasets(study(tmp_path / "each", restated), raw=raw, only=["ADX"], threads=1)
    assert values(made["ADX"]) == values(other["ADX"])
    assert len(made["ADX"]) > 10
    assert {each.code for each in found} == {"E3201"}
    shown = [str(each).replace("/each/", "/once/") for each in others]
    assert sorted(map(str, found)) == sorted(shown)


def values(made: pd.DataFrame) -> list[list[object]]:
    return [[plain(each) for each in row] for row in made[list(VARIABLES)].values.tolist()]


def test_what_a_block_asks_for_stays_in_it(tmp_path: Path) -> None:
    assert filled_late(study(tmp_path / "none")) == set(COMMON)
    unless = REST.replace("kind = 'A'\n", "kind = 'A'\n    unless: AFTER = 'Y'\n")
    # AFTER asks for the lookup that ANCHOR asks for too.
    assert filled_late(study(tmp_path / "unless", rest=unless)) == {"NEXT", "AMOUNT", "TWICE"}
    key = REST.replace("keys: [ID]", "keys: [ID, TWICE]")
    assert filled_late(study(tmp_path / "key", rest=key)) == {"ANCHOR", "AFTER", "NEXT"}
    asked = study(tmp_path / "asked", ', PERSON: "coalesce(subj, number_text(AMOUNT))"')
    assert filled_late(asked) == set(COMMON) - {"AMOUNT"}
    restated = study(tmp_path / "restated", ', NEXT: "later.id"')
    assert filled_late(restated) == set(COMMON) - {"NEXT"}


def filled_late(folder: Path) -> set[str]:
    """Return the variables that are made behind the blocks of the dataset."""
    (step,) = plan(folder)[0].plan.steps
    late = [each for each in step.query.find_all(exp.CTE) if str(each.alias).startswith(LATE)][1:]
    names = {part.alias for each in late for part in each.this.expressions}
    return names & {each.name for each in step.variables}
