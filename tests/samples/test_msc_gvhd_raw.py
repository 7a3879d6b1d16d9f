"""The committed raw files of the sample study, read with nothing of trialport.

The figures come from the source paper (Yao H, et al. J Clin Oncol 2025;43:1997-2006, Tables 1
and 2 and Results), the event days from `design/skeleton.csv`.
"""

import ast
import csv
import math
import os
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from trialport import datasets

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "msc_gvhd"
RAW = SAMPLE / "raw"
STUDY = SAMPLE.parents[1] / "mappings" / "studies" / "msc_gvhd"
CUTOFF = date(2023, 6, 30)
GB18030 = {"labs", "death"}
WITHOUT_BOM = {"last_contact"}
TABLES = tuple(path.stem for path in sorted(RAW.iterdir()) if path.stem != "data_dictionary")
Record = dict[str, str]


# Reading: the cells as text, and the place of each record in its file.


@cache
def raw(table: str) -> list[tuple[int, Record]]:
    """Return (row in the file, record) of a table, nothing converted."""
    path = RAW / f"{table}.csv"
    rows = list(_csv_rows(path)) if path.exists() else list(_xlsx_rows(RAW / f"{table}.xlsx"))
    (_, header), records = rows[0], rows[1:]
    return [(at, dict(zip(header, cells, strict=True))) for at, cells in records if cells]


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    encoding = "gb18030" if path.stem in GB18030 else "utf-8-sig"
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file)
        begins = 1
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1


def _xlsx_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    sheet: list[list[Any]] = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    for at, cells in enumerate(sheet, start=1):
        yield at, [_cell_text(cell) for cell in cells]


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


@dataclass(frozen=True)
class Irregular:
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


@cache
def clean(table: str) -> list[Record]:
    """Return the records of a table, the listed irregular cells converted as the list says."""
    told = {(int(c.row), c.column): c.value for c in manifest() if c.table == table}
    return [
        {column: told.get((at, column), value) for column, value in record.items()}
        for at, record in raw(table)
    ]


def day(text: str) -> date:
    """Return a complete date in any of the regular styles."""
    if text.isdigit() and len(text) == 5:
        return date(1899, 12, 30) + timedelta(days=int(text))
    parts = text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
    year, month, dom = parts.split("-")
    return date(int(year), int(month), int(dom))


@cache
def transplants() -> dict[str, date]:
    return {r["subject_no"]: day(r["hct_date"]) for r in clean("transplant")}


@cache
def arms() -> dict[str, str]:
    return {
        r["subject_no"]: {"A": "MSC", "B": "CTL"}[r["arm_code"]] for r in clean("randomisation")
    }


@cache
def last_contacts() -> dict[str, date]:
    return {r["subject_no"]: day(r["contact_date"]) for r in clean("last_contact")}


@cache
def deaths() -> dict[str, date]:
    """Return the dates of death; without its day, the last day on which the subject was seen."""
    seen = last_contacts()
    return {
        r["subject_no"]: seen[r["subject_no"]]
        if len(r["death_date"]) == 7
        else day(r["death_date"])
        for r in clean("death")
    }


@cache
def ends() -> dict[str, date]:
    return last_contacts() | deaths()


def day_of(subject: str, when: str) -> int:
    return (day(when) - transplants()[subject]).days


# The files


def test_gb18030_files_are_not_utf_8() -> None:
    for table in GB18030:
        content = (RAW / f"{table}.csv").read_bytes()
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")
        assert content.decode("gb18030").startswith("subject_no,")


def test_the_other_text_files_are_utf_8_and_all_but_one_have_a_byte_order_mark() -> None:
    for path in RAW.glob("*.csv"):
        if path.stem not in GB18030:
            content = path.read_bytes()
            assert content.startswith(b"\xef\xbb\xbf") is (path.stem not in WITHOUT_BOM)
            assert "\ufffd" not in content.decode("utf-8")


def test_one_file_has_dos_line_ends_and_one_an_empty_last_line() -> None:
    assert b"\r\n" in (RAW / "gvhd_treatment.csv").read_bytes()
    others = [p for p in RAW.glob("*.csv") if p.stem != "gvhd_treatment"]
    assert not any(b"\r" in p.read_bytes() for p in others)
    empty_end = [p.stem for p in RAW.glob("*.csv") if p.read_bytes().endswith(b"\n\n")]
    assert empty_end == ["visits"]


def test_a_chinese_free_text_holds_a_line_break() -> None:
    texts = [record["history_text"] for _, record in raw("baseline")]
    assert sum("\n" in text for text in texts) == 2


def test_the_dictionary_lists_the_columns_of_every_file_in_order() -> None:
    listed: dict[str, list[str]] = defaultdict(list)
    for _, row in raw("data_dictionary"):
        listed[row["table"]].append(row["column"])
        assert row["label_zh"]
        assert row["label_en"].isascii()
    assert set(listed) == set(TABLES)
    assert len(TABLES) == 21
    for table in TABLES:
        assert list(raw(table)[0][1]) == listed[table]


def test_coded_cells_hold_codes_of_their_list() -> None:
    findings = {(c.table, int(c.row), c.column) for c in manifest() if c.action == "finding"}
    for _, known in raw("data_dictionary"):
        if not known["codelist"]:
            continue
        codes = {code.split("=")[0] for code in known["codelist"].split(";")}
        table, column = known["table"], known["column"]
        for (at, _), record in zip(raw(table), clean(table), strict=True):
            if (table, at, column) in findings or not record[column]:
                continue
            values = record[column].split(";") if column == "seriousness" else [record[column]]
            assert set(values) <= codes, (table, at, column, record[column])


def test_numbers_and_dates_are_what_the_dictionary_says() -> None:
    findings = {(c.table, int(c.row), c.column) for c in manifest() if c.action == "finding"}
    partial = {(c.table, int(c.row), c.column) for c in manifest() if c.kind == "partial_date"}
    readers: dict[str, Callable[[str], object]] = {
        "number": float,
        "integer": int,
        "date": day,
        "datetime": lambda text: datetime.strptime(text, "%Y-%m-%d %H:%M:%S"),
        "time": lambda text: datetime.strptime(text, "%H:%M"),
    }
    for _, known in raw("data_dictionary"):
        table, column = known["table"], known["column"]
        read = readers.get(known["type"])
        for (at, _), record in zip(raw(table), clean(table), strict=True):
            place = (table, at, column)
            if read is not None and record[column] and place not in findings | partial:
                read(record[column])


# The manifest


def test_every_irregularity_points_at_the_cell_it_names() -> None:
    cells = {table: dict(raw(table)) for table in TABLES}
    for cell in manifest():
        assert cells[cell.table][int(cell.row)][cell.column] == cell.raw_value, cell
        assert (RAW / cell.file).exists()
        assert cell.action in ("convert", "finding")
        assert cell.value != cell.raw_value or cell.kind in (
            "partial_date",
            "number_as_text",
            "date_style",
            "quoting",
        )


def test_the_kinds_of_irregularity_are_all_there() -> None:
    found = Counter(cell.kind for cell in manifest())
    assert set(found) == {
        "partial_date", "excel_serial", "date_style", "missing_code", "other_spelling",
        "full_width", "blanks", "number_as_text", "line_break", "quoting", "grade_disagrees",
        "end_before_start", "impossible_date", "unknown_code", "not_a_result",
    }  # fmt: skip
    assert found["grade_disagrees"] == 2
    codes = {cell.raw_value for cell in manifest() if cell.kind == "missing_code"}
    assert codes == {"NA", "ND", "UK", "未查", "不详", "/"}


def test_regular_cells_hold_no_missing_code_and_no_full_width_digit() -> None:
    listed = {(c.table, int(c.row), c.column) for c in manifest()}
    odd = {"NA", "ND", "UK", "未查", "不详", "/"}
    for table in TABLES:
        for at, record in raw(table):
            for column, value in record.items():
                if (table, at, column) not in listed:
                    assert value not in odd
                    assert not any("０" <= letter <= "９" for letter in value)
                    assert value == value.strip()


def test_the_date_of_death_without_a_day_can_be_found_again() -> None:
    """The rule: the later of the first of the month and the last complete record."""
    (partial,) = [r for r in clean("death") if len(r["death_date"]) == 7]
    subject = partial["subject_no"]
    visits = [
        day(r["visit_date"])
        for r in clean("visits")
        if r["subject_no"] == subject and r["visit_date"]
    ]
    last = max([*visits, last_contacts()[subject]])
    assert (last - transplants()[subject]).days == 493  # row 103 of the skeleton
    assert f"{last:%Y-%m}" == partial["death_date"]


# The cohort


def test_204_are_screened_and_192_randomised_and_transplanted() -> None:
    screening = clean("screening")
    assert len({r["subject_no"] for r in screening}) == 204
    assert Counter(r["screen_result"] for r in screening) == {"1": 192, "2": 6, "3": 6}
    assert Counter(arms().values()) == {"MSC": 96, "CTL": 96}
    enrolled = {r["subject_no"] for r in screening if r["screen_result"] == "1"}
    for table in ("randomisation", "baseline", "donor", "transplant", "engraftment"):
        assert Counter(r["subject_no"] for r in clean(table)) == Counter(enrolled)
    assert min(r["icf_date"] for r in screening) == "2019-09-09"
    assert max(r["icf_date"] for r in screening) == "2023-06-12"
    days = transplants().values()
    assert date(2019, 10, 1) <= min(days)
    assert max(days) <= date(2023, 2, 28)


def test_the_ineligible_fail_one_criterion_each_and_the_others_none() -> None:
    failed: Counter[str] = Counter()
    for r in clean("screening"):
        unmet = [f"INCL0{i}" for i in (1, 2, 3, 4) if r[f"incl_{i}"] == "N"]
        assert len(unmet) == (1 if r["screen_result"] == "2" else 0)
        failed.update(unmet)
    assert set(failed) == {"INCL01", "INCL02", "INCL03", "INCL04"}
    assert failed.total() == 6


def test_subject_numbers_follow_consent_within_the_site() -> None:
    by_site: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for r in clean("screening"):
        assert r["subject_no"].startswith(r["site_no"] + "-")
        by_site[r["site_no"]].append((r["subject_no"], r["icf_date"]))
    assert {site: len(found) for site, found in by_site.items()} == {
        "101": 122,
        "102": 51,
        "103": 31,
    }
    for site, found in by_site.items():
        assert [n for n, _ in sorted(found)] == [
            f"{site}-{i:03d}" for i in range(1, len(found) + 1)
        ]
        dates = [icf for _, icf in sorted(found)]
        assert dates == sorted(dates)


def test_six_are_lost_and_two_withdrew_and_all_of_them_lived() -> None:
    gone = {r["subject_no"]: r for r in clean("withdrawal")}
    assert Counter(r["reason"] for r in gone.values()) == {"LOST": 6, "WITHDREW": 2}
    assert not gone.keys() & deaths().keys()
    for subject, r in gone.items():
        assert day(r["date"]) == last_contacts()[subject]
        assert day(r["date"]) <= CUTOFF - timedelta(days=430)
    status = Counter(r["status"] for r in clean("last_contact"))
    assert status == {"存活": 172, "死亡": 14, "失访": 6}


def test_the_events_are_those_of_the_skeleton() -> None:
    with (SAMPLE / "design" / "skeleton.csv").open(encoding="utf-8", newline="") as file:
        wanted = Counter(tuple(row.values())[1:] for row in csv.DictReader(file))
    assert wanted.total() == 192
    assert Counter(_skeleton_rows()) == wanted


def _skeleton_rows() -> list[tuple[str, ...]]:
    """Return the columns of the skeleton but the first, for each subject, from the files."""
    causes = {
        "脓毒症": "SEPSIS",
        "真菌性肺炎": "FUNGAL PNEUMONIA",
        "肺部感染": "LUNG INFECTION",
        "器官功能衰竭": "ORGAN FAILURE",
        "多器官功能衰竭": "MULTI-ORGAN FAILURE",
        "呼吸衰竭": "RESPIRATORY FAILURE",
        "心力衰竭": "HEART FAILURE",
        "肝功能衰竭": "LIVER FAILURE",
        "血栓性微血管病": "THROMBOTIC MICROANGIOPATHY",
        "慢性移植物抗宿主病": "CHRONIC GVHD",
        "白血病复发": "RELAPSE",
    }
    cause = {r["subject_no"]: causes[r["cause"]] for r in clean("death")}
    relapse = {
        r["subject_no"]: day_of(r["subject_no"], r["relapse_date"]) for r in clean("relapse")
    }
    assert len(clean("relapse")) == len(relapse) == 21
    grades = _assessments("gvhd_acute", "overall_grade", ("0", "I", "II", "III", "IV"))
    severities = _assessments(
        "gvhd_chronic", "global_severity", ("none", "mild", "moderate", "severe")
    )
    systemic: dict[str, list[int]] = defaultdict(list)
    for r in clean("gvhd_treatment"):
        if (r["gvhd_type"], r["systemic"]) == ("chronic", "Y"):
            systemic[r["subject_no"]].append(day_of(r["subject_no"], r["start_date"]))
    rows: list[tuple[str, ...]] = []
    for subject, start in transplants().items():
        died = deaths().get(subject)
        numbers = (
            (ends()[subject] - start).days,
            None if died is None else (died - start).days,
            cause.get(subject),
            relapse.get(subject),
            *(_first(grades[subject], level) for level in (1, 2, 3)),
            max((level for _, level in grades[subject]), default=0),
            *(_first(severities[subject], level) for level in (1, 2, 3)),
            min(systemic[subject], default=None),
        )
        rows.append((arms()[subject], *("" if n is None else str(n) for n in numbers)))
    return rows


def _assessments(
    table: str, column: str, levels: tuple[str, ...]
) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for r in clean(table):
        subject = r["subject_no"]
        found[subject].append((day_of(subject, r["assess_date"]), levels.index(r[column])))
    return found


def _first(found: list[tuple[int, int]], level: int) -> int | None:
    return min((at for at, reached in found if reached >= level), default=None)


def test_no_record_is_dated_after_the_last_contact_or_the_cut_off() -> None:
    last = ends()
    partial = {(c.table, int(c.row), c.column) for c in manifest() if c.kind == "partial_date"}
    skipped = {(c.table, int(c.row), c.column) for c in manifest() if c.action == "finding"}
    columns = [
        (row["table"], row["column"])
        for _, row in raw("data_dictionary")
        if row["type"] == "date" or row["column"] == "rand_datetime"
    ]
    checked = 0
    for table, column in columns:
        for (at, _), record in zip(raw(table), clean(table), strict=True):
            place = (table, at, column)
            if not record[column] or place in skipped:
                continue
            limit = last.get(record["subject_no"], CUTOFF)
            assert limit <= CUTOFF
            if place in partial:
                assert record[column] <= limit.isoformat()
            else:
                assert day(record[column].split(" ")[0]) <= limit, place
            checked += 1
    assert checked > 20_000


def test_follow_up_has_the_printed_median_and_range() -> None:
    found = [(end - transplants()[subject]).days for subject, end in ends().items()]
    assert (statistics.median(found), min(found), max(found)) == (690, 6, 1319)


# Table 1: counts (control, UC-MSC), medians with quartiles, means with standard deviations.

TABLE_1_COUNTS: dict[str, dict[str, tuple[int, int]]] = {
    "refractory_relapse": {"N": (82, 89), "Y": (14, 7)},
    "sex": {"M": (63, 52), "F": (33, 44)},
    "disease": {"AML/MDS-EB2": (52, 65), "ALL": (41, 30), "MPAL": (3, 1)},
    "dri": {"LOW/MEDIUM": (7, 6), "HIGH": (89, 90)},
    "status": {"CR": (82, 81), "PR/NR": (14, 15)},
    "mrd": {"NEGATIVE": (66, 74), "POSITIVE": (30, 22)},
    "abo": {"SAME": (36, 54), "MAJOR": (26, 18), "MINOR": (25, 15), "BOTH": (9, 9)},
    "sexmatch": {"SAME": (53, 46), "M TO F": (30, 31), "F TO M": (13, 19)},
    "hla": {"1": (2, 2), "2": (8, 17), "3": (12, 17), "4": (16, 15), "5": (58, 45)},
    "collateral": {"Y": (8, 5), "N": (88, 91)},
}


def test_the_counts_of_table_1_are_exact() -> None:
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for subject, facts in _table_1_facts().items():
        for fact, level in facts.items():
            found[fact][level, arms()[subject]] += 1
    wanted = {
        fact: {
            (level, arm): n
            for level, counts in levels.items()
            for arm, n in zip(("CTL", "MSC"), counts, strict=True)
        }
        for fact, levels in TABLE_1_COUNTS.items()
    }
    assert found == wanted


def _table_1_facts() -> dict[str, dict[str, str]]:
    sexes = {r["subject_no"]: "MF"[int(r["sex"]) - 1] for r in clean("screening")}
    donors = {r["subject_no"]: r for r in clean("donor")}
    found: dict[str, dict[str, str]] = {}
    for r in clean("baseline"):
        subject = r["subject_no"]
        donor = donors[subject]
        sex, donor_sex = sexes[subject], "MF"[int(donor["donor_sex"]) - 1]
        disease, status = r["disease_type"], r["disease_status"]
        found[subject] = {
            "refractory_relapse": r["refractory_relapse"],
            "sex": sex,
            "disease": "AML/MDS-EB2" if disease in ("AML", "MDS-EB2") else disease,
            "dri": "HIGH" if r["dri"] == "高危" else "LOW/MEDIUM",
            "status": status if status == "CR" else "PR/NR",
            "mrd": {"阴性": "NEGATIVE", "阳性": "POSITIVE"}[r["mrd"]],
            "abo": _abo_match(donor["abo_patient"], donor["abo_donor"]),
            "sexmatch": "SAME" if sex == donor_sex else f"{donor_sex} TO {sex}",
            "hla": str(10 - int(donor["hla_match"].removesuffix("/10"))),
            "collateral": donor["collateral"],
        }
    return found


def _abo_match(patient: str, donor: str) -> str:
    """Return the ABO match: major when the patient has antibodies against the donor's cells."""
    antigens = {"O": set[str](), "A": {"A"}, "B": {"B"}, "AB": {"A", "B"}}
    is_major = bool(antigens[donor] - antigens[patient])
    is_minor = bool(antigens[patient] - antigens[donor])
    return {(False, False): "SAME", (True, False): "MAJOR", (False, True): "MINOR"}.get(
        (is_major, is_minor), "BOTH"
    )


@pytest.mark.parametrize(
    ("fact", "arm", "quartiles"),
    [
        ("age", "CTL", (22.75, 33, 46)),
        ("age", "MSC", (27, 37, 46.25)),
        ("donor_age", "CTL", (25, 40, 49)),
        ("donor_age", "MSC", (22.75, 34, 49)),  # printed 22.8
        ("mnc", "CTL", (7.505, 8.785, 10.585)),
        ("mnc", "MSC", (7.9, 9.3, 10.73)),
    ],
)
def test_the_medians_and_quartiles_of_table_1_are_exact(
    fact: str, arm: str, quartiles: tuple[float, float, float]
) -> None:
    values = _numbers(fact, arm)
    assert len(values) == 96
    found = statistics.quantiles(values, n=4, method="inclusive")
    assert found == pytest.approx(quartiles, abs=1e-9)


@pytest.mark.parametrize(("arm", "mean", "sd"), [("CTL", 6.153, 2.166), ("MSC", 5.328, 2.348)])
def test_cd34_has_the_printed_mean_and_standard_deviation(arm: str, mean: float, sd: float) -> None:
    values = _numbers("cd34", arm)
    assert round(statistics.mean(values), 3) == mean
    assert round(statistics.stdev(values), 3) == sd


@pytest.mark.parametrize(("fact", "p"), [("age", 0.079), ("donor_age", 0.490), ("mnc", 0.174)])
def test_mann_whitney_gives_the_printed_p(fact: str, p: float) -> None:
    """Donor age is printed .491; .490 is what integer ages with these quartiles can reach."""
    assert round(_mann_whitney(_numbers(fact, "MSC"), _numbers(fact, "CTL")), 3) == p


def _mann_whitney(one: list[float], other: list[float]) -> float:
    """Return the two-sided p by the normal approximation with ties and continuity correction."""
    n, m = len(one), len(other)
    wins = sum((a > b) + 0.5 * (a == b) for a in one for b in other)
    ties = sum(t**3 - t for t in Counter(one + other).values())
    total = n + m
    spread = math.sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    z = (abs(wins - n * m / 2) - 0.5) / spread
    return 2 * (1 - statistics.NormalDist().cdf(z))


def _numbers(fact: str, arm: str) -> list[float]:
    if fact == "age":
        values = {r["subject_no"]: _age(r) for r in clean("screening")}
    elif fact == "donor_age":
        values = {r["subject_no"]: float(r["donor_age"]) for r in clean("donor")}
    else:
        column = {"mnc": "mnc_e6kg", "cd34": "cd34_e6kg"}[fact]
        values = {r["subject_no"]: float(r[column]) for r in clean("transplant")}
    return [values[subject] for subject, its in arms().items() if its == arm]


def _age(record: Record) -> float:
    """Return the completed years at consent; a birth date without its day leaves no doubt."""
    consent, birth = day(record["icf_date"]), record["birth_date"]
    months = (consent.year - int(birth[:4])) * 12 + consent.month - int(birth[5:7])
    assert months % 12 or len(birth) == 10
    return months // 12


def test_the_ages_of_the_enrolled_meet_the_first_criterion() -> None:
    for r in clean("screening"):
        assert (18 <= _age(r) <= 60) is (r["incl_1"] == "Y")


def test_a_donor_of_that_relation_can_have_that_sex_and_age() -> None:
    ages = {r["subject_no"]: _age(r) for r in clean("screening")}
    men, women = "父兄弟子", "母姐妹女"
    for r in clean("donor"):
        older = float(r["donor_age"]) - ages[r["subject_no"]]
        relation = r["relation"]
        assert (relation in ("堂表亲", "叔伯姑姨舅")) is (r["collateral"] == "Y")
        if r["collateral"] == "N":
            assert relation in (men if r["donor_sex"] == "1" else women)
            assert relation not in "父母" or older >= 16
            assert relation not in "子女" or older <= -16


# Table 2: subjects (control, UC-MSC) with the event, and with grade 3 or 4 at worst.

TABLE_2: dict[str, tuple[tuple[int, int], tuple[int, int] | None]] = {
    "SEPSIS": ((5, 5), (2, 2)),
    "HC": ((20, 16), (12, 3)),
    "TMA": ((6, 3), None),
    "HEMORRHAGE": ((9, 3), (0, 0)),
    "EBV": ((45, 43), None),
    "CMV": ((44, 41), (13, 11)),
    "VOD": ((2, 1), None),
}


@pytest.mark.parametrize("query", TABLE_2)
def test_the_counts_of_table_2_are_exact(query: str) -> None:
    worst: dict[str, dict[str, int]] = {"CTL": {}, "MSC": {}}
    for r in clean("ae"):
        if r["ctcae_aesi"] == query:
            subject = r["subject_no"]
            assert 0 <= day_of(subject, r["start_date"]) <= 150
            of_arm = worst[arms()[subject]]
            of_arm[subject] = max(of_arm.get(subject, 0), int(r["ctcae_grade"]))
    any_grade, severe = TABLE_2[query]
    assert (len(worst["CTL"]), len(worst["MSC"])) == any_grade
    if severe is not None:
        found = [sum(g in (3, 4) for g in worst[arm].values()) for arm in ("CTL", "MSC")]
        assert tuple(found) == severe


def test_made_up_codes_have_eight_digits_and_start_with_9() -> None:
    names: dict[str, str] = {}
    for r in clean("ae"):
        for level in ("pt", "hlt", "hlgt", "soc"):
            code = r[f"{level}_code"]
            assert len(code) == 8
            assert code.startswith("9")
            assert names.setdefault(code, r[level]) == r[level]
        assert r["meddra_version"] == "SAMPLE 1.0"


def test_fatal_events_end_on_the_day_of_death() -> None:
    fatal = [r for r in clean("ae") if r["ctcae_grade"] == "5"]
    assert len(fatal) == 12  # 14 deaths, without those after relapse and of chronic GVHD
    for r in fatal:
        assert r["outcome"] == "5"
        assert "1" in r["seriousness"].split(";")
        assert day(r["end_date"]) == deaths()[r["subject_no"]]


# GVHD organs


def test_organ_stages_agree_with_the_grade_but_for_the_two_listed() -> None:
    listed = {int(c.row) for c in manifest() if c.kind == "grade_disagrees"}
    wrong: set[int] = set()
    undocumented = 0
    for (at, _), r in zip(raw("gvhd_acute"), _as_written("gvhd_acute"), strict=True):
        stages = [r[f"{organ}_stage"] for organ in ("skin", "liver", "ugi", "lgi")]
        if "" in stages:
            assert (r["overall_grade"], set(stages)) == ("I", {""})
            undocumented += 1
        elif _magic(*(int(stage) for stage in stages)) != r["overall_grade"]:
            wrong.add(at)
    assert wrong == listed
    assert undocumented == 13


@cache
def _as_written(table: str) -> list[Record]:
    """Return the records with the cells to be converted, but not those to be reported, replaced."""
    reported = {
        (int(c.row), c.column): c.raw_value
        for c in manifest()
        if c.table == table and c.action == "finding"
    }
    return [
        {column: reported.get((at, column), value) for column, value in record.items()}
        for (at, _), record in zip(raw(table), clean(table), strict=True)
    ]


def _magic(skin: int, liver: int, upper: int, lower: int) -> str:
    """Return the MAGIC grade by its table, from the gravest row down."""
    if skin == 4 or liver == 4 or lower == 4:
        return "IV"
    if liver in (2, 3) or lower in (2, 3):
        return "III"
    if skin == 3 or 1 in (liver, upper, lower):
        return "II"
    return "I" if skin in (1, 2) else "0"


CHRONIC_ORGANS = ("skin", "mouth", "eyes", "gi", "liver", "lungs", "joints_fascia", "genital")


def test_organ_scores_agree_with_the_global_severity() -> None:
    for r in clean("gvhd_chronic"):
        scores = {organ: int(r[organ]) for organ in CHRONIC_ORGANS}
        assert _nih(scores) == r["global_severity"]


def _nih(scores: dict[str, int]) -> str:
    lungs = scores["lungs"]
    others = [score for organ, score in scores.items() if organ != "lungs"]
    if lungs >= 2 or max(others) == 3:
        return "severe"
    if lungs == 1 or max(others) == 2 or others.count(1) >= 3:
        return "moderate"
    return "mild" if max(others) == 1 else "none"


def test_the_organs_of_acute_gvhd_have_the_designed_counts() -> None:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for r in _as_written("gvhd_acute"):
        for organ in ("skin", "liver", "ugi", "lgi"):
            if r[f"{organ}_stage"] not in ("", "0"):
                found[arms()[r["subject_no"]], organ].add(r["subject_no"])
    counts = {key: len(subjects) for key, subjects in found.items()}
    assert counts == {
        ("CTL", "skin"): 28, ("CTL", "liver"): 12, ("CTL", "ugi"): 14, ("CTL", "lgi"): 16,
        ("MSC", "skin"): 14, ("MSC", "liver"): 2, ("MSC", "ugi"): 4, ("MSC", "lgi"): 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("organ", "score", "control", "msc"),
    [
        ("lungs", 1, 13, 2),
        ("skin", 1, 27, 14),
        ("skin", 2, 6, 0),
        ("eyes", 2, 18, 7),
        ("lungs", 2, 8, 1),
    ],
)
def test_the_organs_of_chronic_gvhd_have_the_designed_counts(
    organ: str, score: int, control: int, msc: int
) -> None:
    found: dict[str, set[str]] = {"CTL": set(), "MSC": set()}
    for r in clean("gvhd_chronic"):
        if int(r[organ]) >= score:
            found[arms()[r["subject_no"]]].add(r["subject_no"])
    assert (len(found["CTL"]), len(found["MSC"])) == (control, msc)


def test_assessments_take_place_at_visits() -> None:
    seen = {
        (r["subject_no"], r["visit_code"], day(r["visit_date"]))
        for r in clean("visits")
        if r["visit_date"]
    }
    for table in ("gvhd_acute", "gvhd_chronic"):
        for r in clean(table):
            assert (r["subject_no"], r["visit"], day(r["assess_date"])) in seen


# Treatment and laboratory


def test_93_subjects_get_eight_infusions_and_13_infusions_are_not_given() -> None:
    given: Counter[str] = Counter()
    not_given: Counter[tuple[str, str]] = Counter()
    for r in clean("msc_infusion"):
        subject = r["subject_no"]
        assert arms()[subject] == "MSC"
        if r["not_given_reason"]:
            not_given[subject, r["not_given_reason"]] += 1
            assert not any(r[c] for c in ("inf_date", "dose_cells", "lot_no", "start_time"))
            continue
        given[subject] += 1
        assert abs(day_of(subject, r["inf_date"]) - int(r["planned_day"])) <= 1
        dose = int(r["dose_cells"]) / float(r["weight_kg"]) / 1e6
        assert dose == pytest.approx(float(r["dose_e6kg"]), abs=1e-5)
        assert 0.95 <= dose <= 1.05
    assert sorted(given.values()) == [1, 3, 7] + [8] * 93
    assert sorted(not_given.values()) == [1, 5, 7]


def test_the_first_infusion_starts_four_hours_before_the_transplant() -> None:
    clocks = {r["subject_no"]: (r["hct_date"], r["hct_time"]) for r in clean("transplant")}
    for r in clean("msc_infusion"):
        if r["infusion_no"] == "1":
            hct_date, hct_time = clocks[r["subject_no"]]
            assert r["inf_date"] == hct_date
            assert int(hct_time[:2]) - int(r["start_time"][:2]) == 4
            assert hct_time[2:] == r["start_time"][2:]


def test_conditioning_follows_the_regimen() -> None:
    days: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for r in clean("conditioning"):
        assert day_of(r["subject_no"], r["start_dt"]) == int(r["day_no"])
        days[r["subject_no"]].append(
            (int(r["day_no"]), f"{r['dose']} {r['dose_unit']} {r['freq']}")
        )
    regimen = (
        [(-9, "250 mg/m2 ONCE"), (-8, "4 g/m2 QD"), (-7, "4 g/m2 QD")]
        + [(d, "0.8 mg/kg Q6H") for d in (-6, -5, -4)]
        + [(d, "1.8 g/m2 QD") for d in (-3, -2)]
        + [(d, "2.5 mg/kg QD") for d in (-5, -4, -3, -2)]
    )
    assert len(days) == 192
    assert all(sorted(found) == sorted(regimen) for found in days.values())


@pytest.mark.parametrize(("virus", "threshold"), [("CMV", 1000), ("EBV", 5000)])
def test_viral_loads_pass_the_threshold_on_the_onset_of_a_reactivation_only(
    virus: str, threshold: int
) -> None:
    onset = {r["subject_no"]: day(r["start_date"]) for r in clean("ae") if r["ctcae_aesi"] == virus}
    first: dict[str, date] = {}
    for r in clean("viral_load"):
        if r["virus"] != virus or _iu(r) <= threshold:
            continue
        when = day(r["sample_date"])
        first[r["subject_no"]] = min(first.get(r["subject_no"], when), when)
    assert first == onset


def _iu(record: Record) -> float:
    text = record["result_text"].replace(",", "")
    if text in ("", "阴性", "<500"):
        return 0
    return float(text) * (0.91 if record["unit"] == "copies/mL" else 1)


def test_engraftment_is_the_first_of_three_days_above_the_threshold() -> None:
    counts: dict[tuple[str, str], dict[date, float]] = defaultdict(dict)
    for r in clean("labs"):
        if r["test_code"] in ("NEUT", "PLT") and r["result_text"]:
            when = day(r["sample_date"])
            if when > transplants()[r["subject_no"]]:
                counts[r["subject_no"], r["test_code"]][when] = float(r["result_text"])
    missing = 0
    for r in clean("engraftment"):
        for test, column, least in (("NEUT", "anc_date", 0.5), ("PLT", "plt_date", 20.0)):
            found = _first_of_three(counts[r["subject_no"], test], least)
            assert found == (day(r[column]) if r[column] else None)
            missing += found is None
    assert missing == 2  # the subject who died on day 6


def _first_of_three(counts: dict[date, float], least: float) -> date | None:
    able = (
        when
        for when in sorted(counts)
        if all(counts.get(when + timedelta(days=i), 0) >= least for i in range(3))
    )
    return next(able, None)


def test_the_laboratory_and_the_gvhd_form_agree_on_bilirubin() -> None:
    on_form = {
        (r["subject_no"], day(r["assess_date"])): r["bilirubin_umol"]
        for r in clean("gvhd_acute")
        if r["bilirubin_umol"]
    }
    compared = 0
    for r in clean("labs"):
        form = on_form.get((r["subject_no"], day(r["sample_date"])))
        if form is None or r["test_code"] != "TBIL" or not r["result_text"]:
            continue
        factor = 17.1 if r["unit"] == "mg/dL" else 1
        assert float(r["result_text"]) * factor == pytest.approx(float(form), abs=0.1)
        compared += 1
    assert compared > 500


def test_units_differ_by_site() -> None:
    units: dict[str, set[str]] = defaultdict(set)
    for r in clean("labs"):
        units[r["test_code"]].add(r["unit"])
    assert units["CREA"] == {"umol/L", "mg/dL"}
    assert units["HGB"] == {"g/L", "g/dL"}
    assert units["PLT"] == {"10^9/L", "10^3/uL"}
    weights = Counter(r["weight_unit"] for r in clean("baseline"))
    assert weights["斤"] == sum(r["site_no"] == "103" for r in clean("baseline")) > 0
    for r in clean("baseline"):
        kg = float(r["weight_kg"]) * (0.5 if r["weight_unit"] == "斤" else 1)
        assert 35 <= kg <= 115


# The generator


def _generate(out: Path, *options: str) -> None:
    command = [sys.executable, str(SAMPLE / "generate.py"), "--out", str(out), *options]
    subprocess.run(command, check=True, capture_output=True)


def test_generating_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    _generate(tmp_path)
    again = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert again.pop("irregularities.csv") == (SAMPLE / "irregularities.csv").read_bytes()
    assert again == {path.name: path.read_bytes() for path in RAW.iterdir()}


def test_more_subjects_repeat_the_skeleton_under_new_numbers(tmp_path: Path) -> None:
    _generate(tmp_path, "--subjects", "200", "--format", "parquet")
    randomised = pq.read_table(tmp_path / "randomisation.parquet").to_pylist()
    assert len({r["subject_no"] for r in randomised}) == 200
    assert len({r["rand_no"] for r in randomised}) == 200
    assert Counter(r["arm_code"] for r in randomised) == {"A": 100, "B": 100}
    screened = pq.read_table(tmp_path / "screening.parquet").to_pylist()
    assert len({r["subject_no"] for r in screened}) == len(screened) > 204
    first = {r["subject_no"]: r for r in screened}
    assert all(first[r["subject_no"]]["sex"] == r["sex"] for _, r in raw("screening"))


@pytest.mark.parametrize("module", ["acute", "chronic", "delivery"])
def test_the_examples_in_the_generator_hold(module: str) -> None:
    program = (
        "import doctest, importlib, sys;"
        f"found = doctest.testmod(importlib.import_module('generator.{module}'));"
        "sys.exit(found.failed or not found.attempted)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=SAMPLE)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Generate a small study in both formats, each under another seed of Python's own hashing."""
    folder = tmp_path_factory.mktemp("small")
    for kind, seed in (("csv", "1"), ("parquet", "2")):
        command = [sys.executable, str(SAMPLE / "generate.py"), "--out", str(folder / kind)]
        command += ["--subjects", "9", "--format", kind]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(command, check=True, capture_output=True, env=environment)
    return {kind: folder / kind for kind in ("csv", "parquet")}


def test_a_small_study_holds_the_same_cells_as_csv_and_as_parquet(small: dict[str, Path]) -> None:
    for path in sorted(small["parquet"].glob("*.parquet")):
        delivered = small["csv"] / f"{path.stem}.csv"
        rows = list(_csv_rows(delivered)) if delivered.exists() else None
        if rows is None:
            rows = list(_xlsx_rows(delivered.with_suffix(".xlsx")))
        header, records = rows[0][1], [cells for _, cells in rows[1:] if cells]
        table = pq.read_table(path)
        assert table.column_names == header
        texts = [list(record.values()) for record in table.to_pylist()]
        assert [[_alike(each) for each in record] for record in texts] == [
            [_alike(each) for each in record] for record in records
        ], path.stem


def _alike(text: str) -> str:
    """Return a cell with its number as Python writes it: a workbook keeps 1.0E6, not 1000000."""
    try:
        return repr(float(text))
    except ValueError:
        return text


def test_a_small_study_lists_its_irregular_cells(small: dict[str, Path]) -> None:
    for kind, folder in small.items():
        with (folder / "irregularities.csv").open(encoding="utf-8", newline="") as file:
            cells = list(csv.DictReader(file))
        assert cells
        if kind == "parquet":
            for cell in cells:
                record = pq.read_table(folder / cell["file"]).to_pylist()[int(cell["row"]) - 1]
                assert _alike(record[cell["column"]]) == _alike(cell["raw_value"])


def test_a_small_study_converts(small: dict[str, Path]) -> None:
    tables = {each.stem: pq.read_table(each) for each in small["parquet"].glob("*.parquet")}
    made, _ = datasets(STUDY, raw=tables, only=["DM"])
    assert Counter(made["DM"]["ARMCD"].fillna("none")) == {"MSC": 5, "CTL": 4, "none": 1}
    made_of_files, _ = datasets(STUDY, raw=small["csv"], only=["DM"])
    assert made["DM"].equals(made_of_files["DM"])


def test_the_generator_draws_from_nothing_that_differs_between_pythons() -> None:
    """No numpy, clock, environment or system randomness; of `random` only Random.random()."""
    allowed = {"Random", "random"}
    for path in [SAMPLE / "generate.py", *sorted((SAMPLE / "generator").glob("*.py"))]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            a.name.split(".")[0]
            for n in ast.walk(tree)
            if isinstance(n, ast.Import)
            for a in n.names
        }
        imported |= {
            str(n.module).split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)
        }
        assert not imported & {"numpy", "time", "os", "secrets", "uuid", "platform", "locale"}, path
        attributes = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        assert not attributes & {"now", "today", "utcnow", "urandom", "getrandbits"}, path
        calls = {
            n.attr
            for n in ast.walk(tree)
            if isinstance(n, ast.Attribute)
            and isinstance(n.value, ast.Name | ast.Attribute)
            and (
                getattr(n.value, "id", "") == "random" or getattr(n.value, "attr", "") == "_random"
            )
        }
        assert calls <= allowed, path
        assert not any(_iterates_a_set(each) for each in ast.walk(tree)), path


def _iterates_a_set(node: ast.AST) -> bool:
    """Return whether a loop goes over a set as it is written, whose order is that of hashes."""
    if not isinstance(node, ast.For | ast.comprehension):
        return False
    over = node.iter
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Name):
        return over.func.id in {"set", "frozenset"}
    return isinstance(over, ast.Set | ast.SetComp)
