"""Our statistics and those of R on random data with ties, censoring and competing events."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.statistics.r_survival import assert_equal, by_r, by_us, need_r

pytestmark = pytest.mark.interop


@pytest.mark.parametrize(
    ("seed", "subjects", "last_day"), [(1, 40, 12), (2, 120, 30), (3, 300, 900)]
)
def test_r_says_the_same(seed: int, subjects: int, last_day: int, tmp_path: Path) -> None:
    need_r()
    random = Random(seed)
    group = [at % 3 == 0 for at in range(subjects)]
    # Few days for many subjects, so that events, competing events and censorings share them.
    days = [float(int(random.random() * last_day * (1 + each))) + 1 for each in group]
    status = [(0, 1, 1, 2)[int(random.random() * 4)] for _ in group]
    horizon = last_day * 0.75
    assert_equal(by_us(days, status, group, horizon), by_r(days, status, group, horizon, tmp_path))
