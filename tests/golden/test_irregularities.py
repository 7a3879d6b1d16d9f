"""The manifest of the sample's irregular cells, walked: each is converted as designed or reported.

The manifest says of each cell how it must be read (`convert`, empty for missing) or that it
contradicts something (`finding`). What the cell becomes is looked up in the transport files, by the
record that the raw row makes; a column that no dataset takes is looked up in the staged raw table.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from trialport import Conversion
from trialport.engine.duckdb import Engine
from trialport.pipeline.staging import stage_tables
from trialport.read.stage import stage_plan
from trialport.read.tables import read_tables
from trialport.study import plan_study

from tests.golden.analysis_oracle import adsl, term
from tests.golden.raw_tables import Row, dated, plain, read_raw, told

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "msc_gvhd"
STUDY = SAMPLE.parents[1] / "mappings" / "studies" / "msc_gvhd"
Records = list[dict[str, Any]]
Find = Callable[[str], Records]
_VISITS = {"SCR": "SCREENING", "D-9": "DAY -9"}


@dataclass(frozen=True)
class Irregular:
    """One irregular cell of the manifest."""

    id: str
    table: str
    file: str
    row: str
    column: str
    raw_value: str
    kind: str
    action: str
    value: str


@cache
def manifest() -> list[Irregular]:
    with (SAMPLE / "irregularities.csv").open(encoding="utf-8", newline="") as file:
        return [Irregular(**row) for row in csv.DictReader(file)]


CONVERTED = [each for each in manifest() if each.action == "convert"]
REPORTED = [each for each in manifest() if each.action == "finding"]
# Columns that the data model has no variable for: their contract is what is proved.
CHECKED_ONLY = {
    ("baseline", "height_cm"),
    ("gvhd_acute", "rash_bsa_pct"),
    ("gvhd_acute", "bilirubin_umol"),
    ("gvhd_acute", "stool_ml_day"),
    ("gvhd_acute", "biopsy"),
    ("gvhd_chronic", "fev1_pct"),
    ("relapse", "blasts_pct"),
}


def test_the_whole_manifest_is_walked() -> None:
    assert len(manifest()) == 373
    known = {*OUTCOMES, *CHECKED_ONLY}
    assert {(each.table, each.column) for each in CONVERTED} <= known
    assert {each.kind for each in REPORTED} == set(FINDINGS)


@pytest.mark.parametrize(
    "cell",
    [each for each in CONVERTED if (each.table, each.column) not in CHECKED_ONLY],
    ids=lambda each: each.id,
)
def test_the_cell_becomes_what_the_manifest_says(cell: Irregular, output: Path) -> None:
    row = _record(cell)
    usubjid = f"MSC-GVHD-{plain(row['subject_no'])}"

    def find(dataset: str) -> Records:
        return _dataset(output, dataset).get(usubjid, [])

    found, expected = OUTCOMES[cell.table, cell.column](row, cell.value, find)
    assert found == expected


@pytest.mark.parametrize("column", sorted(CHECKED_ONLY), ids=".".join)
def test_a_column_without_a_variable_is_read_as_the_manifest_says(
    column: tuple[str, str], staged: Mapping[str, Mapping[int, Mapping[str, object]]]
) -> None:
    for cell in CONVERTED:
        if (cell.table, cell.column) == column:
            found = staged[cell.table][int(cell.row)][cell.column]
            text = "" if found is None else f"{found:g}" if isinstance(found, float) else found
            assert text == cell.value, cell


@pytest.mark.parametrize("cell", REPORTED, ids=lambda each: each.id)
def test_a_contradiction_is_a_finding(
    cell: Irregular, conversion: Conversion, output: Path
) -> None:
    code, column = FINDINGS[cell.kind]
    here = [
        each
        for each in conversion.findings
        if each.code == code and each.place.column == (column or cell.column)
    ]
    assert any(
        (each.place.file, each.place.line) == (cell.file, int(cell.row))
        or each.place.record == _analysed(cell, output)
        for each in here
    ), [str(each) for each in here]


def test_a_sample_that_was_no_sample_is_not_done(output: Path) -> None:
    for cell in REPORTED:
        if cell.kind == "not_a_result":
            (record,) = _lab(_record(cell), partial(_of, output, cell))
            assert (record["LBSTAT"], record["LBREASND"]) == ("NOT DONE", "SPECIMEN HEMOLYZED")
            assert (record["LBORRES"], record["LBSPCCND"]) == ("", "HEMOLYZED")


# What each kind of contradiction is reported as: the code, and the column where it is another one.
FINDINGS = {
    "not_a_result": ("E3203", ""),
    "unknown_code": ("E3203", ""),
    "impossible_date": ("E3102", ""),
    "end_before_start": ("TP0101", "AEENDTC"),
    "grade_disagrees": ("E3270", "RSORRES"),
}

# --- what a cell becomes: what is found, and what it must be ---

Outcome = Callable[[Row, str, Find], tuple[object, object]]


def _visit(row: Row, find: Find) -> Records:
    code = row["visit_code"]
    name = _VISITS.get(code, f"DAY {code.removeprefix('D')}")
    on = dated(row["visit_date"])
    return [
        each
        for each in find("sv")
        if each["SVSTDTC"] == on
        and (each["VISIT"] == name or (code == "UNSCHEDULED") == each["VISIT"].startswith("UNSCH"))
    ]


def _lab(row: Row, find: Find) -> Records:
    codes = {"BUN": "UREA", "CREA": "CREAT", "PLT": "PLAT", "TBIL": "BILI", "UPRO": "PROT"}
    testcd = codes.get(row["test_code"], row["test_code"])
    when = f"{dated(row['sample_date'])}T{row['sample_time']}"
    return [each for each in find("lb") if (each["LBTESTCD"], each["LBDTC"]) == (testcd, when)]


def _chimerism(row: Row, find: Find) -> Records:
    on = dated(row["sample_date"])
    return [each for each in find("lb") if (each["LBTESTCD"], each["LBDTC"]) == ("CHIMER", on)]


def _course(row: Row, find: Find) -> Records:
    key = term("CMTRT", told(row["drug"])), dated(row["start_date"])
    return [each for each in find("cm") if (each["CMTRT"], each["CMSTDTC"]) == key]


def _infusion(row: Row, find: Find, prefix: str = "EX") -> Records:
    records = find(prefix.lower())
    return [each for each in records if each[f"{prefix}SPID"] == row["infusion_no"]]


def _event(row: Row, find: Find) -> dict[str, Any]:
    (event,) = [each for each in find("ae") if each["AESPID"] == row["ae_no"]]
    return event


def _graded(row: Row, find: Find, testcd: str) -> Records:
    key = testcd, dated(row["assess_date"])
    return [each for each in find("rs") if (each["RSTESTCD"], each["RSDTC"]) == key]


def _values(records: Records, variable: str) -> set[Any]:
    return {each[variable] for each in records}


def _with(records: Records, **cells: object) -> Records:
    return [each for each in records if all(each[name] == v for name, v in cells.items())]


def _age(row: Row, _: str, find: Find) -> tuple[object, object]:
    subject = adsl({"screening": [row]})
    assert subject is not None
    return _values(find("dm"), "AGE"), {subject["AGE"]}


def _history(row: Row, value: str, find: Find) -> tuple[object, object]:
    del row
    text = value.replace("， ", "，\n")
    expected = {term("MHTERM", text)} if value else set[str]()
    return _values(_with(find("mh"), MHCAT="GENERAL HISTORY"), "MHTERM"), expected


def _unit(row: Row, value: str, find: Find) -> tuple[object, object]:
    return _values(_lab(row, find), "LBORRESU"), {value}


def _result(row: Row, value: str, find: Find) -> tuple[object, object]:
    records = _lab(row, find)
    if not value:
        return _values(records, "LBSTAT"), {"NOT DONE"}
    return _values(records, "LBORRES"), {value}


def _viral(row: Row, value: str, find: Find) -> tuple[object, object]:
    testcd = {"CMV": "CMVDNA", "EBV": "EBDNA"}[row["virus"]]
    records = _with(find("mb"), MBTESTCD=testcd, MBDTC=dated(row["sample_date"]))
    assert not value
    return [(each["MBSTAT"], each["MBORRES"]) for each in records], [("NOT DONE", "")]


def _criteria(row: Row, value: str, find: Find) -> tuple[object, object]:
    event = _event(row, find)
    found = "".join(event[name] for name in ("AESDTH", "AESLIFE", "AESHOSP"))
    return found, "".join("Y" if code in value.split(";") else "N" for code in "123")


def _from_ae(variable: str, expected: Callable[[str], object]) -> Outcome:
    return lambda row, value, find: (_event(row, find)[variable], expected(value))


def _same(value: str) -> object:
    return value


OUTCOMES: dict[tuple[str, str], Outcome] = {
    ("screening", "sex"): lambda _, value, find: (
        _values(find("dm"), "SEX"),
        {{"1": "M", "2": "F"}[value]},
    ),
    ("screening", "birth_date"): _age,
    ("randomisation", "rand_datetime"): lambda _, value, find: (
        {each["DSSTDTC"][:16] for each in _with(find("ds"), DSDECOD="RANDOMIZED")},
        {value.replace(" ", "T")[:16]},
    ),
    ("baseline", "dx_date"): lambda _, value, find: (
        _values(_with(find("mh"), MHCAT="PRIMARY DIAGNOSIS"), "MHSTDTC"),
        {value},
    ),
    ("baseline", "kps"): lambda _, value, find: (
        _values(_with(find("rs"), RSTESTCD="KPSS0101"), "RSSTRESC"),
        {value},
    ),
    ("baseline", "history_text"): _history,
    ("donor", "cmv_igg"): lambda _, __, find: (_with(find("sc"), SCTESTCD="DONCMV"), []),
    ("donor", "hla_match"): lambda _, value, find: (
        _values(_with(find("lb"), LBTESTCD="HLAMSC"), "LBSTRESN"),
        {10 - int(value.partition("/")[0])},
    ),
    ("prophylaxis", "drug"): lambda row, value, find: (
        _values(_course(row, find), "CMTRT"),
        {term("CMTRT", value)},
    ),
    ("prophylaxis", "start_date"): lambda row, value, find: (
        _values(_course(row, find), "CMSTDTC"),
        {value},
    ),
    ("prophylaxis", "end_date"): lambda row, value, find: (
        _values(_course(row, find), "CMENDTC"),
        {value},
    ),
    ("transplant", "hct_time"): lambda row, value, find: (
        _values(find("pr"), "PRSTDTC"),
        {f"{dated(row['hct_date'])}T{value}"},
    ),
    ("msc_infusion", "inf_date"): lambda row, value, find: (
        {each["EXSTDTC"][:10] for each in _infusion(row, find)},
        {value},
    ),
    ("msc_infusion", "start_time"): lambda row, value, find: (
        {each["EXSTDTC"][11:16] for each in _infusion(row, find)},  # a serial has seconds
        {value},
    ),
    ("msc_infusion", "dose_cells"): lambda row, value, find: (
        _values(_infusion(row, find, "EC"), "ECDOSE"),
        {float(value)},
    ),
    ("gvhd_acute", "assess_date"): lambda row, value, find: (
        _values(_graded(row, find, "AGVHDGR"), "RSDTC"),
        {value},
    ),
    ("gvhd_acute", "overall_grade"): lambda row, value, find: (
        _values(_graded(row, find, "AGVHDGR"), "RSORRES"),
        {value},
    ),
    ("gvhd_acute", "skin_stage"): lambda row, _, find: (
        _with(find("fa"), FAOBJ="ACUTE GVHD", FALOC="SKIN", FADTC=dated(row["assess_date"])),
        [],
    ),
    ("gvhd_chronic", "global_severity"): lambda row, value, find: (
        _values(_graded(row, find, "CGVHDSEV"), "RSORRES"),
        {value.upper()},
    ),
    ("gvhd_treatment", "end_date"): lambda row, value, find: (
        _values(_course(row, find), "CMENDTC"),
        {value},
    ),
    ("gvhd_treatment", "ongoing"): lambda row, value, find: (
        (value, _values(_course(row, find), "CMENRTPT")),
        ("N", {""}),
    ),
    ("chimerism", "sample_date"): lambda row, value, find: (
        _values(_chimerism(row, find), "LBDTC"),
        {value},
    ),
    ("chimerism", "donor_pct"): lambda row, value, find: (
        _values(_chimerism(row, find), "LBSTRESN"),
        {float(value)},
    ),
    ("viral_load", "result_text"): _viral,
    ("viral_load", "subject_no"): lambda row, _, find: (
        bool(_with(find("mb"), MBDTC=dated(row["sample_date"]))),
        True,
    ),
    ("labs", "result_text"): _result,
    ("labs", "unit"): _unit,
    ("labs", "sample_date"): lambda row, value, find: (
        {each["LBDTC"][:10] for each in _lab(row, find)},
        {value},
    ),
    ("labs", "subject_no"): lambda row, _, find: (len(_lab(row, find)), 1),
    ("ae", "ae_term"): _from_ae("AETERM", lambda value: term("AETERM", value)),
    ("ae", "ctcae_grade"): _from_ae("AETOXGR", _same),
    ("ae", "start_date"): _from_ae("AESTDTC", _same),
    ("ae", "end_date"): _from_ae("AEENDTC", _same),
    ("ae", "serious"): _from_ae("AESER", _same),
    ("ae", "seriousness"): _criteria,
    ("ae", "outcome"): _from_ae("AEOUT", _same),
    ("visits", "visit_date"): lambda row, value, find: (
        _values(_visit(row, find), "SVSTDTC"),
        {value},
    ),
    ("visits", "visit_type"): lambda row, value, find: (
        _values(_visit(row, find), "SVCNTMOD"),
        {term("CNTMODE", value)},
    ),
    ("death", "death_date"): lambda _, value, find: (_values(find("dm"), "DTHDTC"), {value}),
}


# --- raw records, datasets and staged tables ---


def _record(cell: Irregular) -> Row:
    """Return the raw record of a cell, with every irregular cell as the manifest reads it."""
    row = dict(_rows()[cell.table][int(cell.row)])
    for other in manifest():
        same = (other.table, other.row) == (cell.table, cell.row)
        if same and other.action == "convert":
            row[other.column] = other.value
    return row


@cache
def _rows() -> dict[str, dict[int, Row]]:
    """Return the raw records by table and the line or sheet row on which each begins."""
    found: dict[str, dict[int, Row]] = {}
    for table, rows in read_raw(SAMPLE / "raw").items():
        line, found[table] = 2, {}
        is_sheet = (SAMPLE / "raw" / f"{table}.xlsx").exists()
        for row in rows:
            found[table][line] = row
            line += 1 if is_sheet else 1 + sum(cell.count("\n") for cell in row.values())
    return found


@cache
def _dataset(output: Path, name: str) -> dict[str, Records]:
    """Return the records of a dataset by subject, as another program reads the transport file."""
    frame: Any = pyreadstat.read_xport(str(output / "sdtm" / f"{name}.xpt"))[0]
    found: dict[str, Records] = {}
    for record in frame.to_dict("records"):
        found.setdefault(record["USUBJID"], []).append(record)
    return found


def _of(output: Path, cell: Irregular, name: str) -> Records:
    subject = plain(_record(cell)["subject_no"])
    return _dataset(output, name).get(f"MSC-GVHD-{subject}", [])


def _analysed(cell: Irregular, output: Path) -> str:
    """Return how a finding names the record of AE that a raw row makes."""
    if cell.table != "ae":
        return ""
    event = _event(_record(cell), partial(_of, output, cell))
    return f"AE USUBJID={event['USUBJID']} AESEQ={event['AESEQ']:g}"


@pytest.fixture(scope="module")
def staged() -> Iterator[dict[str, dict[int, dict[str, object]]]]:
    """Return the staged raw tables that hold columns without a variable, by row."""
    planned, _ = plan_study(STUDY)
    assert planned is not None
    sources = planned.specification.sources
    wanted = sorted({table for table, _ in CHECKED_ONLY})
    found: dict[str, dict[int, dict[str, object]]] = {}
    engine = Engine(1, None)
    tables = read_tables(sources, SAMPLE / "raw", wanted)[0]
    plans = {
        name: stage_plan(name, sources.tables[name], sources, texts.columns)
        for name, texts in tables.items()
    }
    stage_tables(engine, plans, tables, lambda _: None)
    for name in tables:
        rows = engine.connection.execute(f'SELECT * FROM raw."{name}"')
        names = [str(each[0]) for each in rows.description]
        records = [dict(zip(names, each, strict=True)) for each in rows.fetchall()]
        found[name] = {int(each["__row"]): each for each in records}
    yield found
    engine.close()
