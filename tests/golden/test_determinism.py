"""The same records give the same bytes: whenever, wherever, on how many threads, in any order."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from trialport import convert

from tests.golden.case_records import case_records
from tests.golden.raw_export import write_raw
from tests.golden.shuffled_raw import write_shuffled

_PROGRAM = """
import sys
from trialport import convert
study, raw, out, threads = sys.argv[1:]
convert(study, raw=raw, out=out, threads=int(threads))
"""
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cases(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return raw files of 19 subjects."""
    folder = tmp_path_factory.mktemp("cases") / "raw"
    write_raw(folder, study, case_records())
    return folder


@pytest.fixture(scope="module")
def reference(study: Path, cases: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Convert the 19 subjects once, in this process, on one thread."""
    out = tmp_path_factory.mktemp("reference") / "out"
    convert(study, raw=cases, out=out, threads=1)
    return _tree(out)


def test_four_threads_change_no_byte(
    study: Path, cases: Path, reference: dict[str, str], tmp_path: Path
) -> None:
    assert _tree(_convert(study, cases, tmp_path / "out", tmp_path, threads=4)) == reference


def test_another_process_folder_and_relative_paths_change_no_byte(
    study: Path, cases: Path, reference: dict[str, str], tmp_path: Path
) -> None:
    here = cases.parent
    relative = Path(os.path.relpath(study, here))
    out = Path(os.path.relpath(tmp_path / "out", here))
    _convert(relative, Path(cases.name), out, here, threads=1)
    assert _tree(tmp_path / "out") == reference


def test_another_order_of_the_records_changes_no_byte(
    study: Path, cases: Path, tmp_path: Path
) -> None:
    write_shuffled(cases, tmp_path / "raw", seed=1)
    only = ["DM", "CM", "CE"]
    convert(study, raw=cases, out=tmp_path / "one", only=only)
    convert(study, raw=tmp_path / "raw", out=tmp_path / "other", only=only)
    found = _tree(tmp_path / "one")
    assert sum(name.endswith(".xpt") for name in found) > 3
    assert found == _tree(tmp_path / "other")


@pytest.mark.slow
def test_the_whole_sample_in_another_order_gives_the_same_bytes(
    study: Path, sample: Path, output: Path, tmp_path: Path
) -> None:
    write_shuffled(sample / "raw", tmp_path / "raw", seed=22292)
    assert (tmp_path / "raw" / "labs.csv").read_bytes() != (
        sample / "raw" / "labs.csv"
    ).read_bytes()
    shuffled = _convert(study, tmp_path / "raw", tmp_path / "out", tmp_path, threads=1)
    expected, found = _tree(output), _tree(shuffled)
    # Findings name lines of the raw files, and only that may differ.
    assert found.pop("findings.json") and expected.pop("findings.json")
    assert found == expected
    assert _findings(shuffled) == _findings(output)


def _convert(study: Path, raw: Path, out: Path, folder: Path, *, threads: int) -> Path:
    """Convert in a process of its own, with another hash seed each, and return `out`."""
    arguments = [sys.executable, "-c", _PROGRAM, str(study), str(raw), str(out), str(threads)]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"},
        "PYTHONPATH": os.pathsep.join(
            [str(REPOSITORY / "converters"), os.environ.get("PYTHONPATH", "")]
        ),
    }
    done = subprocess.run(
        arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return out


def _tree(folder: Path) -> dict[str, str]:
    """Return the digest of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert files
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _findings(folder: Path) -> list[str]:
    found = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    return sorted(json.dumps(_without_lines(each), sort_keys=True) for each in found)


def _without_lines(value: object) -> object:
    """Return plain values without the lines of raw files, at any depth."""
    if isinstance(value, dict):
        return {name: _without_lines(each) for name, each in value.items() if name != "line"}
    return [_without_lines(each) for each in value] if isinstance(value, list) else value
