from __future__ import annotations

import os
from pathlib import Path

import pytest
from trialport import convert

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "mappings" / "studies" / "msc_gvhd"


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Convert the resources of the sample study, once; return the folder with `fhir/R4` and R5.

    The variable TRIALPORT_SAMPLE names a folder where that was done before.
    """
    if made := os.environ.get("TRIALPORT_SAMPLE"):
        return Path(made)
    out = tmp_path_factory.mktemp("interop") / "out"
    types = {
        line.removeprefix("resource:").strip()
        for file in (STUDY / "fhir").glob("*.yaml")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("resource:")
    }
    raw = ROOT / "samples" / "msc_gvhd" / "raw"
    convert(STUDY, raw=raw, out=out, only=sorted(types), fhir=("R4", "R5"))
    return out
