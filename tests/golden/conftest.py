"""One conversion of the sample study, shared by the acceptance tests of a session."""

from __future__ import annotations

from pathlib import Path

import pytest
from trialport import Conversion, convert

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def study() -> Path:
    """Return the folder of the shipped specification."""
    return ROOT / "mappings" / "studies" / "msc_gvhd"


@pytest.fixture(scope="session")
def sample() -> Path:
    """Return the folder of the sample study: `raw` and `design`."""
    return ROOT / "samples" / "msc_gvhd"


@pytest.fixture(scope="session")
def conversion(study: Path, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Conversion:
    """Convert the sample study, once."""
    return convert(study, raw=sample / "raw", out=tmp_path_factory.mktemp("sample") / "out")


@pytest.fixture(scope="session")
def output(conversion: Conversion) -> Path:
    """Return the folder that the sample study was converted into."""
    assert conversion.out is not None
    return conversion.out
