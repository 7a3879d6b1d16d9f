from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from trialport import read_xpt, write_xpt
from trialport.diagnostics import WriteError
from trialport.package.split import write_parts


def _written(folder: Path, name: str = "LB", rows: int = 1000) -> Path:
    path = folder / f"{name.lower()}.xpt"
    table = pa.table({"LBSEQ": [float(n) for n in range(rows)], "LBTEST": ["x" * 42] * rows})
    write_xpt(table, path, name=name, label="Laboratory")
    return path


def test_parts_are_below_the_limit_and_make_the_whole(tmp_path: Path) -> None:
    path = _written(tmp_path)
    parts = write_parts(path, tmp_path / "split", 10_000, encoding="ascii", created=None)
    assert [each.name for each in parts] == [
        f"lb{n}.xpt" for n in range(1, 7)
    ]  # 177 records of 50 bytes each
    assert all(each.stat().st_size <= 10_000 for each in parts)
    numbers = [value for each in parts for value in read_xpt(each)["LBSEQ"]]
    assert numbers == [float(n) for n in range(1000)]
    assert read_xpt(parts[0]).attrs["xport"]["name"] == "LB1"


@pytest.mark.parametrize(("name", "largest"), [("ABCDEFGH", 10_000), ("LB", 1_000)])
def test_what_cannot_be_split_is_refused(tmp_path: Path, name: str, largest: int) -> None:
    with pytest.raises(WriteError, match="E5092"):
        write_parts(
            _written(tmp_path, name), tmp_path / "split", largest, encoding="ascii", created=None
        )
