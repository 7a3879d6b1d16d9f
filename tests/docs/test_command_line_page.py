from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def test_the_page_of_the_command_line_is_not_stale() -> None:
    script = str(CHECKOUT / "docs" / "build_reference.py")
    ran = subprocess.run(
        [sys.executable, script, "--check"],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(CHECKOUT / "converters")},
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
