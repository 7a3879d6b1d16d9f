from __future__ import annotations

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
