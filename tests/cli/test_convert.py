from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
import trialport

Run = Callable[..., Any]


@pytest.fixture
def args(tiny: Path, tmp_path: Path) -> list[str | Path]:
    return ["convert", tiny / "study", "--raw", tiny / "raw", "--out", tmp_path / "out"]


def test_a_conversion_lists_findings_then_what_it_wrote(
    run: Run, args: list[str | Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ran = run(*args)
    lines = ran.out.splitlines()
    at = lines.index("dataset  records  variables  file")
    assert ran.code == 1
    assert lines[at + 1 :] == [
        f"DM             2         24  {out}/sdtm/dm.xpt",
        f"AE             3         10  {out}/sdtm/ae.xpt",
        f"{out}/sdtm/define.html",
        f"{out}/sdtm/define.xml",
        f"{out}/sdtm/define2-1.xsl",
        f"{out}/findings.json",
        f"{out}/manifest.json",
    ]
    assert any("events.csv:4" in line and "'perhaps'" in line for line in lines[:at])
    assert sorted(str(each.relative_to(out)) for each in out.rglob("*.*")) == [
        "findings.json",
        "manifest.json",
        "sdtm/ae.xpt",
        "sdtm/define.html",
        "sdtm/define.xml",
        "sdtm/define2-1.xsl",
        "sdtm/dm.xpt",
    ]


def test_another_reader_finds_the_values(run: Run, args: list[str | Path], tmp_path: Path) -> None:
    run(*args)
    frame, _ = pyreadstat.read_xport(tmp_path / "out" / "sdtm" / "ae.xpt")
    assert isinstance(frame, pd.DataFrame)
    names = ["USUBJID", "AESEQ", "AETERM", "AESER", "AESTDTC"]
    assert frame[names].to_numpy().tolist() == [
        ["TINY-001", 1, "Headache", "N", "2024-03-01"],
        ["TINY-001", 2, "Nausea", "N", "2024-02"],
        ["TINY-002", 1, "Rash", "", "2024-03-04"],
    ]
    assert frame["AESTDY"].fillna(0).tolist() == [1, 0, -1]


def test_only_makes_what_is_asked_for(run: Run, args: list[str | Path], tmp_path: Path) -> None:
    ran = run(*args, "--only", "DM", "--quiet")
    assert ran.err == ""
    folder = tmp_path / "out" / "sdtm"
    beside = ["define.html", "define.xml", "define2-1.xsl"]
    assert sorted(each.name for each in folder.iterdir()) == [*beside, "dm.xpt"]
    define = (folder / "define.xml").read_text(encoding="utf-8")
    assert re.findall('<ItemGroupDef OID="([^"]*)"', define) == ["IG.DM"]


def test_an_output_that_is_there_is_refused_without_force(
    run: Run, args: list[str | Path], tmp_path: Path
) -> None:
    assert run(*args, "--only", "DM").code in (0, 1)
    ran = run(*args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"E4101 {tmp_path}/out: error: the output folder is not empty; name another folder, or "
        "use --force\n"
    )
    assert run(*args, "--force").code == 1
    assert (tmp_path / "out" / "sdtm" / "ae.xpt").exists()


def test_strict_writes_nothing_where_a_finding_is_an_error(
    run: Run, args: list[str | Path], tmp_path: Path
) -> None:
    ran = run(*args, "--strict")
    assert ran.code == 2
    assert ran.err.endswith("nothing was written: findings of severity error, and --strict\n")
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_lists_everything_and_writes_nothing(
    run: Run, args: list[str | Path], tmp_path: Path
) -> None:
    dry = run(*args, "--dry-run")
    assert dry.err.endswith("nothing was written: --dry-run\n")
    assert list(tmp_path.iterdir()) == []
    done = run(*args)
    assert (dry.code, dry.out) == (done.code, done.out)


def test_the_document_says_what_was_written(
    run: Run, args: list[str | Path], tmp_path: Path
) -> None:
    ran = run(*args, "--json")
    document = json.loads(ran.out)
    assert (ran.code, ran.err) == (1, "")
    assert document["out"] == str(tmp_path / "out")
    assert document["submission_ready"] is False
    assert [(each["name"], each["records"], each["file"]) for each in document["datasets"]] == [
        ("DM", 2, "sdtm/dm.xpt"),
        ("AE", 3, "sdtm/ae.xpt"),
    ]
    written = json.loads((tmp_path / "out" / "findings.json").read_text(encoding="utf-8"))
    key = json.dumps
    assert sorted(document["findings"], key=key) == sorted(written, key=key)


def test_threads_change_no_byte(run: Run, args: list[str | Path], tmp_path: Path) -> None:
    run(*args, "--threads", "1")
    one = {each.name: each.read_bytes() for each in (tmp_path / "out").rglob("*.*")}
    run(*args, "--threads", "2", "--force")
    assert one == {each.name: each.read_bytes() for each in (tmp_path / "out").rglob("*.*")}


def test_raw_files_that_are_not_there_end_with_2(run: Run, tiny: Path, tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    ran = run("convert", tiny / "study", "--raw", raw, "--out", out)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"E3000 {raw}: error: there is no raw folder of this name\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_progress_is_for_terminals_and_leaves_stdout_alone(
    args: list[str | Path], tmp_path: Path
) -> None:
    converters = str(Path(__file__).parents[2] / "converters")
    script = "import sys; from trialport.cli import main; sys.exit(main(sys.argv[1:]))"
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=follower,
        env={**os.environ, "PYTHONPATH": converters, "TERM": "xterm", "NO_COLOR": "1"},
    ) as process:
        os.close(follower)
        shown = _read_to_the_end(leader)
        assert process.stdout is not None
        out = process.stdout.read()
    assert b"specification" in shown
    assert b"\x1b[" not in out
    assert out.decode().splitlines()[-1] == f"{tmp_path}/out/manifest.json"


def _read_to_the_end(terminal: int) -> bytes:
    content = bytearray()
    try:
        while block := os.read(terminal, 4096):
            content += block
    except OSError:  # Linux says so when the other end is closed
        pass
    finally:
        os.close(terminal)
    return bytes(content)


def test_formats_stand_beside_the_transport_files(
    run: Run, args: list[str | Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ran = run(*args, "--only", "DM", "--format", "dataset-json,csv", "--format", "parquet")
    assert ran.code in (0, 1)
    expected = trialport.read_dataset(out / "sdtm/dm.xpt")
    for name in ("dataset-json/sdtm/dm.json", "csv/sdtm/dm.csv", "parquet/sdtm/dm.parquet"):
        assert trialport.read_dataset(out / name).equals(expected, check_metadata=True)
    assert run(*args, "--only", "DM", "--force").code in (0, 1)
    assert not (out / "csv").exists()


def test_an_unknown_format_is_answered_with_the_nearest(run: Run, args: list[str | Path]) -> None:
    ran = run(*args, "--format", "parket")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "E1290: error: there is no format 'parket'; did you mean 'parquet'?\n"
