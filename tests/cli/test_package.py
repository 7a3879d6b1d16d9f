from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_a_conversion_is_packed_and_a_spoiled_one_refused(
    run: Run, tiny: Path, tmp_path: Path
) -> None:
    out, to = tmp_path / "out", tmp_path / "package"
    run("convert", tiny / "study", "--raw", tiny / "raw", "--out", out)
    ran = run("package", out, "--study", tiny / "study", "--to", to, "--json")
    assert ran.code == 0
    packed = json.loads(ran.out)
    assert packed["profile"].startswith("fda-")
    assert "m5/datasets/tiny/tabulations/sdtm/csdrg.html" in packed["files"]
    assert [each["code"] for each in packed["findings"]] == ["E5094"]
    (out / "sdtm" / "dm.xpt").write_bytes(b"other")
    ran = run("package", out, "--study", tiny / "study", "--to", to, "--force")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"E5091 {out}/sdtm/dm.xpt: error: the file is not the one that the ")
    assert (to / "package.json").exists()


def test_an_unknown_profile_could_not_be_done(run: Run, tiny: Path, tmp_path: Path) -> None:
    args = ["package", tmp_path, "--study", tiny / "study", "--to", tmp_path / "to"]
    ran = run(*args, "--profile", "fad")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("E1291: error: there is no profile 'fad'; ")


def test_a_profile_that_asks_for_chinese_gets_it_or_an_error(
    run: Run, tiny: Path, tmp_path: Path
) -> None:
    out, to = tmp_path / "out", tmp_path / "package"
    args = ("package", out, "--study", tiny / "study", "--to", to, "--profile", "nmpa", "--json")
    run("convert", tiny / "study", "--raw", tiny / "raw", "--out", out)
    ran = run(*args)
    found = {each["code"]: each for each in json.loads(ran.out)["findings"]}
    assert ran.code == 1
    assert found["E4098"]["problem"] == (
        "the output has no labels in zh, which nmpa-2020-07 asks for"
    )
    run(
        "convert",
        tiny / "study",
        "--raw",
        tiny / "raw",
        "--out",
        out,
        "--profile",
        "nmpa",
        "--force",
    )
    ran = run(*args, "--force")
    packed = json.loads(ran.out)
    assert ran.code == 0
    assert {each["code"] for each in packed["findings"]} == {"E5094"}
    tabulations = "m5/datasets/tiny/tabulations/sdtm"
    assert {f"{tabulations}/zh/{name}" for name in ("dm.xpt", "define.xml")} < {*packed["files"]}
    chinese = (to / tabulations / "zh" / "dm.xpt").read_bytes()
    assert chinese == (out / "zh" / "sdtm" / "dm.xpt").read_bytes()
    guide = (to / tabulations / "csdrg.html").read_text(encoding="utf-8")
    assert "folder zh, utf-8" in guide
    ran = run("package", out, "--study", tiny / "study", "--to", to, "--force", "--json")
    assert not [each for each in json.loads(ran.out)["files"] if "/zh/" in each]
