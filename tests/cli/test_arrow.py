"""pyarrow imports pandas where it is needed and nowhere else, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )


def test_a_conversion_imports_no_pandas(tmp_path: Path) -> None:
    options = ["--raw", "samples/msc_gvhd/raw", "--out", str(tmp_path / "out"), "--only", "DM"]
    ran = _run("-X", "importtime", "cli.py", "convert", "msc_gvhd", *options)
    assert ran.returncode in {0, 1}
    assert "pyarrow" in ran.stderr
    assert "pandas._libs" not in ran.stderr


def test_who_asks_for_pandas_gets_it() -> None:
    lines = (
        "from trialport.cli.arrow import without_pandas; without_pandas()",
        "import sys, pyarrow as pa; table = pa.table({'a': [1, None]})",
        "assert 'pandas' not in sys.modules",
        "frame = table.to_pandas(); assert frame['a'].isna().tolist() == [False, True]",
        "assert pa.Table.from_pandas(frame)['a'].to_pylist() == [1, None]",
        "assert pa.array(frame['a']).to_pylist() == [1, None]",
    )
    ran = _run("-c", "\n".join(["import sys; sys.path.insert(0, 'converters')", *lines]))
    assert (ran.returncode, ran.stderr) == (0, "")
