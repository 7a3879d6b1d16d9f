"""Claims about what a specification may say in any order, and about what goes round in circles."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from trialport import datasets

from tests.plan.tiny_study import Record, analysis, faults, frame, plain, write_study

SUBJECTS: list[Record] = [
    {"subj": "S1", "anchor": "2021-03-01", "least": "2"},
    {"subj": "S2", "anchor": "2021-04", "least": None},
]
_COLUMNS = ("subj", "who", "id", "kind", "day", "val", "seq")
RECORDS: list[Record] = [
    dict(zip(_COLUMNS, cells, strict=True))
    for cells in [
        ("S1", None, "R1", "A", "2021-03-02", "5", "1"),
        ("S1", None, "R2", "B", "2021-02-28", None, "2"),
        ("S2", None, "R3", "A", None, "7", "1"),
    ]
]

KEYS = "keys: [STUDYID, USUBJID]\nrecords: [{from: subjects}]"
BASIC = {"STUDYID": "study.STUDYID", "USUBJID": "subj"}


def made(
    folder: Path, files: dict[str, str], dataset: str = "ADX"
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the records of a dataset, and the findings."""
    study = write_study(folder, files)
    frames, findings = datasets(study, raw={"subjects": frame(SUBJECTS), "records": frame(RECORDS)})
    found: pd.DataFrame = frames[dataset]
    rows = [dict(zip(found.columns, map(plain, row), strict=True)) for row in found.to_numpy()]
    return rows, [str(each) for each in findings]


def told(folder: Path, variables: dict[str, str], rest: str = KEYS) -> list[str]:
    return faults(folder, {"adam/adx.yaml": analysis(variables, rest)})


# --- any order ---


def test_variables_may_use_each_other_in_any_order(tmp_path: Path) -> None:
    chain = {"A": "B + 1", "B": "C * 2", "C": "D - 1", "D": "least"}
    seen: set[tuple[object, ...]] = set()
    for place, order in enumerate(list(permutations(chain))[::4]):
        variables = {**BASIC, **{name: chain[name] for name in order}}
        rows, findings = made(tmp_path / str(place), {"adam/adx.yaml": analysis(variables, KEYS)})
        assert findings == []
        seen |= {tuple(row[name] for name in chain) for row in rows}
    assert seen == {(3.0, 2.0, 1.0, 2.0), (None, None, None, None)}


def test_lookups_and_variables_may_need_each_other_in_turn(tmp_path: Path) -> None:
    variables = {
        **BASIC,
        "LASTID": "second.id",
        "FIRSTID": "first.id",
        "FIRSTDT": "complete_date(first.day)",
        "SEEN": "second.seq",
    }
    lookups = (
        f"{KEYS}\nlookups:\n"
        '  second: {from: records, by: [subj], where: "complete_date(day) > this.FIRSTDT", '
        "pick: first, order: [id]}\n"
        "  first: {from: records, by: {USUBJID: subj}, pick: first, order: [day]}"
    )
    rows, _ = made(tmp_path, {"adam/adx.yaml": analysis(variables, lookups)})
    assert [(row["FIRSTID"], row["LASTID"], row["SEEN"]) for row in rows] == [
        ("R2", "R1", 1.0),
        (None, None, None),
    ]


def test_datasets_may_be_written_in_any_order(tmp_path: Path) -> None:
    last = analysis(
        {"STUDYID": "src.STUDYID", "USUBJID": "src.USUBJID", "N": "count(mine.RECID)"},
        "keys: [STUDYID, USUBJID]\nrecords: [{from: ADZ}]\nlookups: {mine: {from: ADY}}",
        "ADA",
    )
    first = analysis(
        {**BASIC, "RECID": "id"},
        "keys: [STUDYID, USUBJID, RECID]\nrecords: [{from: records}]",
        "ADY",
    )
    rows, _ = made(
        tmp_path,
        {
            "adam/ada.yaml": last,
            "adam/ady.yaml": first,
            "adam/adz.yaml": analysis(BASIC, KEYS, "ADZ"),
        },
        "ADA",
    )
    assert [(row["USUBJID"], row["N"]) for row in rows] == [("S1", 2.0), ("S2", 1.0)]


# --- circles ---


def test_a_circle_of_variables_is_named_with_its_lines(tmp_path: Path) -> None:
    variables = {**BASIC, "A": "B + 1", "B": "least * C", "C": "A"}
    assert told(tmp_path, variables) == [
        "E2001 adam/adx.yaml:9: variables need each other: A -> B -> C -> A (lines 9, 10, 11); "
        "break the circle"
    ]


def test_a_variable_cannot_need_itself(tmp_path: Path) -> None:
    assert told(tmp_path, {**BASIC, "A": "A + 1"}) == [
        "E2001 adam/adx.yaml:9: variables need each other: A -> A (lines 9); break the circle"
    ]


def test_a_circle_through_a_lookup_is_named(tmp_path: Path) -> None:
    rest = (
        f"{KEYS}\nlookups:\n"
        "  mine: {from: records, by: [subj], where: val = this.A, pick: first, order: [id]}"
    )
    assert told(tmp_path, {**BASIC, "A": "mine.val"}, rest) == [
        "E2001 adam/adx.yaml:11: variables need each other: A -> mine -> A (lines 7, 11); "
        "break the circle"
    ]


def test_a_circle_through_windows_is_named(tmp_path: Path) -> None:
    variables = {
        **BASIC,
        "A": "{window: {value: B, pick: max, by: [USUBJID]}}",
        "B": "{window: {value: A, pick: max, by: [USUBJID]}}",
    }
    assert told(tmp_path, variables) == [
        "E2001 adam/adx.yaml:9: variables need each other: A -> B -> A (lines 9, 10); "
        "break the circle"
    ]


def test_a_circle_of_datasets_is_named(tmp_path: Path) -> None:
    def reads(name: str, other: str) -> str:
        return analysis(
            {"STUDYID": "src.STUDYID", "USUBJID": "src.USUBJID"},
            f"keys: [STUDYID, USUBJID]\nrecords: [{{from: {other}}}]",
            name,
        )

    files = {
        "adam/ada.yaml": reads("ADA", "ADB"),
        "adam/adb.yaml": reads("ADB", "ADC"),
        "adam/adc.yaml": reads("ADC", "ADA"),
    }
    found = faults(tmp_path, files)
    assert found == [
        "E2001 adam/ada.yaml:1: datasets need each other: ADA -> ADB -> ADC -> ADA; "
        "break the circle"
    ]


def test_a_dataset_cannot_read_itself(tmp_path: Path) -> None:
    rest = f"{KEYS}\nlookups: {{me: {{from: ADX, pick: only}}}}"
    first, *_ = told(tmp_path, {**BASIC, "A": "me.USUBJID"}, rest)
    assert first == "E2001 adam/adx.yaml:1: dataset ADX reads itself; use a window"


# --- names ---


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    variables = {**BASIC, "A": "leest + 1", "B": "srcc.least", "C": "src.ancor", "D": "study.CUTOF"}
    assert told(tmp_path, variables) == [
        "E1203 adam/adx.yaml:9: unknown column 'leest' in raw table subjects; "
        "did you mean 'least'?",
        "E1201 adam/adx.yaml:10: unknown name 'srcc' in 'srcc.least'; did you mean 'src'?",
        "E1203 adam/adx.yaml:11: unknown column 'ancor' in raw table subjects; "
        "did you mean 'anchor'?",
        "E1204 adam/adx.yaml:12: unknown constant 'study.CUTOF'; did you mean 'CUTOFF'?",
    ]


def test_a_name_of_two_meanings_is_refused(tmp_path: Path) -> None:
    variables = {"STUDYID": "study.STUDYID", "USUBJID": "substr(src.USUBJID, 1, 1)", "A": "USUBJID"}
    first = analysis(BASIC, KEYS, "ADA")
    second = analysis(variables, "keys: [STUDYID, USUBJID]\nrecords: [{from: ADA}]")
    assert faults(tmp_path, {"adam/ada.yaml": first, "adam/adx.yaml": second}) == [
        "E1205 adam/adx.yaml:9: 'USUBJID' is both a variable of ADX and a column of ADA; "
        "write src.USUBJID for the source's, or give the variable another name"
    ]


def test_inside_its_own_definition_a_name_is_the_source(tmp_path: Path) -> None:
    first = analysis({**BASIC, "VAL": "least"}, KEYS, "ADA")
    variables = {"STUDYID": "STUDYID", "USUBJID": "src.USUBJID", "VAL": "VAL * 10", "W": "src.VAL"}
    second = analysis(variables, "keys: [STUDYID, USUBJID]\nrecords: [{from: ADA}]")
    rows, _ = made(tmp_path, {"adam/ada.yaml": first, "adam/adx.yaml": second})
    assert [(row["VAL"], row["W"]) for row in rows] == [(20.0, 2.0), (None, None)]


def test_a_copy_may_be_named_without_saying_which(tmp_path: Path) -> None:
    first = analysis({**BASIC, "VAL": "least"}, KEYS, "ADA")
    variables = {"STUDYID": "STUDYID", "USUBJID": "src.USUBJID", "VAL": "VAL", "W": "VAL + 1"}
    second = analysis(variables, "keys: [STUDYID, USUBJID]\nrecords: [{from: ADA}]")
    rows, _ = made(tmp_path, {"adam/ada.yaml": first, "adam/adx.yaml": second})
    assert [(row["VAL"], row["W"]) for row in rows] == [(2.0, 3.0), (None, None)]


def test_a_lookup_is_keyed_by_the_variables_even_where_the_source_has_them_too(
    tmp_path: Path,
) -> None:
    first = analysis({**BASIC, "VAL": "least"}, KEYS, "ADA")
    rest = (
        "keys: [STUDYID, USUBJID]\nrecords: [{from: ADA}]\nlookups: {mine: {from: ADA, pick: only}}"
    )
    variables = {"STUDYID": "study.STUDYID", "USUBJID": "upper(src.USUBJID)", "A": "mine.VAL"}
    second = analysis(variables, rest)
    rows, findings = made(tmp_path, {"adam/ada.yaml": first, "adam/adx.yaml": second})
    assert findings == []
    assert [row["A"] for row in rows] == [2.0, None]


def test_a_joined_column_is_not_a_bare_name(tmp_path: Path) -> None:
    rest = (
        "keys: [STUDYID, USUBJID]\n"
        "records: [{from: subjects, join: [{table: records, on: [subj], expect: many}]}]"
    )
    assert told(tmp_path, {**BASIC, "A": "val"}, rest) == [
        "E1203 adam/adx.yaml:9: 'val' is a column of joined records, not of the source record; "
        "write records.val"
    ]


def test_a_lookup_cannot_take_a_name_that_means_something(tmp_path: Path) -> None:
    rest = f"{KEYS}\nlookups:\n  src: {{from: records, by: [subj], pick: only}}"
    assert told(tmp_path, {**BASIC, "A": "src.subj"}, rest) == [
        "E1211 adam/adx.yaml:7: the name 'src' is taken"
    ]


def test_a_window_sees_the_dataset_and_not_the_source(tmp_path: Path) -> None:
    variables = {**BASIC, "A": "{window: {value: src.least, pick: max, by: [USUBJID]}}"}
    assert told(tmp_path, variables) == [
        "E1207 adam/adx.yaml:9: 'src.least' is of one record; windows see the whole dataset; "
        "put the value into a variable first"
    ]


def test_so_does_what_uses_a_window(tmp_path: Path) -> None:
    variables = {
        **BASIC,
        "A": "{window: {value: B, pick: max, by: [USUBJID]}}",
        "B": "least",
        "C": "A - src.least",
    }
    assert told(tmp_path, variables) == [
        "E1207 adam/adx.yaml:11: 'src.least' is of one record; windows see the whole dataset; "
        "put the value into a variable first"
    ]


# --- blocks ---

_TWO = """\
keys: [STUDYID, USUBJID, RECID]
records:
  - from: subjects
    set:
      RECID: {value: "'anchor'", label: Record}
      ADT:   {value: complete_date(anchor), label: Date}
  - from: records
    where: kind = 'A'
    set:
      RECID: {value: id, label: Record}
      VAL:   {value: src.val, label: Value}
"""


def test_a_variable_of_one_block_is_null_in_the_others(tmp_path: Path) -> None:
    rows, findings = made(tmp_path, {"adam/adx.yaml": analysis(BASIC, _TWO)})
    assert findings == []
    assert [(row["USUBJID"], row["RECID"], row["ADT"], row["VAL"]) for row in rows] == [
        ("S1", "R1", None, 5.0),
        ("S1", "anchor", "2021-03-01", None),
        ("S2", "R3", None, 7.0),
        ("S2", "anchor", None, None),
    ]


def test_windows_see_the_records_of_every_block(tmp_path: Path) -> None:
    variables = {**BASIC, "N": "{window: {pick: count, by: [USUBJID]}}", "ASEQ": "sequence()"}
    rows, _ = made(tmp_path, {"adam/adx.yaml": analysis(variables, _TWO)})
    assert [(row["N"], row["ASEQ"]) for row in rows] == [(2.0, 1.0), (2.0, 2.0)] * 2


def test_blocks_agree_on_the_type_of_a_variable(tmp_path: Path) -> None:
    text = _TWO.replace("{value: src.val, label: Value}", "{value: src.val, label: Date}")
    text = text.replace("VAL: ", "ADT: ")
    assert told(tmp_path, BASIC, text) == [
        "E1412 adam/adx.yaml:1: ADT is date and number in different blocks"
    ]


def test_what_sees_the_whole_dataset_is_not_of_one_block(tmp_path: Path) -> None:
    text = _TWO.replace(
        "VAL:   {value: src.val, label: Value}", "ASEQ:  {value: sequence(), label: N}"
    )
    assert told(tmp_path, BASIC, text) == [
        "E2002 adam/adx.yaml:14: ASEQ sees the whole dataset, and must be one and the same for "
        "all blocks; move it from set to variables"
    ]


def test_unless_leaves_records_out_by_their_variables(tmp_path: Path) -> None:
    rest = "keys: [STUDYID, RECID]\nrecords: [{from: records, unless: TWICE > 10 or KIND = 'B'}]"
    variables = {**BASIC, "RECID": "id", "KIND": "kind", "TWICE": "val * 2"}
    rows, _ = made(tmp_path, {"adam/adx.yaml": analysis(variables, rest)})
    assert [row["RECID"] for row in rows] == ["R1"]


def test_a_condition_that_is_unknown_leaves_nothing_out(tmp_path: Path) -> None:
    variables = {**BASIC, "RECID": "id", "VAL": "src.val"}
    kept = "keys: [STUDYID, RECID]\nrecords: [{from: records, unless: VAL > 6}]"
    rows, _ = made(tmp_path / "unless", {"adam/adx.yaml": analysis(variables, kept)})
    assert [row["RECID"] for row in rows] == ["R1", "R2"]
    taken = "keys: [STUDYID, RECID]\nrecords: [{from: records, where: val < 6}]"
    rows, _ = made(tmp_path / "where", {"adam/adx.yaml": analysis(variables, taken)})
    assert [row["RECID"] for row in rows] == ["R1"]


def test_rows_of_the_specification_are_records(tmp_path: Path) -> None:
    rest = (
        "keys: [STUDYID, ETCD]\n"
        "records:\n"
        "  - rows:\n"
        "      - {etcd: FUP, place: '10'}\n"
        "      - {etcd: SCREEN, place: '2'}\n"
    )
    variables = {"STUDYID": "study.STUDYID", "ETCD": "src.etcd", "PLACE": "number(src.place)"}
    rows, _ = made(tmp_path, {"adam/adx.yaml": analysis(variables, rest)})
    assert [(row["ETCD"], row["PLACE"]) for row in rows] == [("FUP", 10.0), ("SCREEN", 2.0)]


# --- tests of a wide record ---


def test_one_record_for_each_test_with_its_unit(tmp_path: Path) -> None:
    rest = """\
keys: [STUDYID, USUBJID, PARAMCD]
records:
  - from: records
    where: kind = 'A'
    tests:
      WEIGHT: {name: Weight, result: val, unit: {text: g}, standard_unit: kg}
      SEQ:    {name: Number, result: seq, with: {remark: id}}
    unless: test.result is null
"""
    variables = {
        **BASIC,
        "PARAMCD": "test.code",
        "PARAM": "test.name",
        "ORRES": "test.result",
        "STRESN": "case when test.unit is null then number(test.result) "
        "else in_unit(number(test.result), test.unit, test.standard_unit) end",
        "REMARK": "test.remark",
    }
    rows, findings = made(tmp_path, {"adam/adx.yaml": analysis(variables, rest)})
    assert findings == []
    shown = ("USUBJID", "PARAMCD", "PARAM", "ORRES", "STRESN", "REMARK")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("S1", "SEQ", "Number", "1", 1.0, "R1"),
        ("S1", "WEIGHT", "Weight", "5", 0.005, None),
        ("S2", "SEQ", "Number", "1", 1.0, "R3"),
        ("S2", "WEIGHT", "Weight", "7", 0.007, None),
    ]


# --- findings that must not be lost ---


def _findings(folder: Path, variables: dict[str, str], rest: str) -> list[str]:
    return made(folder, {"adam/adx.yaml": analysis({**BASIC, **variables}, rest)})[1]


def test_a_filter_that_cannot_read_a_value_says_so(tmp_path: Path) -> None:
    rest = "keys: [STUDYID, USUBJID]\nrecords: [{from: records, where: number(kind) > 1}]"
    assert [each[:24] for each in _findings(tmp_path, {}, rest)] == [
        "E3201 records.csv:2 colu",
        "E3201 records.csv:3 colu",
        "E3201 records.csv:4 colu",
    ]


_MINE = f"{KEYS}\nlookups:\n  mine: {{from: records, by: [subj]"


@pytest.mark.parametrize(
    ("rest", "named"),
    [
        ("keys: [STUDYID, USUBJID]\nrecords: [{from: records, unless: number(kind) > 1}]", ""),
        ("keys: [STUDYID, USUBJID]\nrecords: [{from: records, unless: number(kind) is null}]", ""),
        (_MINE + ", where: number(kind) > 1, pick: first, order: [id]}", "mine: "),
        (_MINE + ", where: this.least > 0 and number(kind) > 1, pick: first, order: [id]}",
         "mine: "),
        ("keys: [STUDYID, USUBJID]\nrecords: [{from: subjects, join: [{table: records, as: mine, "
         "on: [subj], where: number(kind) > 1, expect: many}]}]", "mine: "),
    ],
    ids=["unless", "unless that leaves it out", "lookup", "lookup with this", "join"],
)  # fmt: skip
def test_so_does_every_other_condition(rest: str, named: str, tmp_path: Path) -> None:
    variables = {"A": "mine.id"} if "mine" in rest else {"A": "'x'"}
    lines = (2, 3) if "this." in rest else (2, 3, 4)
    assert _findings(tmp_path, variables, rest) == [
        f"E3201 records.csv:{line} column kind: {named or 'unless: '}"
        f"'{'ABA'[line - 2]}' is not a number; "
        "correct the record, or map the text before number()"
        for line in lines
    ]


def test_so_does_an_aggregate_once_for_each_record_of_its_set(tmp_path: Path) -> None:
    rest = _MINE + ", where: kind = 'B'}"
    found = _findings(
        tmp_path, {"A": "sum(number(mine.kind))", "B": "max(number(mine.kind))"}, rest
    )
    assert found == [
        "E3201 records.csv:3 column kind: mine: 'B' is not a number; "
        "correct the record, or map the text before number()"
    ]


def test_so_does_a_relationship(tmp_path: Path) -> None:
    text = _RELREC.replace("where: CEGRPID = 'A', link: CETERM", "link: number(CETERM)")
    text = text.replace("link: FAOBJ", "where: number(FAOBJ) > 1, link: FAOBJ")
    _, found = made(tmp_path, {**_SDTM, "sdtm/relrec.yaml": text}, "RELREC")
    assert found == [
        f"E3201 {record} column CEFA: '{value}' is not a number; "
        "correct the record, or map the text before number()"
        for record, value in (
            ("CE USUBJID=S1 CESEQ=1", "R1"),
            ("CE USUBJID=S1 CESEQ=2", "R2"),
            ("CE USUBJID=S2 CESEQ=1", "R3"),
            ("FA USUBJID=S1 FASEQ=1", "R1"),
            ("FA USUBJID=S2 FASEQ=1", "R3"),
        )
    ]


def test_a_calculation_beyond_every_number_is_a_finding(tmp_path: Path) -> None:
    variables = {
        "BIG": "least * 1e308",
        "INSIDE": "sum(mine.val * 3e307)",
        "SUM": "sum(mine.seq * 0.7e308)",
    }
    rows, found = made(tmp_path, {"adam/adx.yaml": analysis({**BASIC, **variables}, _MINE + "}")})
    assert [(row["BIG"], row["INSIDE"], row["SUM"]) for row in rows] == [
        (None, 5 * 3e307, None),
        (None, None, 0.7e308),
    ]
    said = "the calculation gives 'inf', which is no number; correct the record"
    assert sorted(found) == [
        f"E3250 records.csv:4 column val: mine: {said}",
        f"E3250 subjects.csv:2 column SUM: {said}",
        f"E3250 subjects.csv:2 column least: BIG: {said}",
    ]


@pytest.mark.parametrize("value", ["nullif(number(id_), 1)", "nullif(nullif(number(id_), 1), 2)"])
def test_a_value_that_is_taken_away_on_purpose_is_no_finding(value: str, tmp_path: Path) -> None:
    rest = "keys: [STUDYID, USUBJID]\nrecords: [{from: records}]"
    found = _findings(tmp_path, {"A": value.replace("id_", "collected(seq)")}, rest)
    assert found == []


# --- supplemental qualifiers and relationships ---

_CE = """\
dataset: CE
keys: [STUDYID, USUBJID, CETERM]
records: [{from: records, where: kind is not null}]
variables:
  STUDYID: study.STUDYID
  DOMAIN:  {text: CE}
  USUBJID: subj
  CESEQ:   sequence()
  CETERM:  id
  CEGRPID: kind
supplemental:
  CEVAL:  {label: Value as Collected, value: collected(val), origin: Collected}
  CEWHO:  {label: Who, value: who, evaluator: INVESTIGATOR}
"""
_FA = """\
dataset: FA
keys: [STUDYID, USUBJID, FATESTCD]
records: [{from: records, where: kind = 'A'}]
variables:
  STUDYID:  study.STUDYID
  DOMAIN:   {text: FA}
  USUBJID:  subj
  FASEQ:    sequence()
  FATESTCD: {text: OCCUR}
  FATEST:   {text: Occurrence}
  FAOBJ:    id
  FAORRES:  collected(val)
  FAGRPID:  kind
"""
_RELREC = """\
dataset: RELREC
relationships:
  - id: CEFA
    records:
      - {from: CE, variable: CESEQ, where: CEGRPID = 'A', link: CETERM}
      - {from: FA, variable: FASEQ, link: FAOBJ}
  - id: GROUPS
    records:
      - {from: CE, variable: CEGRPID, reltype: ONE}
      - {from: FA, variable: FAGRPID, reltype: MANY}
"""
_SDTM = {"sdtm/ce.yaml": _CE, "sdtm/fa.yaml": _FA, "sdtm/relrec.yaml": _RELREC}


def test_a_supplemental_qualifier_points_to_its_record(tmp_path: Path) -> None:
    rows, _ = made(tmp_path, _SDTM, "SUPPCE")
    assert [tuple(row.values()) for row in rows] == [
        ("TINY", "CE", "S1", "CESEQ", "1", "CEVAL", "Value as Collected", "5", "Collected", None),
        ("TINY", "CE", "S2", "CESEQ", "1", "CEVAL", "Value as Collected", "7", "Collected", None),
    ]


def test_a_parent_does_not_hold_its_qualifiers(tmp_path: Path) -> None:
    rows, _ = made(tmp_path, _SDTM, "CE")
    assert list(rows[0]) == ["STUDYID", "DOMAIN", "USUBJID", "CESEQ", "CEGRPID", "CETERM"]
    assert [row["CETERM"] for row in rows] == ["R1", "R2", "R3"]


def test_relrec_relates_records_and_datasets(tmp_path: Path) -> None:
    rows, _ = made(tmp_path, _SDTM, "RELREC")
    assert [tuple(row.values()) for row in rows] == [
        ("TINY", "CE", None, "CEGRPID", None, "ONE", "GROUPS"),
        ("TINY", "CE", "S1", "CESEQ", "1", None, "CEFA-R1"),
        ("TINY", "CE", "S2", "CESEQ", "1", None, "CEFA-R3"),
        ("TINY", "FA", None, "FAGRPID", None, "MANY", "GROUPS"),
        ("TINY", "FA", "S1", "FASEQ", "1", None, "CEFA-R1"),
        ("TINY", "FA", "S2", "FASEQ", "1", None, "CEFA-R3"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (", link: FAOBJ", "",
         "E1217 sdtm/relrec.yaml:3: relationship CEFA has an entry without link; add link: ..."),
        (", reltype: MANY", ", link: FAOBJ",
         "E1217 sdtm/relrec.yaml:7: relationship GROUPS mixes records (link) and datasets "
         "(reltype); give every entry a link, or every entry a reltype"),
        ("variable: FASEQ", "variable: FASEK",
         "E1203 sdtm/relrec.yaml:6: unknown variable 'FASEK' in dataset FA; did you mean 'FASEQ'?"),
        ("from: CE, variable: CESEQ", "from: CEE, variable: CESEQ",
         "E1202 sdtm/relrec.yaml:5: unknown table or dataset 'CEE'; did you mean 'CE'?"),
        ("where: CEGRPID = 'A'", "where: CEGRPID",
         "E1402 sdtm/relrec.yaml:5: 'CEGRPID' is text, a condition is needed"),
    ],
)  # fmt: skip
def test_a_relationship_that_relates_nothing_is_refused(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in _RELREC
    files = {**_SDTM, "sdtm/relrec.yaml": _RELREC.replace(old, new)}
    assert faults(tmp_path, files) == [message]


def test_qualifiers_need_a_sequence_number_and_a_label(tmp_path: Path) -> None:
    text = _CE.replace("  CESEQ:   sequence()\n", "").replace("label: Who, ", "")
    found = faults(tmp_path, {"sdtm/ce.yaml": text})
    assert found == [
        "E1216 sdtm/ce.yaml:1: supplemental qualifiers of CE need CESEQ to point to their record; "
        "add CESEQ: sequence()",
        "E2010 sdtm/ce.yaml:1: CE lacks CESEQ, which the standard requires; add CESEQ: ...",
        "E1231 sdtm/ce.yaml:12: CEWHO has no label; add label: ...",
    ]


# --- texts that grow from variable to variable ---


@pytest.mark.parametrize("call", ["{}", "usubjid({})", "concat({})", "replace({}, 'b', 'c')"])
def test_texts_do_not_grow_without_end(call: str, tmp_path: Path) -> None:
    """Each variable may hold many times the one before; a few make any machine fall over."""
    variables = {**BASIC, "A": "'" + "a" * 100 + "'"}
    for before, name in zip("ABC", "BCD", strict=True):
        variables[name] = call.format(" || ".join([before] * 40))
    rows, findings = made(tmp_path, {"adam/adx.yaml": analysis(variables, KEYS)})
    assert {len(row["B"]) for row in rows} <= {4000, 4005}
    assert {(row["C"], row["D"]) for row in rows} == {(None, None)}
    number = "160000" if "usubjid" not in call else "160205"
    assert findings == [
        f"E3251 subjects.csv:{line} column C: the text has {number} characters, 32767 are "
        "allowed; correct the record, or put together less"
        for line in (2, 3)
    ]


@pytest.mark.parametrize("name", ["B0_0", "BLOCK_0", "D0", "P", "R", "S", "SRC", "THIS", "ALL"])
def test_a_dataset_may_have_any_name(name: str, tmp_path: Path) -> None:
    other = analysis({**BASIC, "VAL": "least"}, KEYS, name)
    rest = f"{KEYS}\nlookups: {{mine: {{from: {name}, by: {{subj: USUBJID}}, pick: only}}}}"
    mine = analysis({**BASIC, "TWICE": "mine.VAL * 2", "MORE": "TWICE + mine.VAL"}, rest)
    rows, _ = made(tmp_path, {"adam/ada.yaml": other, "adam/adx.yaml": mine})
    assert [(row["TWICE"], row["MORE"]) for row in rows] == [(4.0, 6.0), (None, None)]
