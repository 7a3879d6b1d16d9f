"""The package of the sample study, and what keeps one from being made."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from trialport.diagnostics import DataError, WriteError
from trialport.package import build
from trialport.pipeline import package
from trialport.profiles import ProfileRule, load_profile
from trialport.xport import read_members


@pytest.fixture(scope="module")
def packed(output: Path, study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package of the sample study."""
    to = tmp_path_factory.mktemp("package") / "package"
    package(output, to=to, study=study)
    return to


@pytest.fixture
def copied(output: Path, tmp_path: Path) -> Path:
    """Return a copy of the output, which a test may spoil."""
    copy = tmp_path / "out"
    shutil.copytree(output, copy)
    return copy


def test_the_tree_holds_datasets_definitions_guides_and_programs(packed: Path) -> None:
    root = packed / "m5" / "datasets" / "msc-gvhd"
    for name in (
        "tabulations/sdtm/dm.xpt",
        "tabulations/sdtm/define.xml",
        "tabulations/sdtm/csdrg.html",
        "analysis/adam/datasets/adtte.xpt",
        "analysis/adam/datasets/define.xml",
        "analysis/adam/datasets/adrg.html",
        "analysis/adam/programs/adam-adtte-yaml.txt",
        "analysis/adam/programs/sql-adam-adtte.txt",
    ):
        assert (root / name).stat().st_size > 0, name


def test_the_datasets_are_those_of_the_output(packed: Path, output: Path) -> None:
    packed_files = {each.name: each.read_bytes() for each in packed.rglob("*.xpt")}
    assert packed_files == {each.name: each.read_bytes() for each in output.glob("*/*.xpt")}


def test_the_manifest_names_every_file_with_its_digest(packed: Path) -> None:
    listed = json.loads((packed / "package.json").read_text(encoding="utf-8"))["files"]
    there = {p.relative_to(packed).as_posix() for p in packed.rglob("*") if p.is_file()}
    assert {each["path"] for each in listed} == there - {"package.json"}
    for each in listed:
        digest = hashlib.sha256((packed / each["path"]).read_bytes()).hexdigest()
        assert digest == each["sha256"]


def test_a_second_package_has_the_same_bytes(
    packed: Path, output: Path, study: Path, tmp_path: Path
) -> None:
    package(output, to=tmp_path / "again", study=study)
    again = (tmp_path / "again" / "package.json").read_bytes()
    assert again == (packed / "package.json").read_bytes()


class _Text(HTMLParser):
    """Collects the tags left open and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


def test_the_guides_say_what_is_known_and_mark_the_rest(packed: Path) -> None:
    for name, dataset in (("csdrg.html", "Demographics"), ("adrg.html", "Time-to-Event")):
        (path,) = packed.rglob(name)
        page = _Text()
        page.feed(path.read_text(encoding="utf-8"))
        assert page.open == []
        for said in ("MSC-GVHD", "sdtmct-2025-03-28", dataset, "to be written", "second-hand"):
            assert said in page.text, said


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda out: (out / "sdtm/dm.xpt").write_bytes(b"other"), "is not the one that the mani"),
        (lambda out: (out / "sdtm/dm.xpt").unlink(), "the file is not there"),
        (lambda out: (out / "sdtm/xx.xpt").write_bytes(b""), "does not name this file"),
    ],
    ids=["changed", "removed", "added"],
)
def test_an_output_that_is_not_what_its_manifest_says_is_refused(
    copied: Path, study: Path, tmp_path: Path, spoil: object, refusal: str
) -> None:
    assert callable(spoil)
    spoil(copied)
    with pytest.raises(DataError) as caught:
        package(copied, to=tmp_path / "to", study=study)
    (fault,) = caught.value.diagnostics
    assert fault.code == "E5091"
    assert refusal in fault.problem
    assert not (tmp_path / "to").exists()


def test_a_manifest_that_leads_out_of_its_folder_is_refused(
    copied: Path, study: Path, tmp_path: Path
) -> None:
    path = copied / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["files"][0]["path"] = "../../etc/passwd"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(DataError, match="names a file outside its folder"):
        package(copied, to=tmp_path / "to", study=study)


def test_another_specification_is_refused(output: Path, study: Path, tmp_path: Path) -> None:
    changed = tmp_path / "study"
    shutil.copytree(study, changed)
    text = (changed / "study.yaml").read_text(encoding="utf-8")
    (changed / "study.yaml").write_text(text.replace("number: 8}", "number: 9}"), encoding="utf-8")
    with pytest.raises(DataError, match="E5093"):
        package(output, to=tmp_path / "to", study=changed)


def test_a_folder_without_manifest_is_no_output(study: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="E5090"):
        package(tmp_path, to=tmp_path / "to", study=study)


def test_a_folder_that_holds_something_else_is_not_replaced(
    output: Path, study: Path, tmp_path: Path
) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "mine.txt").write_text("mine")
    with pytest.raises(WriteError, match="E4102"):
        package(output, to=tmp_path / "to", study=study, force=True)


def test_a_dataset_over_the_limit_stands_whole_and_in_parts(
    output: Path, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fda = load_profile("fda")
    rules = {**fda.rules, "largest_file": ProfileRule(2_000_000, "made up", "2025", "decision")}
    monkeypatch.setattr(build, "load_profile", lambda _: replace(fda, rules=rules))
    made = package(output, to=tmp_path / "to", study=study)
    large = [each for each in output.glob("sdtm/*.xpt") if each.stat().st_size > 2_000_000]
    assert {"lb"} <= {each.stem for each in large}
    tabulations = tmp_path / "to" / "m5" / "datasets" / "msc-gvhd" / "tabulations" / "sdtm"
    for path in large:
        assert (tabulations / path.name).read_bytes() == path.read_bytes()
        parts = sorted((tabulations / "split").glob(f"{path.stem}[0-9].xpt"))
        assert all(each.stat().st_size <= 2_000_000 for each in parts)
        rows = [read_members(each)[0].observations for each in parts]
        assert sum(rows) == read_members(path)[0].observations
    assert {each.place.file for each in made.findings if each.code == "E4093"} >= {"sdtm/lb.xpt"}
