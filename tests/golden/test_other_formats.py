"""Every dataset of the sample study in every format, read back equal to its transport file."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport import export_dataset, read_dataset, read_xpt_arrow
from trialport.xport import read_members


@pytest.mark.parametrize("extension", [".json", ".ndjson", ".dsjc", ".parquet", ".csv"])
def test_every_dataset_reads_back_equal(output: Path, tmp_path: Path, extension: str) -> None:
    files = sorted(output.glob("*/*.xpt"))
    assert len(files) > 20
    for path in files:
        out = tmp_path / f"{path.stem}{extension}"
        export_dataset(read_members(path)[0], out)
        assert read_dataset(out).equals(read_xpt_arrow(path), check_metadata=True), path.stem
