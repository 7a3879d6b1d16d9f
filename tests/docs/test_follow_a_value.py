from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.pages import CHECKOUT, follow

PAGE = CHECKOUT / "docs" / "explanation" / "follow-a-value.md"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the page shows commands of a Unix shell")
def test_the_value_can_be_followed_as_the_page_says(tmp_path: Path) -> None:
    for name in ("mappings", "samples"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    assert follow(PAGE, tmp_path) >= 12
