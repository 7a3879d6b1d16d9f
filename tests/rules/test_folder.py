"""Claims about folders of transport files, those of other programs among them."""

import json
import shutil
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from trialport.exchange import export_dataset
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.rules.folder import LoadedFolder, judged_folder, validate_folder
from trialport.xport import read_members, write_xpt
from trialport.xport.reader import CHUNK_ROWS

FOREIGN = Path(__file__).parents[1] / "xport" / "data"


def load_folder(folder: Path, encoding: str = "ascii") -> LoadedFolder:
    with judged_folder(folder, encoding=encoding) as (loaded, _):
        return loaded


def stored(folder: Path, encoding: str = "ascii") -> dict[str, pa.Table]:
    with judged_folder(folder, encoding=encoding) as (loaded, connection):
        return {
            each.name: connection.sql(f'FROM "{each.name}" ORDER BY __row').to_arrow_table()
            for each in loaded.datasets
        }


def test_a_folder_of_files_that_sas_wrote_is_judged() -> None:
    result, faults = validate_folder(FOREIGN)
    # Of R's file, one apostrophe is no ASCII; the other four files are from SAS.
    assert [(each.code, each.place.column) for each in faults] == [("E3061", "TSVAL")]
    found = {(each.code, each.dataset, each.variable) for each in result.findings}
    assert ("TP0009", "RELREC", "RDOMAIN") in found  # AE and others are not in the folder
    assert ("TP0003", "ADTTE", "") in found  # the dataset has no label
    assert ("TP0015", "MH", "MHSTDY") in found  # the model allows it, the guide does not list it
    assert not [each for each in found if each[1] in {"DM", "MH"} and each[0] != "TP0015"]
    assert ("TP0303", "ADTTE") not in {(code, dataset) for code, dataset, _ in result.not_run}


def test_the_encoding_is_stated() -> None:
    assert load_folder(FOREIGN, encoding="cp1252").faults == ()


def test_metadata_come_from_header_and_standard() -> None:
    loaded = load_folder(FOREIGN, encoding="cp1252")
    datasets = {each.name: each for each in loaded.datasets}
    assert sorted(datasets) == ["ADTTE", "DM", "MH", "RELREC", "TS"]
    assert (datasets["DM"].group, datasets["ADTTE"].group) == ("sdtm", "adam")
    assert datasets["DM"].keys == ("STUDYID", "USUBJID")
    assert datasets["MH"].keys == ("STUDYID", "USUBJID", "MHSEQ")
    assert datasets["ADTTE"].keys == ("STUDYID", "USUBJID", "PARAMCD")
    assert datasets["DM"].class_ == "SPECIAL PURPOSE"
    assert datasets["DM"].records == 18
    sex = datasets["DM"].variable("SEX")
    assert sex == VariableMetadata(
        "SEX", "Sex", "Char", 1, role="Record Qualifier", core="Req", codelists=("C66731",)
    )


def test_dates_are_dates_and_blanks_are_null() -> None:
    tables = stored(FOREIGN, encoding="cp1252")
    expected = json.loads((FOREIGN / "dm.json").read_text(encoding="utf-8"))
    names = [each["name"] for each in expected["columns"]]
    deaths = [row[names.index("DTHDTC")] or None for row in expected["rows"]]
    assert tables["DM"]["DTHDTC"].to_pylist() == deaths
    assert None in deaths
    assert tables["ADTTE"].schema.field("ADT").type == pa.date32()
    assert tables["ADTTE"].schema.field("AGE").type == pa.float64()


def test_records_are_numbered_over_all_chunks_of_a_file(tmp_path: Path) -> None:
    records = 2 * CHUNK_ROWS + 1
    written(tmp_path, "LB", USUBJID=["1", ""] * CHUNK_ROWS + [""], LBSEQ=range(records))
    found = stored(tmp_path)["LB"]
    assert found["__row"].to_pylist() == list(range(1, records + 1))
    assert found["LBSEQ"].to_pylist() == list(range(records))
    assert found["USUBJID"].null_count == CHUNK_ROWS + 1
    assert set(found["USUBJID"].to_pylist()) == {"1", None}


def written(folder: Path, name: str, **columns: Sequence[object]) -> None:
    where = folder / ("adam" if name.startswith("AD") else "sdtm")
    where.mkdir(exist_ok=True)
    write_xpt(pa.table(columns), where / f"{name.lower()}.xpt", name=name, label=name)


def test_a_day_is_the_same_day_in_the_file(tmp_path: Path) -> None:
    days = [date(1960, 1, 1), date(2024, 2, 29), None, date(1959, 12, 31)]
    written(tmp_path, "ADSL", USUBJID=["1", "2", "3", "4"], TRTSDT=days)
    assert stored(tmp_path)["ADSL"]["TRTSDT"].to_pylist() == days


def test_a_time_is_the_same_time_in_the_file(tmp_path: Path) -> None:
    times = [datetime(1959, 12, 31, 23, 59, 59), None, datetime(2099, 2, 28, 0, 0, 1)]
    written(tmp_path, "ADSL", USUBJID=["1", "2", "3"], TRTSDTM=times)
    assert stored(tmp_path)["ADSL"]["TRTSDTM"].to_pylist() == times


def test_dates_that_are_all_missing_are_dates(tmp_path: Path) -> None:
    written(tmp_path, "ADSL", USUBJID=["1"], TRTSDT=pa.array([None], pa.date32()))
    assert stored(tmp_path)["ADSL"].schema.field("TRTSDT").type == pa.date32()


def test_a_file_with_a_fault_among_its_records_leaves_no_table(tmp_path: Path) -> None:
    written(tmp_path, "AE", USUBJID=["1"])
    where = tmp_path / "sdtm" / "dm.xpt"
    write_xpt(pa.table({"SEX": ["é"]}), where, name="DM", encoding="cp1252")
    with judged_folder(tmp_path) as (loaded, connection):
        assert [each.code for each in loaded.faults] == ["E3061"]
        assert connection.execute("SHOW TABLES").fetchall() == [("AE",)]


def test_half_days_stay_numbers(tmp_path: Path) -> None:
    where = tmp_path / "adsl.xpt"
    table = pa.table({"USUBJID": ["1"], "TRTSDT": [23436.5]})
    write_xpt(table, where, name="ADSL", formats={"TRTSDT": "DATE9."})
    assert stored(tmp_path)["ADSL"]["TRTSDT"].to_pylist() == [23436.5]


def test_a_core_rule_names_the_number_of_the_record_in_the_file(tmp_path: Path) -> None:
    terms = ["RASH"] * CHUNK_ROWS + [" RASH", "", "RASH"]
    written(tmp_path, "AE", DOMAIN=["AE"] * len(terms), AETERM=terms)
    _, faults = validate_folder(tmp_path, rules=[], sdtmig="3.4")
    found = {each.place.record: each.problem for each in faults if each.code == "CORE-000867"}
    assert list(found) == [f"AE record {CHUNK_ROWS + 1}"]
    assert "' RASH'" in found[f"AE record {CHUNK_ROWS + 1}"]


def test_the_manifest_goes_before_header_and_standard(tmp_path: Path) -> None:
    written(tmp_path, "AE", USUBJID=["1", "1"], AETERM=["A", "A"])
    variables = (
        VariableMetadata("USUBJID", "u", "Char", 1, core="Req"),
        VariableMetadata("AETERM", "t", "Char", 1, terms=("B",), extensible=False),
    )
    stated = DatasetMetadata(
        *("AE", "Adverse Events", "sdtm", "EVENTS", ""),
        *(("USUBJID", "AETERM"), 2, "sdtm/ae.xpt", variables),
    )
    content = {"datasets": [stated.to_json()]}
    (tmp_path / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    assert load_folder(tmp_path).datasets == (stated,)
    result, faults = validate_folder(tmp_path)
    assert faults == ()
    lines = [str(each).partition(";")[0] for each in result.diagnostics]
    assert "TP0001 AE USUBJID=1 AETERM=A: 2 records have these values of USUBJID, AETERM" in lines
    assert "TP0010 AE column AETERM: 'A' is no term of its values (records: 2)" in lines


def test_what_is_wrong_with_a_folder_is_told(tmp_path: Path) -> None:
    shown = [
        f"E3085 {tmp_path}: there is no dataset file;"
        " give the folder that holds sdtm/*.xpt and adam/*.xpt"
    ]
    assert [str(each) for each in load_folder(tmp_path).faults] == shown
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    written(tmp_path, "AE", USUBJID=["1"])
    (fault,) = load_folder(tmp_path).faults
    assert (fault.code, str(fault.place)) == ("E3086", "manifest.json")


def test_a_file_the_manifest_lists_is_missed(tmp_path: Path) -> None:
    written(tmp_path, "AE", USUBJID=["1"])
    stated = load_folder(tmp_path).datasets[0].to_json() | {"path": "sdtm/cm.xpt", "name": "CM"}
    (tmp_path / "manifest.json").write_text(json.dumps({"datasets": [stated]}), encoding="utf-8")
    assert [str(each) for each in load_folder(tmp_path).faults] == [
        "E3087 sdtm/cm.xpt: the manifest lists dataset CM, the file is not there"
    ]


def test_a_dataset_is_read_once(tmp_path: Path) -> None:
    shutil.copy(FOREIGN / "dm.xpt", tmp_path / "a.xpt")
    shutil.copy(FOREIGN / "dm.xpt", tmp_path / "b.xpt")
    loaded = load_folder(tmp_path)
    assert [str(each) for each in loaded.faults] == [
        "E3088 b.xpt: dataset DM is in a.xpt already; keep one of the files"
    ]
    assert [each.path for each in loaded.datasets] == ["a.xpt"]


def test_names_that_differ_in_case_are_one_name(tmp_path: Path) -> None:
    for name in ("dm", "DM"):
        parquet.write_table(
            pa.table({"SEX": ["F"]}).replace_schema_metadata({"name": name}),
            tmp_path / f"{name}1.parquet",
        )
    (fault,) = load_folder(tmp_path).faults
    assert (fault.code, fault.problem) == ("E3088", "dataset dm is in DM1.parquet already")


def test_an_analysis_dataset_goes_by_its_natural_keys_where_it_has_them(tmp_path: Path) -> None:
    key = {"STUDYID": ["X"], "USUBJID": ["1"], "ASEQ": [1.0], "CNSR": [0.0]}
    written(tmp_path, "ADTTE", **key, PARAMCD=["OS"])
    written(tmp_path, "ADXX", **key)
    keys = {each.name: each.keys for each in load_folder(tmp_path).datasets}
    assert keys["ADTTE"] == ("STUDYID", "USUBJID", "PARAMCD")
    assert keys["ADXX"] == ("STUDYID", "USUBJID", "ASEQ")


@pytest.mark.parametrize("extension", ["json", "ndjson", "dsjc", "parquet"])
def test_other_formats_are_judged_as_transport_files_are(tmp_path: Path, extension: str) -> None:
    for name in ("dm", "mh", "adtte"):
        for member in read_members(FOREIGN / f"{name}.xpt", encoding="cp1252"):
            export_dataset(member, tmp_path / f"{name}.{extension}")
            (tmp_path / "xpt").mkdir(exist_ok=True)
            shutil.copy(FOREIGN / f"{name}.xpt", tmp_path / "xpt")
    (tmp_path / "findings.json").write_text("[]", encoding="utf-8")
    ours, theirs = load_folder(tmp_path), load_folder(tmp_path / "xpt", encoding="cp1252")
    assert (ours.faults, theirs.faults) == ((), ())
    assert stored(tmp_path) == stored(tmp_path / "xpt", encoding="cp1252")
    assert [(each.name, each.variables) for each in ours.datasets] == [
        (each.name, each.variables) for each in theirs.datasets
    ]


def test_a_date_in_a_parquet_file_is_refused_with_its_column(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"ADT": [date(2024, 1, 1)]}), tmp_path / "adsl.parquet")
    (fault,) = load_folder(tmp_path).faults
    assert (fault.code, fault.problem) == (
        "E3293",
        "column 'ADT' is date32[day], which is neither text nor number",
    )
