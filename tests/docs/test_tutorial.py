from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.pages import CHECKOUT, File, follow, steps

PAGE = CHECKOUT / "docs" / "tutorial" / "first-study.md"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the page shows commands of a Unix shell")
def test_every_file_and_command_of_the_lesson_is_right(tmp_path: Path) -> None:
    assert follow(PAGE, tmp_path) >= 9


def test_the_lesson_begins_with_three_csv_files() -> None:
    files = [each.name for each in steps(PAGE) if isinstance(each, File)]
    assert files[:3] == ["raw/subjects.csv", "raw/doses.csv", "raw/events.csv"]
