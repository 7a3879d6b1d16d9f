"""Specifications by somebody else: whatever they ask for ends within limits and leaves nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, Run

CHECKOUT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="the system sets no limits")

RECORDS = 4000
JOIN = """
    join:
      - {table: events, as: a, on: [serious], expect: many}
      - {table: events, as: b, on: [serious], expect: many}
"""
GROWTH = (
    "  AETERM:  term\n"
    + "".join(
        f"  G{number}: {{value: \"replace({before}, 'e', 'eeeeeeeeeeeeeeeeeeee')\", keep: no}}\n"
        for number, before in enumerate(["term", *(f"G{each}" for each in range(7))])
    )
    + '  AEMODIFY: {value: "left(G7, 10)", label: Modified}\n'
)


@pytest.fixture
def study(tmp_path: Path, tiny: Path) -> Path:
    """Return a copy of the study of two subjects."""
    shutil.copytree(tiny, tmp_path / "tiny")
    return tmp_path / "tiny"


Convert = Callable[..., Ran]


@pytest.fixture
def convert(run: Run, study: Path, tmp_path: Path) -> Convert:
    """Return a function that converts the copy, untrusted."""

    def convert(*limits: str) -> Ran:
        raw, out = study / "raw", tmp_path / "out"
        return run(
            *("convert", study / "study", "--raw", raw, "--out", out, "--untrusted", *limits)
        )

    return convert


def many_records(study: Path) -> None:
    """Give the raw table of events thousands of records that share a value."""
    head = (study / "raw" / "events.csv").read_text().splitlines()[0]
    subject = (study / "raw" / "demography.csv").read_text().splitlines()[1].split(",")[0]
    values = {"subject": subject, "serious": "no", "term": "Headache", "onset": "2024-03-01"}
    lines = [
        ",".join(values.get(name, str(number)) for name in head.split(","))
        for number in range(RECORDS)
    ]
    (study / "raw" / "events.csv").write_text("\n".join([head, *lines]) + "\n")


def joined(study: Path) -> None:
    """Join the records with themselves, twice: 64 000 000 000 of them."""
    many_records(study)
    file = study / "study" / "sdtm" / "ae.yaml"
    text = file.read_text().replace("- from: events\n", f"- from: events{JOIN}")
    assert text != file.read_text()
    file.write_text(text)


def growing(study: Path) -> None:
    """Make a text of 51 200 000 000 characters in each record, from one of 8."""
    many_records(study)
    file = study / "study" / "sdtm" / "ae.yaml"
    text = file.read_text().replace("  AETERM:  term\n", GROWTH)
    assert text != file.read_text()
    file.write_text(text)


def nothing_left(folder: Path) -> bool:
    """Say whether nothing but the study is in a folder."""
    return [each.name for each in folder.iterdir()] == ["tiny"]


def test_what_is_sound_is_converted_as_without(
    convert: Convert, run: Run, study: Path, tmp_path: Path
) -> None:
    ran = convert()
    assert ran.code == 1
    assert "untrusted: at most 4000 MB of memory, 600 s of CPU time" in ran.err
    trusted = run(
        *("convert", study / "study", "--raw", study / "raw", "--out", tmp_path / "trusted")
    )
    assert ran.out == trusted.out.replace(str(tmp_path / "trusted"), str(tmp_path / "out"))
    files = sorted(
        each.relative_to(tmp_path / "trusted") for each in (tmp_path / "trusted").rglob("*")
    )
    assert sorted(each.relative_to(tmp_path / "out") for each in (tmp_path / "out").rglob("*")) == (
        files
    )
    for each in files:
        if (tmp_path / "out" / each).is_file() and each.name != "manifest.json":
            assert (tmp_path / "out" / each).read_bytes() == (
                tmp_path / "trusted" / each
            ).read_bytes()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["restrictions"] == {
        "untrusted": {"memory_limit": 4_000_000_000, "cpu_limit": 600, "seconds_limit": 900}
    }


@pytest.mark.parametrize(
    ("hostile", "limits", "told"),
    [
        (joined, ("--limit", "seconds=6"), ("E3295", "6 s on the clock")),
        (joined, ("--limit", "cpu=4"), ("E3295", "4 s of CPU time")),
        (growing, ("--limit", "memory=1GB"), ("E3294", "more memory than it may use")),
    ],
)
def test_what_grows_without_bound_ends_at_the_limit(
    hostile: Callable[[Path], None],
    limits: tuple[str, ...],
    told: tuple[str, str],
    convert: Convert,
    study: Path,
    tmp_path: Path,
) -> None:
    hostile(study)
    began = time.monotonic()
    ran = convert(*limits, "--json")
    assert time.monotonic() - began < 120
    assert ran.code == 2
    assert told[0] in ran.err
    assert told[1] in ran.err
    assert nothing_left(tmp_path)


def test_memory_that_is_taken_otherwise_ends_at_the_limit(convert: Convert, tmp_path: Path) -> None:
    ran = convert("--limit", "memory=40MB")
    assert ran.code == 2
    assert "E3295" in ran.err
    assert "40 MB of memory" in ran.err
    assert nothing_left(tmp_path)


ANCHORS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{ANCHORS}  AETERM:  term\n", "E1004"),
        ("  AETERM: " + "[" * 100_000 + "\n", "E1009"),
        ("  AETERM: " + "a" * 6_000_000 + "\n", "E1014"),
        ("  AETERM: '" + "(" * 4000 + "1" + ")" * 4000 + "'\n", "E13"),
        ("  AETERM: \"regexp_extract(term, '(a{200}){200}')\"\n", "E1305"),
    ],
    ids=["anchors", "depth", "size", "parentheses", "repeats"],
)
def test_bombs_in_a_specification_are_faults_with_a_place(
    text: str, code: str, run: Run, study: Path
) -> None:
    file = study / "study" / "sdtm" / "ae.yaml"
    file.write_text(file.read_text().replace("  AETERM:  term\n", text))
    ran = run("check", study / "study", "--untrusted", "--limit", "seconds=60", "--json")
    assert ran.code == 1
    found = json.loads(ran.out)["findings"]
    assert any(
        each["code"].startswith(code) and each["file"].endswith("sdtm/ae.yaml") for each in found
    ), sorted({each["code"] for each in found})


def test_a_plan_is_shown_from_a_process_of_its_own(run: Run, study: Path) -> None:
    plain, ran = run("plan", study / "study"), run("plan", study / "study", "--untrusted")
    assert (ran.code, ran.out) == (0, plain.out)


def test_an_output_that_is_there_is_kept_where_a_limit_is_reached(
    convert: Convert, study: Path, tmp_path: Path
) -> None:
    assert convert().code == 1
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    assert convert("--force", "--limit", "memory=40MB").code == 2
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("limit", ["memory=much", "memory=0MB", "cpu=0", "cpu=-1", "time=3", "3"])
def test_a_limit_that_is_none_is_told(limit: str, convert: Convert) -> None:
    ran = convert("--limit", limit)
    assert ran.code == 2
    assert "write memory=2GB (or MB), cpu=300 or seconds=600" in ran.err


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_the_process_ends_with_the_command(
    ending: signal.Signals, study: Path, tmp_path: Path
) -> None:
    joined(study)
    words = ["convert", str(study / "study"), "--raw", str(study / "raw")]
    words += ["--out", str(tmp_path / "out")]
    parent = subprocess.Popen(
        [sys.executable, str(CHECKOUT / "cli.py"), *words, "--untrusted"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    child = _child(parent)
    time.sleep(1)
    parent.send_signal(ending)
    assert parent.wait(timeout=30) == (130 if ending is signal.SIGINT else -signal.SIGKILL)
    end = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()
    if ending is signal.SIGINT:
        assert nothing_left(tmp_path)


def _child(parent: subprocess.Popen[bytes]) -> int:
    if not Path("/proc/self/task").exists():
        pytest.skip("the system does not list the children of a process")
    end = time.monotonic() + 60
    while time.monotonic() < end:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        if children:
            return int(children[0])
        assert parent.poll() is None
        time.sleep(0.02)
    raise AssertionError
