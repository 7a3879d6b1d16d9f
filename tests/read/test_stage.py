from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from trialport.diagnostics import Place, Severity
from trialport.engine import duckdb as duckdb_engine
from trialport.pipeline.staging import contract_findings, stage_tables
from trialport.read.stage import StagePlan, stage_plan
from trialport.read.texts import RawTexts, raw_texts
from trialport.spec.nodes import ColumnType, DateStyle, RawColumn, RawTable, Sources, Text

SPEC = Place("sources.yaml", 9)
Cells = Mapping[str, Sequence[str | None]]


def text(value: str) -> Text:
    return Text(value, SPEC)


def column(type_: str = "text", **keys: Any) -> RawColumn:  # noqa: ANN401 - any key of a column
    return RawColumn(place=SPEC, type=ColumnType(type_), **keys)


def table(file: str, columns: Mapping[str, RawColumn], *keys: str, **more: Any) -> RawTable:  # noqa: ANN401 - any key
    names = tuple(text(key) for key in keys)
    return RawTable(place=SPEC, file=text(file), columns=columns, keys=names, **more)


def contracts(missing: tuple[str, ...] = ("", "NA"), **tables: RawTable) -> Sources:
    return Sources(place=SPEC, missing=missing, tables=tables)


def plan_of(name: str, sources: Sources, columns: Sequence[str]) -> StagePlan:
    return stage_plan(name, sources.tables[name], sources, columns)


def texts_of(cells: Cells) -> RawTexts:
    columns = [list(each) for each in cells.values()]
    return raw_texts(list(cells), columns, list(range(2, 2 + len(columns[0]))))


class Engine:
    """What a conversion does with stage plans: stage the tables, ask the checks."""

    def __init__(self, sources: Sources, **cells: Cells) -> None:
        self.sources = sources
        self.plans = {name: plan_of(name, sources, list(its)) for name, its in cells.items()}
        self.engine = duckdb_engine.Engine(2)
        texts = {name: texts_of(its) for name, its in cells.items()}
        stage_tables(self.engine, self.plans, texts, lambda _: None)
        self.connection = self.engine.connection

    def staged(self, name: str) -> dict[str, list[Any]]:
        query = f'SELECT * FROM raw."{name}" ORDER BY "__row"'
        arrow: pa.Table = self.connection.sql(query).to_arrow_table()
        return arrow.to_pydict()

    def types(self, name: str) -> dict[str, str]:
        rows = self.connection.execute(f'DESCRIBE raw."{name}"').fetchall()
        return {row[0]: row[1] for row in rows}

    def findings(self, name: str) -> list[str]:
        file = self.sources.tables[name].file.text
        found = contract_findings(self.engine, self.plans.values())
        return [str(each) for each in found if each.place.file == file]


def staged_column(its: RawColumn, *values: str | None) -> tuple[list[Any], list[str]]:
    """Return what one column is staged as, and the findings of its checks."""
    engine = Engine(contracts(t=table("t.csv", {"x": its})), t={"x": values})
    return engine.staged("t")["x"], engine.findings("t")


def test_the_staged_table_has_rows_values_and_collected_texts() -> None:
    sources = contracts(
        ae=table(
            "ae.csv",
            {"subject_no": column(), "grade": column("integer"), "start": column("date")},
        )
    )
    cells = {
        "subject_no": ["101-007", " 101-008\t"],
        "unnamed": ["u", "v"],
        "start": ["2021/5/9", "NA"],
        "grade": [" 3 ", ""],
    }
    engine = Engine(sources, ae=cells)
    assert engine.staged("ae") == {
        "__row": [2, 3],
        "subject_no": ["101-007", "101-008"],
        "grade": [3.0, None],
        "grade__collected": ["3", None],
        "start": ["2021-05-09", None],
        "start__collected": ["2021/5/9", None],
    }
    assert engine.types("ae") == {
        "__row": "BIGINT",
        "subject_no": "VARCHAR",
        "grade": "DOUBLE",
        "grade__collected": "VARCHAR",
        "start": "VARCHAR",
        "start__collected": "VARCHAR",
    }


@pytest.mark.parametrize(
    ("cell", "staged"),
    [
        (" \t\r\n\u00a0\u3000\ufeffa b\u3000\u00a0 ", "a b"),
        ("\u3000", None),
        ("", None),
        (None, None),
        (" NA ", None),
        ("na", "na"),
        ("NAB", "NAB"),
        ("it's", "it's"),
        ("中 文", "中 文"),
    ],
)
def test_cells_are_trimmed_and_missing_codes_are_null(cell: str | None, staged: str | None) -> None:
    assert staged_column(column(), cell) == ([staged], [])


def test_the_nearest_list_of_missing_codes_counts() -> None:
    columns = {"a": column(missing=("/",)), "b": column()}
    sources = contracts(missing=("NA",), t=table("t.csv", columns, missing=("UK",)))
    cells = ["NA", "UK", "/", ""]
    staged = Engine(sources, t={"a": cells, "b": cells}).staged("t")
    assert staged["a"] == ["NA", "UK", None, None]
    assert staged["b"] == ["NA", None, "/", None]


def test_names_may_be_words_of_sql_and_of_macros() -> None:
    names = ["select", "text", "date", "it", 'a"b', "性别", "group by"]
    columns = {name: column("date") for name in names}
    engine = Engine(contracts(t=table("t.csv", columns)), t={n: ["2021/5/9"] for n in names})
    staged = engine.staged("t")
    assert {name: staged[name] for name in names} == {name: ["2021-05-09"] for name in names}
    assert engine.findings("t") == []


def test_on_several_threads_each_record_keeps_its_own_value() -> None:
    times = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)]
    its = {f"t{start}": times[start * 60 :] for start in (0, 3, 10, 5, 2)}
    tables = {name: table(f"{name}.csv", {"x": column("time")}) for name in its}
    engine = Engine(
        contracts(("", "NA"), **tables), **{name: {"x": cells} for name, cells in its.items()}
    )
    assert {name: engine.staged(name)["x"] for name in its} == its


NOT_A_NUMBER = "write digits and a decimal point, or add the text to 'missing'"


def test_numbers_that_cannot_be_read_are_findings() -> None:
    values, found = staged_column(column("number"), "1.50", "1_000", "-2e3", "12,5", "<5", "NA")
    assert values == [1.5, None, -2000.0, None, None, None]
    assert found == [
        f"E3101 t.csv:3 column x: '1_000' is not a number; {NOT_A_NUMBER}",
        f"E3101 t.csv:5 column x: '12,5' is not a number; {NOT_A_NUMBER}",
        f"E3101 t.csv:6 column x: '<5' is not a number; {NOT_A_NUMBER}",
    ]


def test_an_integer_has_no_fraction() -> None:
    values, found = staged_column(column("integer"), "3", "3.0", "3.5", "x")
    assert values == [3.0, 3.0, 3.5, None]
    assert found == [
        f"E3101 t.csv:5 column x: 'x' is not a number; {NOT_A_NUMBER}",
        "E3101 t.csv:4 column x: '3.5' is not a whole number;"
        " correct the record, or state 'type: number'",
    ]


CORRECT = "correct the record, or add the text to 'missing'"


def test_dates_are_read_in_the_usual_styles() -> None:
    values, found = staged_column(
        column("date"),
        *("2021-05-09", "2021-05-UK", "2021", "2021---15", "2021/5/9", "2021年5月9日"),
        *("2021-02-30", "05/09/2021", "44325", "12", "2021-05-09 10:30"),
    )
    assert values == [
        *("2021-05-09", "2021-05", "2021", "2021---15", "2021-05-09", "2021-05-09"),
        *(None, None, None, None, None),
    ]
    assert found == [
        f"E3102 t.csv:8 column x: '2021-02-30' is not a date; {CORRECT}",
        f"E3102 t.csv:9 column x: '05/09/2021' is not a date; {CORRECT}",
        f"E3102 t.csv:11 column x: '12' is not a date; {CORRECT}",
        "E3102 t.csv:10 column x: '44325' is a date in the style excel, which the contract does"
        " not allow; add 'excel' to 'styles', or correct the record",
        "E3102 t.csv:12 column x: '2021-05-09 10:30' has a time, a date has none;"
        " state 'type: datetime', or correct the record",
    ]


@pytest.mark.parametrize(
    ("styles", "values"),
    [
        (("iso",), ["2021-05-09", None, None, None, "2021"]),
        (("slash",), [None, "2021-05-09", None, None, None]),
        (("chinese",), [None, None, "2021-05-09", None, None]),
        (("iso", "chinese"), ["2021-05-09", None, "2021-05-09", None, "2021"]),
        (("excel",), [None, None, None, "2021-05-09", "1905-07-13"]),
        (("excel", "slash"), [None, "2021-05-09", None, "2021-05-09", "1905-07-13"]),
        (("excel", "iso"), ["2021-05-09", None, None, "2021-05-09", "2021"]),
        (
            ("iso", "slash", "chinese", "excel"),
            ["2021-05-09", "2021-05-09", "2021-05-09", "2021-05-09", "2021"],
        ),
    ],
)
def test_only_the_styles_of_the_contract_are_read(
    styles: tuple[str, ...], values: list[str | None]
) -> None:
    its = column("date", styles=tuple(DateStyle(style) for style in styles))
    collected = ["2021-05-09", "2021/5/9", "2021年5月9日", "44325", "2021"]
    staged, found = staged_column(its, *collected)
    assert staged == values
    assert len(found) == values.count(None)
    assert all("which the contract does not allow" in each for each in found)


def test_the_style_at_fault_is_named() -> None:
    its = column("date", styles=(DateStyle.EXCEL,))
    _, found = staged_column(its, "2021-05-09", "2021/5/9", "2021年5月9日")
    remedy = "which the contract does not allow; add '{0}' to 'styles', or correct the record"
    assert found == [
        "E3102 t.csv:2 column x: '2021-05-09' is a date in the style iso, " + remedy.format("iso"),
        "E3102 t.csv:3 column x: '2021/5/9' is a date in the style slash, "
        + remedy.format("slash"),
        "E3102 t.csv:4 column x: '2021年5月9日' is a date in the style chinese, "
        + remedy.format("chinese"),
    ]


def test_date_times_keep_their_time() -> None:
    styles = (DateStyle.ISO, DateStyle.EXCEL)
    values, found = staged_column(
        column("datetime", styles=styles), "2021-05-09 9:30", "2021-05-09", "44325.4375", "9:30"
    )
    assert values == ["2021-05-09T09:30", "2021-05-09", "2021-05-09T10:30:00", None]
    assert found == [
        f"E3102 t.csv:5 column x: '9:30' is not a date with or without a time; {CORRECT}"
    ]


def test_times_become_iso_8601() -> None:
    values, found = staged_column(column("time"), "9:30", "09:30:15", "25:00", "NA", "noon")
    assert values == ["09:30", "09:30:15", None, None, None]
    assert found == [
        f"E3102 t.csv:4 column x: '25:00' is not a time; {CORRECT}",
        f"E3102 t.csv:6 column x: 'noon' is not a time; {CORRECT}",
    ]


def test_partial_dates_where_they_may_not_be() -> None:
    values, found = staged_column(
        column("date", partial=False), "2021-05-09", "2021-05", "2021/UK/9", "NA"
    )
    assert values == ["2021-05-09", "2021-05", "2021---09", None]
    assert found == [
        "E3110 t.csv:3 column x: the date '2021-05' is partial;"
        " complete the date, or drop 'partial: no'",
        "E3110 t.csv:4 column x: the date '2021/UK/9' is partial;"
        " complete the date, or drop 'partial: no'",
    ]


def test_values_are_those_of_the_contract() -> None:
    _, found = staged_column(column(values=("1", "2")), "1", "3", "NA", "１")
    assert found == [
        "E3103 t.csv:3 column x: '3' is not among the values of the contract; allowed: '1', '2'",
        "E3103 t.csv:5 column x: '１' is not among the values of the contract; allowed: '1', '2'",
    ]
    _, found = staged_column(column("integer", values=tuple("1234567")), "1.0", "8")
    assert found == [
        "E3103 t.csv:3 column x: '8' is not among the values of the contract;"
        " allowed: '1', '2', '3', '4', '5' and 2 more"
    ]


def test_a_pattern_matches_the_whole_text() -> None:
    _, found = staged_column(column(pattern=text("[0-9]{3}-[0-9]{3}")), "101-007", "101-0070")
    assert found == [
        "E3104 t.csv:3 column x: '101-0070' does not match the pattern [0-9]{3}-[0-9]{3};"
        " correct the record"
    ]


def test_numbers_lie_within_their_bounds() -> None:
    _, found = staged_column(
        column("number", minimum="50", maximum="1e3"), "50", "49.9", "1000", "1000.5", "x"
    )
    assert found[1:] == [
        "E3105 t.csv:3 column x: '49.9' is below the minimum 50;"
        " correct the record, or change 'minimum'",
        "E3105 t.csv:5 column x: '1000.5' is above the maximum 1e3;"
        " correct the record, or change 'maximum'",
    ]


def test_required_values_are_there() -> None:
    _, found = staged_column(column("number", required=True), "1", "NA", "x")
    assert found == [
        "E3106 t.csv:3 column x: a required value is missing;"
        " complete the record, or drop 'required'",
        f"E3101 t.csv:4 column x: 'x' is not a number; {NOT_A_NUMBER}",
    ]


def test_keys_are_there_once() -> None:
    sources = contracts(dm=table("dm.csv", {"no": column("integer")}, "no"))
    engine = Engine(sources, dm={"no": ["1", "2", "NA", " 1.0", "1", ""]})
    assert engine.findings("dm") == [
        "E3108 dm.csv:4 column no: a key is missing;"
        " complete the record, or take the column out of 'keys'",
        "E3108 dm.csv:7 column no: a key is missing;"
        " complete the record, or take the column out of 'keys'",
        "E3107 dm.csv:5 column no: the key '1.0' is on line 2 already;"
        " remove one of the records, or add a column to 'keys'",
        "E3107 dm.csv:6 column no: the key '1' is on line 2 already;"
        " remove one of the records, or add a column to 'keys'",
    ]


def test_a_key_may_have_several_columns() -> None:
    columns = {"subject_no": column(), "visit": column()}
    sources = contracts(lb=table("lb.csv", columns, "subject_no", "visit"))
    cells = {"subject_no": ["1", "1", "2", "1"], "visit": ["D0", "D7", "D0", "D7"]}
    assert Engine(sources, lb=cells).findings("lb") == [
        "E3107 lb.csv:5 column subject_no, visit: the key is on line 3 already;"
        " remove one of the records, or add a column to 'keys'"
    ]


def test_references_lead_to_a_record() -> None:
    sources = contracts(
        rand=table("rand.csv", {"subject_no": column(), "n": column("number")}),
        ae=table(
            "ae.csv",
            {
                "subject_no": column(references=text("rand.subject_no")),
                "n": column("integer", references=text("rand.n")),
                "parent": column(references=text("ae.subject_no")),
            },
        ),
    )
    engine = Engine(
        sources,
        rand={"subject_no": ["1", "2", None], "n": ["1.0", "2", None]},
        ae={"subject_no": ["1", "3", "NA"], "n": ["1", "2", "5"], "parent": ["3", "", "9"]},
    )
    assert engine.findings("ae") == [
        "E3109 ae.csv:3 column subject_no: '3' is not in rand.subject_no;"
        " correct the record, or complete 'rand.csv'",
        "E3109 ae.csv:4 column n: '5' is not in rand.n; correct the record, or complete 'rand.csv'",
        "E3109 ae.csv:4 column parent: '9' is not in ae.subject_no;"
        " correct the record, or complete 'ae.csv'",
    ]
    needs = [check.needs for check in engine.plans["ae"].checks if check.code == "E3109"]
    assert needs == [("rand",), ("rand",), ()]


def test_a_message_shows_one_value_and_not_all_of_it() -> None:
    _, found = staged_column(column(values=("1",)), "a\n" + "{detail}" * 9)
    assert found == [
        "E3103 t.csv:2 column x: 'a\\n{detail}{detail}{detail}{detail}{detai'... is not among the"
        " values of the contract; allowed: '1'"
    ]


def test_drift_is_told_before_the_data_are() -> None:
    columns = {"sex": column(required=True), "icf_date": column("date"), "rand_no": column()}
    sources = contracts(dm=table("dm.csv", columns, "rand_no"))
    names = ["Sex", "icf_dt", "site"]
    plan = plan_of("dm", sources, names)
    assert [str(each) for each in plan.diagnostics] == [
        "E3020 sources.yaml:9: column 'sex' is not in 'dm.csv';"
        " the file names it 'Sex'; write it so in the contract",
        "E3020 sources.yaml:9: column 'icf_date' is not in 'dm.csv'; did you mean 'icf_dt'?",
        "E3020 sources.yaml:9: column 'rand_no' is not in 'dm.csv'; known: 'Sex', 'icf_dt', 'site'",
        "E3021 dm.csv column icf_dt: the contract does not name this column, so it is left out",
        "E3021 dm.csv column site: the contract does not name this column, so it is left out",
    ]
    assert [each.severity for each in plan.diagnostics] == [
        *(Severity.ERROR, Severity.ERROR, Severity.ERROR, Severity.NOTE, Severity.NOTE)
    ]
    assert plan.checks == ()
    engine = Engine(sources, dm={name: ["x"] for name in names})
    assert engine.staged("dm") == {
        "__row": [2],
        "sex": [None],
        "icf_date": [None],
        "icf_date__collected": [None],
        "rand_no": [None],
    }


def test_what_a_contract_cannot_demand_is_told() -> None:
    columns = {
        "a": column("number", minimum="ten"),
        "b": column(pattern=text("(?=x)")),
        "c": column(references=text("rands.no")),
        "d": column(references=text("rand.number")),
        "D": column(),
        "x__collected": column(),
    }
    sources = contracts(rand=table("r.csv", {"rand_no": column()}), t=table("t.csv", columns, "e"))
    plan = plan_of("t", sources, list(columns))
    found = [str(each) for each in plan.diagnostics]
    assert found[1].startswith("E3022 sources.yaml:9: the minimum 'ten' is not a number")
    assert found[2].startswith("E3022 sources.yaml:9: the pattern cannot be used (")
    assert [*found[:1], *found[3:]] == [
        "E3022 sources.yaml:9: key 'e' is not a column of 't'",
        "E3022 sources.yaml:9: 'rands.no' names no raw table and column; did you mean 'rand'?",
        "E3022 sources.yaml:9: 'number' is not a column of 'rand'; known: 'rand_no'",
        "E3022 sources.yaml:9: column 'd' differs from another one in case alone;"
        " rename the column",
        "E3022 sources.yaml:9: column 'D' differs from another one in case alone;"
        " rename the column",
        "E3022 sources.yaml:9: the column name 'x__collected' is kept for the tool;"
        " rename the column",
    ]
    assert plan.checks == ()
