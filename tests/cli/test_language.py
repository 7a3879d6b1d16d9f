# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from trialport.define.namespaces import XML, odm
from trialport.define.reader import read_define
from trialport.xport.reader import read_members

Run = Callable[..., Any]

_LABELS = """
encoding: gb18030
datasets: {DM: 人口统计学资料数据集的中文标签}   # 15 characters, 30 bytes
variables: {AE.AETERM: 不良事件名称}
terms:
  SEX: {F: 女性}
"""


@pytest.fixture
def study(tiny: Path, tmp_path: Path) -> Path:
    """Return a copy of a small study with Chinese labels of its own."""
    copy = tmp_path / "study"
    shutil.copytree(tiny / "study", copy)
    (copy / "labels").mkdir()
    (copy / "labels" / "zh.yaml").write_text(_LABELS, encoding="utf-8")
    return copy


def _texts(element: Any) -> dict[str, str]:  # noqa: ANN401 - lxml has no types
    return {each.get(f"{{{XML}}}lang"): each.text for each in element.iter(odm("TranslatedText"))}


def test_a_second_language_has_the_same_values_and_other_labels(
    run: Run, tiny: Path, study: Path, tmp_path: Path
) -> None:
    out, plain = tmp_path / "out", tmp_path / "plain"
    run("convert", study, "--raw", tiny / "raw", "--out", plain)
    ran = run("convert", study, "--raw", tiny / "raw", "--out", out, "--language", "zh", "--json")

    assert not (plain / "zh").exists()
    for path in (each for each in plain.rglob("*") if each.suffix in {".xpt", ".xml", ".html"}):
        assert (out / path.relative_to(plain)).read_bytes() == path.read_bytes()
    for name in ("dm", "ae"):
        (english,) = read_members(out / "sdtm" / f"{name}.xpt")
        (chinese,) = read_members(out / "zh" / "sdtm" / f"{name}.xpt", encoding="gb18030")
        assert list(chinese.batches()) == list(english.batches())
    assert chinese.member.label == "不良事件"
    labels = {each.name: each.label for each in chinese.member.variables}
    assert (labels["AETERM"], labels["USUBJID"]) == ("不良事件名称", "受试者唯一标识符")

    define = etree.parse(out / "zh" / "sdtm" / "define.xml")
    dataset = next(each for each in define.iter(odm("ItemGroupDef")) if each.get("Name") == "DM")
    assert _texts(dataset) == {"zh": "人口统计学资料数据集的中文标签", "en": "Demographics"}
    terms = {
        (codelist.get("OID"), each.get("CodedValue")): _texts(each)
        for codelist in define.iter(odm("CodeList"))
        for each in codelist.iter(odm("CodeListItem"))
    }
    assert terms["CL.SEX", "F"] == {"zh": "女性", "en": "Female"}
    assert terms["CL.SEX", "M"] == {"zh": "男", "en": "Male"}
    read, _ = read_define((out / "zh" / "sdtm" / "define.xml").read_bytes(), "define.xml")
    assert read is not None
    assert {each.label for each in read.datasets} == {"Demographics", "Adverse Events"}

    found = json.loads(ran.out)["findings"]
    assert not [each for each in found if each["code"].startswith("E43")]
    ran = run("validate", out / "zh", "--no-core", "--encoding", "gb18030", "--json")
    found = json.loads(ran.out)["findings"]
    assert not [each for each in found if each["code"].startswith("E")]
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["languages"] == {"zh": {"encoding": "gb18030"}}
    assert "zh/sdtm/dm.xpt" in {each["path"] for each in manifest["files"]}


def test_what_has_no_translation_is_named_by_dataset(
    run: Run, tiny: Path, study: Path, tmp_path: Path
) -> None:
    text = (study / "sdtm" / "ae.yaml").read_text(encoding="utf-8")
    (study / "sdtm" / "ae.yaml").write_text(f"label: Untoward Events\n{text}", encoding="utf-8")
    out = tmp_path / "out"
    run("convert", study, "--raw", tiny / "raw", "--out", out, "--profile", "nmpa", "--quiet")
    found = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    (warning,) = [each for each in found if each["code"] == "E4096"]
    assert (warning["severity"], warning["record"]) == ("warning", "AE")
    assert warning["problem"] == "1 zh labels are missing: the dataset itself"
    (chinese,) = read_members(out / "zh" / "sdtm" / "ae.xpt", encoding="gb18030")
    assert chinese.member.label == "Untoward Events"


def test_a_conversion_is_held_against_the_profile(
    run: Run, tiny: Path, study: Path, tmp_path: Path
) -> None:
    path = study / "study.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("encoding: ascii", "encoding: gb18030")
    )
    out = tmp_path / "out"
    ran = run("convert", study, "--raw", tiny / "raw", "--out", out, "--only", "DM", "--json")
    (fault,) = [each for each in json.loads(ran.out)["findings"] if each["code"] == "E4092"]
    assert fault["problem"] == "the encoding gb18030 is none of the profile fda-2025-04"
    assert ran.code == 1
    ran = run("convert", study, "--raw", tiny / "raw", "--out", out, "--profile", "fad")
    assert (ran.code, ran.err.split(";")[0]) == (2, "E1291: error: there is no profile 'fad'")
