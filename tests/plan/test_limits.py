"""Claims about a data cut-off, chosen subjects, dummy treatments and re-screened persons."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import trialport
from trialport.diagnostics import DataError, Diagnostic, SpecError
from trialport.read.switches import Switches, chosen_subjects, id_key

from tests.plan.tiny_study import plain, write_study

STUDY = """\
study: T
standards: {sdtmig: "3.4"}
terminology: {}
treatment: {table: people, subject: subj, column: arm}
"""
SOURCES = """\
missing: [""]
tables:
  people:
    file: people.csv
    encoding: utf-8
    keys: [subj]
    columns: {subj: text, icf: date, dead: date, born: date, arm: text}
  events:
    file: events.csv
    encoding: utf-8
    columns: {subj: text, term: text, start: date, end: date}
"""
DM = """\
dataset: DM
keys: [STUDYID, USUBJID]
records: [{from: people, where: subj = person(subj)}]
variables:
  STUDYID: study.STUDYID
  USUBJID: usubjid(subj)
  SUBJID: subj
  DOMAIN: {text: DM}
  SITEID: {text: "1"}
  SEX: {text: U}
  COUNTRY: {text: CHN}
  RFICDTC: icf
  DTHDTC: dead
  DTHFL: flag(dead is not null)
  ARMCD: arm
"""
AE = """\
dataset: AE
keys: [STUDYID, USUBJID, AESTDTC, AETERM]
records: [{from: events}]
lookups:
  dm: {from: DM, pick: only}
variables:
  STUDYID: study.STUDYID
  USUBJID: usubjid(subj)
  AESEQ: sequence()
  DOMAIN: {text: AE}
  AETERM: term
  AEDECOD: term
  AESTDTC: start
  AEENDTC: end
  AEENDY: study_day(AEENDTC, dm.RFICDTC)
"""
PEOPLE = [
    ("1", "2021-01-01", "2021-06-20", "1970-01-01", "A"),
    ("2", "2021-02-01", None, "1980-01-01", "B"),
    ("3", "2021-07-01", None, "1970-01-01", "A"),
]
EVENTS = [
    ("1", "EARLY", "2021-01-05", "2021-01-09"),
    ("1", "ON THE DAY", "2021-05-31", "2021-05-31"),
    ("1", "GOES ON", "2021-05-01", "2021-06"),
    ("1", "DAY AFTER", "2021-06-01", None),
    ("2", "PARTIAL, PERHAPS AFTER", "2021", None),
    ("2", "PARTIAL, AFTER", "2021-06", None),
    ("2", "UNDATED", None, "2021-05"),
    ("3", "LATE SUBJECT", "2021-07-02", None),
]
Records = list[dict[str, Any]]


def frame(rows: Sequence[tuple[str | None, ...]], names: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=names.split(), dtype=object)


def records_of(made: pd.DataFrame) -> Records:
    columns = {str(name): [plain(each) for each in made[name]] for name in made.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def converted(
    folder: Path,
    switches: Switches | None = None,
    files: Mapping[str, str] | None = None,
    columns: str = "subj term start end",
) -> tuple[dict[str, Records], list[Diagnostic]]:
    every = {"study.yaml": STUDY, "sources.yaml": SOURCES, "sdtm/dm.yaml": DM, "sdtm/ae.yaml": AE}
    study = write_study(folder / "study", {**every, **(files or {})})
    raw = {
        "people": frame(PEOPLE, "subj icf dead born arm"),
        "events": frame(EVENTS, columns),
    }
    frames, found = trialport.datasets(study, raw=raw, switches=switches)
    records = {name: records_of(each) for name, each in frames.items()}
    return records, [each for each in found if "6" in each.code[3:4]]


def column(records: Records, name: str) -> list[Any]:
    return [each[name] for each in records]


def by_term(records: Records) -> dict[str, dict[str, Any]]:
    return {each["AETERM"]: each for each in records}


def test_without_switches_everything_is_there(tmp_path: Path) -> None:
    records, found = converted(tmp_path)
    assert (len(records["DM"]), len(records["AE"]), found) == (3, 8, [])


def test_a_record_goes_where_every_day_of_its_start_is_after_the_cut_off(tmp_path: Path) -> None:
    records, found = converted(tmp_path, Switches(cutoff="2021-05-31"))
    kept = by_term(records["AE"])
    assert set(kept) == {"EARLY", "ON THE DAY", "GOES ON", "PARTIAL, PERHAPS AFTER", "UNDATED"}
    assert sorted(each["AESEQ"] for each in kept.values() if each["USUBJID"] == "T-1") == [1, 2, 3]
    assert [str(each) for each in found] == [
        "E3165 DM: the cut-off 2021-05-31 leaves out 1 records; 1 that stay lose a date after it; "
        "0 stay with a partial date that may be after it",
        "E3165 AE: the cut-off 2021-05-31 leaves out 3 records; 1 that stay lose a date after it; "
        "1 stay with a partial date that may be after it",
    ]


# Both blocks fill what asks for variables in one way; their source has a column AESTDTC as well.
TWO_BLOCKS = """\
dataset: AE
keys: [STUDYID, AESTDTC, AETERM]
records: [{from: events, where: term = 'EARLY'}, {from: events, where: term <> 'EARLY'}]
variables:
  STUDYID: study.STUDYID
  PERSON: {label: P, value: subj, keep: no}
  BEGIN: {label: B, value: src.AESTDTC, keep: no}
  END: {label: E, value: src.end, keep: no}
  USUBJID: usubjid(PERSON)
  AESEQ: sequence()
  DOMAIN: {text: AE}
  AETERM: term
  AEDECOD: term
  AESTDTC: BEGIN
  AEENDTC: END
  AEENRF: case when AEENDTC is null then 'ONGOING' end
"""


@pytest.mark.parametrize("key", ["AESTDTC, ", ""])
def test_limits_hold_for_what_all_blocks_fill_alike(tmp_path: Path, key: str) -> None:
    files = {
        "sdtm/ae.yaml": TWO_BLOCKS.replace("STUDYID, AESTDTC, ", f"STUDYID, {key}"),
        "sources.yaml": SOURCES.replace("start: date", "AESTDTC: date"),
    }
    columns = "subj term AESTDTC end"
    chosen, _ = converted(tmp_path, Switches(subjects=("1", "2")), files, columns)
    assert {each["USUBJID"] for each in chosen["AE"]} == {"T-1", "T-2"}
    cut, _ = converted(tmp_path, Switches(cutoff="2021-05-31"), files, columns)
    kept = by_term(cut["AE"])
    assert set(kept) == {"EARLY", "ON THE DAY", "GOES ON", "PARTIAL, PERHAPS AFTER", "UNDATED"}
    # An end that was collected is not that of an event that goes on.
    assert [kept["GOES ON"][each] for each in ("AEENDTC", "AEENRF")] == [None, None]


def test_an_end_after_the_cut_off_is_not_known_yet(tmp_path: Path) -> None:
    kept = by_term(converted(tmp_path, Switches(cutoff="2021-05-31"))[0]["AE"])
    assert [kept["GOES ON"][each] for each in ("AESTDTC", "AEENDTC", "AEENDY")] == [
        "2021-05-01",
        None,
        None,
    ]
    assert [kept["ON THE DAY"][each] for each in ("AEENDTC", "AEENDY")] == ["2021-05-31", 151]
    assert kept["UNDATED"]["AEENDTC"] == "2021-05"


def test_a_death_after_the_cut_off_has_not_happened(tmp_path: Path) -> None:
    records, _ = converted(tmp_path, Switches(cutoff="2021-06-19"))
    assert column(records["DM"], "SUBJID") == ["1", "2"]
    assert column(records["DM"], "DTHFL") == [None, None]
    records, _ = converted(tmp_path, Switches(cutoff="2021-06-20"))
    assert column(records["DM"], "DTHFL") == ["Y", None]


def test_the_cut_off_of_the_study_is_a_constant_that_a_switch_replaces(tmp_path: Path) -> None:
    dm = f"{DM}  RFPENDTC: iso_date(study.CUTOFF)\n"
    files = {"study.yaml": f"{STUDY}cutoff: 2021-06-20\n", "sdtm/dm.yaml": dm}
    records, _ = converted(tmp_path, None, files)
    assert column(records["DM"], "RFPENDTC") == ["2021-06-20"] * 2
    records, _ = converted(tmp_path, Switches(cutoff="2021-01-31"), files)
    assert column(records["DM"], "RFPENDTC") == ["2021-01-31"]


def test_a_cut_off_is_a_day() -> None:
    with pytest.raises(SpecError) as caught:
        Switches(cutoff="2021-13-01")
    assert str(caught.value) == (
        "E2060: the cut-off '2021-13-01' is not a complete date; "
        "write a day of the calendar as YYYY-MM-DD"
    )


def test_chosen_subjects_are_named_by_either_number(tmp_path: Path) -> None:
    records, found = converted(tmp_path, Switches(subjects=("1", "T-3")))
    assert column(records["DM"], "USUBJID") == ["T-1", "T-3"]
    assert {each["USUBJID"] for each in records["AE"]} == {"T-1", "T-3"}
    assert [str(each) for each in found] == ["E3169: the datasets are a subset: 2 chosen subjects"]


def test_a_chosen_subject_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        converted(tmp_path, Switches(subjects=("1", "T-33")))
    assert str(caught.value) == (
        "E3167: there is no subject 'T-33' in DM; name it by its USUBJID or its number"
    )


def test_subjects_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "subjects.txt"
    path.write_text("\ufeff3\r\n\r\n1\r\n1\r\n", encoding="utf-8")
    assert chosen_subjects(str(path)) == ("1", "3")
    path.write_bytes(b"\xff\xfe1")
    with pytest.raises(DataError, match="E3068"):
        chosen_subjects(str(path))
    with pytest.raises(DataError, match="E3069"):
        chosen_subjects(" , ")


def test_dummy_treatments_stand_for_the_randomised_ones(tmp_path: Path) -> None:
    dummy = tmp_path / "dummy.csv"
    dummy.write_text("arm,subj\nX,1\nY,2\nX,3\nX,4\n", encoding="utf-8")
    records, found = converted(tmp_path, Switches(treatment=dummy))
    assert column(records["DM"], "ARMCD") == ["X", "Y", "X"]
    assert [str(each).replace(str(dummy), "dummy.csv") for each in found] == [
        "E3166 dummy.csv: subject '4' of the dummy file is not in the raw table",
        "E3168 dummy.csv: the treatments are dummy: no result tells anything of the trial",
    ]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            "subj,arm\n1,X\n1,Y\n,X\n",
            [
                "E3162 d:3: subject '1' stands twice in the treatment file; keep one line",
                "E3161 d:4: a line of the treatment file lacks the subject or the treatment; "
                "complete it",
            ],
        ),
        (
            "subj,arm\n1,X\n",
            [
                "E3161 d: subject '2' has no treatment in the dummy file; "
                "add a line for the subject",
                "E3161 d: subject '3' has no treatment in the dummy file; "
                "add a line for the subject",
            ],
        ),
        (
            "subj,armm\n1,X\n",
            ["E3160 d: there is no column 'arm' to give treatments by; did you mean 'armm'?"],
        ),
    ],
)
def test_a_dummy_file_covers_every_subject_once(
    tmp_path: Path, text: str, messages: list[str]
) -> None:
    dummy = tmp_path / "dummy.csv"
    dummy.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        converted(tmp_path, Switches(treatment=dummy))
    found = [str(each).replace(str(dummy), "d") for each in caught.value.diagnostics]
    assert found == messages


def test_a_study_that_names_no_treatment_cannot_be_blinded(tmp_path: Path) -> None:
    study = STUDY[: STUDY.index("treatment")]
    with pytest.raises(SpecError, match="E2061"):
        converted(tmp_path, Switches(treatment=tmp_path / "x.csv"), {"study.yaml": study})


RESCREENED = STUDY + "subjects: {table: people, number: subj, person: [born], rescreened: {%s}}\n"


def test_a_rescreened_person_is_one_subject(tmp_path: Path) -> None:
    records, found = converted(tmp_path, None, {"study.yaml": RESCREENED % '"1": "3"'})
    assert column(records["DM"], "USUBJID") == ["T-2", "T-3"]
    assert column(records["DM"], "SUBJID") == ["2", "3"]
    assert [each["AESEQ"] for each in records["AE"] if each["USUBJID"] == "T-3"] == [1, 2, 3, 4, 5]
    assert found == []


def test_numbers_that_may_be_one_person_are_told(tmp_path: Path) -> None:
    _, found = converted(tmp_path, None, {"study.yaml": RESCREENED % '"8": "9"'})
    assert [str(each) for each in found] == [
        "E3163 people.csv:4 column subj: '3' has the same born as line 2: perhaps one person; "
        "declare the earlier number under subjects.rescreened, or correct the records",
        "E3164 people.csv:1 column subj: '8' is declared under subjects.rescreened and is not in "
        "the table; correct the number in study.yaml",
        "E3164 people.csv:1 column subj: '9' is declared under subjects.rescreened and is not in "
        "the table; correct the number in study.yaml",
    ]


@pytest.mark.parametrize(
    ("study", "message"),
    [
        (
            f"{STUDY}cutoff: 2021-01-01\nconstants: {{CUTOFF: {{date: 2021-01-01}}}}\n",
            "E1160 study.yaml:6: 'cutoff' is study.CUTOFF already; "
            "remove the constant, or the key 'cutoff'",
        ),
        (
            STUDY.replace("table: people", "table: peopel"),
            "E1260 study.yaml:4: unknown raw table 'peopel'; did you mean 'people'?",
        ),
        (
            STUDY.replace("column: arm", "column: arn"),
            "E1260 study.yaml:4: unknown column 'arn' in raw table people; did you mean 'arm'?",
        ),
        (
            RESCREENED % '"1": "2", "2": "3"',
            "E1261 study.yaml:5: '2', for which '1' stands, is an earlier number too; "
            "map each earlier number to the number that stays",
        ),
    ],
)
def test_what_study_yaml_says_of_the_whole_study_is_checked(
    tmp_path: Path, study: str, message: str
) -> None:
    with pytest.raises(SpecError) as caught:
        converted(tmp_path, None, {"study.yaml": study})
    found = [str(each).replace(f"{tmp_path}/study/", "") for each in caught.value.diagnostics]
    assert message in found


def test_the_key_of_ids_comes_from_a_file_or_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("0123456789abcdef\n", encoding="ascii")
    assert id_key(path, {}) == b"0123456789abcdef"
    assert id_key(None, {"TRIALPORT_ID_KEY": "a key of sixteen"}) == b"a key of sixteen"
    assert id_key(None, {}) == b""
    path.write_text("short", encoding="ascii")
    for file in (path, tmp_path / "none"):
        with pytest.raises(DataError) as refused:
            id_key(file, {})
        assert [each.code for each in refused.value.diagnostics] == ["E3079"]
        assert "short" not in str(refused.value)
