"""The pages about the analysis of the sample: what they show is what comes out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from trialport.report.make import report_results

from tests.statistics.r_survival import need_r

DOCS = Path(__file__).resolve().parents[2] / "docs"
HOW_TO = DOCS / "how-to" / "analyse-endpoints-elsewhere.md"
_SHOWN = re.compile(r"^```(python|r)\n(.*?)^```\n\n```text\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _examples(language: str) -> list[tuple[str, str]]:
    text = HOW_TO.read_text(encoding="utf-8")
    return [(code, shown) for name, code, shown in _SHOWN.findall(text) if name == language]


@pytest.fixture
def folder(output: Path, tmp_path: Path) -> Path:
    """Return a folder in which the sample is converted to out/msc_gvhd."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "msc_gvhd").symlink_to(output)
    return tmp_path


@pytest.mark.parametrize("number", range(3))
def test_the_python_shown_prints_what_is_shown(number: int, folder: Path) -> None:
    examples = _examples("python")
    assert len(examples) == 3
    script, shown = examples[number]
    environment = {**os.environ, "PYTHONPATH": str(DOCS.parent / "converters")}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.returncode) == (shown, 0), ran.stderr


@pytest.mark.interop
def test_the_r_shown_prints_what_is_shown(folder: Path) -> None:
    need_r()
    ((script, shown),) = _examples("r")
    (folder / "shown.R").write_text(script, encoding="utf-8")
    ran = subprocess.run(
        ["Rscript", "shown.R"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.returncode) == (shown, 0), ran.stderr


def test_the_page_of_the_paper_is_that_of_the_conversion(output: Path) -> None:
    spec = spec_from_file_location("build_paper_page", DOCS / "build_paper_page.py")
    assert spec is not None
    assert spec.loader is not None
    maker = module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert maker.PAGE.read_text(encoding="utf-8") == maker.page(report_results(output))
