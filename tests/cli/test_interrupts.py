from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

WRITING = """
import sys, time
from trialport.cli import main
import trialport.write.xpt as xpt

def wait(files, **_):
    files[0].path.parent.mkdir()
    files[0].path.write_bytes(b"half")
    print("ready", flush=True)
    time.sleep(60)

xpt.write_xpt_files = wait
sys.exit(main(sys.argv[1:]))
"""

IN_A_LIBRARY = """
import sys, time
from trialport.cli import main
import trialport.pipeline as pipeline

def wait(_):
    print("ready", flush=True)
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        raise RuntimeError("Query interrupted") from None

pipeline.check = wait
sys.exit(main(["check", "study"]))
"""


def _ended(script: str, number: signal.Signals, *args: str) -> tuple[int, str]:
    """Run a script, send it a signal when it says it is ready, and return its code and stderr."""
    converters = str(Path(__file__).parents[2] / "converters")
    with subprocess.Popen(
        [sys.executable, "-c", script, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": converters},
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline() == "ready\n":
            process.send_signal(number)
        try:
            _, err = process.communicate(timeout=30)
        finally:
            process.kill()
    return process.returncode, err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_conversion_that_is_interrupted_leaves_nothing(
    number: signal.Signals, tiny: Path, tmp_path: Path
) -> None:
    args = ["convert", str(tiny / "study"), "--raw", str(tiny / "raw")]
    code, err = _ended(WRITING, number, *args, "--out", str(tmp_path / "out"))
    assert code == 130
    assert err.strip() == "interrupted; nothing was left half-written"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_library_that_answers_a_signal_with_its_own_exception_is_no_fault_of_ours() -> None:
    code, err = _ended(IN_A_LIBRARY, signal.SIGINT)
    assert code == 130
    assert err.strip() == "interrupted; nothing was left half-written"


ON_A_FULL_DISK = """
import resource, sys
from trialport.cli import main

resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
sys.exit(main(sys.argv[1:]))
"""


def _run(script: str, *args: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=_environment())


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "converters")}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits")
@pytest.mark.parametrize("earlier", [False, True])
def test_a_full_disk_leaves_what_was_there(tiny: Path, tmp_path: Path, earlier: bool) -> None:
    out = tmp_path / "out"
    if earlier:
        (out / "sdtm").mkdir(parents=True)
        (out / "sdtm" / "dm.xpt").write_bytes(b"earlier")
    args = ["convert", tiny / "study", "--raw", tiny / "raw", "--out", out, "--force", "--quiet"]
    ran = _run(ON_A_FULL_DISK, *args)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"E4103 {out}: error: the output cannot be written: File too lar")
    assert [each.name for each in tmp_path.iterdir()] == (["out"] if earlier else [])
    if earlier:
        assert (out / "sdtm" / "dm.xpt").read_bytes() == b"earlier"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_stdout_is_a_fault_with_a_name() -> None:
    script = "import sys; from trialport.cli import main; sys.exit(main(sys.argv[1:]))"
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", script, "rule", "TP0101"],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=_environment(),
        )
    assert ran.returncode == 2
    assert ran.stderr.startswith("E4190 stdout: error: the result cannot be written: No space left")


def test_a_folder_that_takes_no_file_is_named(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    script = "import sys; from trialport.cli import main; sys.exit(main(sys.argv[1:]))"
    args = ["convert", tiny / "study", "--raw", tiny / "raw", "--out", tmp_path / "file" / "out"]
    ran = _run(script, *args)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "E4103" in ran.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("seconds", [0.5, 1.0, 1.5, 2.0])
def test_a_conversion_that_is_killed_leaves_the_output_whole_or_absent(
    tiny: Path, tmp_path: Path, seconds: float
) -> None:
    out = tmp_path / "out"
    script = "import sys; from trialport.cli import main; sys.exit(main(sys.argv[1:]))"
    args = ["convert", tiny / "study", "--raw", tiny / "raw", "--out", out, "--quiet"]
    with subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)],
        stdout=subprocess.DEVNULL,
        env=_environment(),
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    assert {each.name for each in tmp_path.iterdir() if each.name != "out"} <= {
        each.name for each in tmp_path.glob(".out.*.partial")
    }
    if out.exists():
        listed = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["files"]
        for each in listed:
            content = (out / each["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == each["sha256"]
    assert _run(script, *args, "--force").returncode == 1
