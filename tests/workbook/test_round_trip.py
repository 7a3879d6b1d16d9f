"""Claims about a study that becomes a workbook and a study again."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport.pipeline.workbook import import_workbook, shown_tables
from trialport.plan.compare import compare_plans
from trialport.plan.unread_columns import unread_columns
from trialport.read.specification import read_folder
from trialport.spec.layers import Layer
from trialport.spec.load import load_study
from trialport.spec.nodes import Specification
from trialport.study import plan_study, study_layers
from trialport.workbook.book import tables
from trialport.workbook.kept import Kept
from trialport.workbook.write import workbook_bytes

from tests.workbook.books import (
    EVERY_KEY,
    SHIPPED,
    TINY,
    leaves,
    study_tables,
    texts_of,
    trees,
    write_book,
)


@pytest.mark.parametrize("study", [*SHIPPED, TINY], ids=lambda each: each.name)
def test_a_workbook_of_a_study_makes_the_same_plan(study: Path, tmp_path: Path) -> None:
    planned, found = plan_study(study)
    assert planned is not None
    files = trees(study_layers(study)[-1].own)
    book = write_book(tmp_path / "spec.xlsx", shown_tables(files, Kept(), planned))
    made = import_workbook(book, study)
    assert made.planned is not None
    assert compare_plans(planned.plan, made.planned.plan) == ()
    assert list(leaves(planned.specification)) == list(leaves(made.planned.specification))
    found += unread_columns(planned.specification)
    # E1010 is about files beside the specification, which are no part of it.
    told = sorted(each.code for each in found if each.code != "E1010")
    assert sorted(each.code for each in made.findings) == told
    again = shown_tables(trees(made.files), Kept(), made.planned)
    assert workbook_bytes(again, book.name) == book.read_bytes()


def test_every_key_of_the_language_has_its_cell(tmp_path: Path) -> None:
    beneath = [Layer("beneath", "beneath/", read_folder(EVERY_KEY.with_name("every_key_template")))]
    book = write_book(tmp_path / "spec.xlsx", study_tables(EVERY_KEY))
    texts = texts_of(book)
    assert _loaded(texts, beneath) == _loaded(read_folder(EVERY_KEY), beneath)
    assert workbook_bytes(tables(trees(texts)), book.name) == book.read_bytes()


def _loaded(texts: object, beneath: list[Layer]) -> list[object]:
    assert isinstance(texts, dict)
    specification, faults = load_study(texts, "", beneath)
    assert [str(each) for each in faults] == []
    assert isinstance(specification, Specification)
    return list(leaves(specification))
