"""Claims about conditions that are asked together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import duckdb
import pytest
from trialport.diagnostics import Severity
from trialport.metadata import DatasetMetadata
from trialport.rules import sweep
from trialport.rules.database import Database
from trialport.rules.rule import Lookup, Rule
from trialport.rules.run import run_rules
from trialport.rules.standards import Standards

from tests.rules.conftest import Judge

RULE = Rule(
    code="TP9001",
    title="It is as it should be",
    applies_to=("AE",),
    severity=Severity.ERROR,
    remedy="",
    source="",
    good={},
    bad={},
)
AE = """SELECT * FROM (VALUES
    ('S1', 1, '2024-03-01', '2024-02', 'Y'),
    ('S1', 2, '2024-03-02', '2024-03-09', NULL),
    ('S2', 1, '2024-03-01', '2024-03', 'N'),
    ('S3', 1, NULL, '2023', NULL)
) t(USUBJID, AESEQ, AESTDTC, AEENDTC, AESER)"""
DM = """SELECT * FROM (VALUES
    ('S1', '2024-03-01', 'M'), ('S2', '2024-04-01', 'F'), ('S2', '2024-04-01', 'M')
) t(USUBJID, RFSTDTC, SEX)"""
CM = """SELECT * FROM (VALUES ('S1', 1, 'N', '2020-01-01', '2019'))
    t(USUBJID, CMSEQ, SEX, CMSTDTC, CMENDTC)"""
DM_OF = {"dm": Lookup("DM", (("USUBJID", "USUBJID"),))}


@pytest.fixture
def asked(database: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    yield Asked(database, monkeypatch)


class Asked:
    """Asks rules of three datasets, and keeps the queries."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.connection, self.queries = connection, list[str]()
        real = Database.rows

        def rows(database: Database, query: object) -> object:
            self.queries.append(query.sql("duckdb"))  # type: ignore[attr-defined]
            return real(database, query)  # type: ignore[arg-type]

        monkeypatch.setattr(Database, "rows", rows)
        for name, query in {"AE": AE, "DM": DM, "CM": CM}.items():
            connection.execute(f'CREATE TABLE "{name}" AS {query}')

    def of(self, *rules: Rule, most: int = 1000) -> tuple[list[str], tuple[tuple[str, ...], ...]]:
        datasets = [
            DatasetMetadata(name, "l", "sdtm", "", "", (), records, "x", ())
            for name, records in {"AE": 4, "DM": 3, "CM": 1}.items()
        ]
        self.queries.clear()
        result = run_rules(datasets, self.connection, rules, standards=Standards(), most=most)
        found = [f"{each.code} {each.dataset} {dict(each.record)}" for each in result.findings]
        return found, result.not_run


def of(code: int, fails_when: str, lookups: Mapping[str, Lookup] | None = None) -> Rule:
    made = replace(RULE, code=f"TP9{code:03}", fails_when=fails_when)
    return replace(made, lookups=lookups or {})


def test_many_rules_that_nothing_breaks_are_one_query(asked: Asked) -> None:
    rules = [of(i, f"AESEQ = {i + 10}") for i in range(50)]
    assert asked.of(*rules) == ([], ())
    assert len([each for each in asked.queries if "duckdb_columns" not in each.lower()]) == 1


def test_only_what_is_broken_is_asked_for_its_records(asked: Asked) -> None:
    rules = [of(1, "AESEQ = 9"), of(2, "AESER is null"), of(3, "AESEQ = 2"), of(4, "AESEQ is null")]
    found, _ = asked.of(*rules)
    assert found == [
        "TP9002 AE {'USUBJID': 'S1', 'AESEQ': '2'}",
        "TP9002 AE {'USUBJID': 'S3', 'AESEQ': '1'}",
        "TP9003 AE {'USUBJID': 'S1', 'AESEQ': '2'}",
    ]
    assert len([each for each in asked.queries if "ORDER BY" in each and "__0" in each]) == 2


def test_rules_with_the_same_lookup_share_it_and_keep_what_they_ask(asked: Asked) -> None:
    rules = [
        of(1, "dm.SEX = 'M'", DM_OF),
        of(2, "dm.SEX = 'F'", DM_OF),
        of(3, "AESTDTC = dm.RFSTDTC", DM_OF),
    ]
    found, not_run = asked.of(*rules)
    assert found == [
        "TP9001 AE {'USUBJID': 'S1', 'AESEQ': '1'}",
        "TP9001 AE {'USUBJID': 'S1', 'AESEQ': '2'}",
        "TP9003 AE {'USUBJID': 'S1', 'AESEQ': '1'}",
    ]
    reason = "1 record left out: DM has several of one USUBJID"
    assert not_run == tuple((f"TP900{i}", "AE", reason) for i in (1, 2, 3))
    assert sum("JOIN" in each and "FILTER" in each for each in asked.queries) == 1


def test_lookups_of_one_name_and_of_different_datasets_are_kept_apart(asked: Asked) -> None:
    other = {"dm": Lookup("CM", (("USUBJID", "USUBJID"),))}
    some = {"dm": Lookup("DM", (("USUBJID", "USUBJID"),), "SEX = 'F'")}
    found, _ = asked.of(
        of(1, "dm.SEX = 'N'", DM_OF), of(2, "dm.SEX = 'N'", other), of(3, "dm.SEX = 'F'", some)
    )
    assert found == [
        "TP9002 AE {'USUBJID': 'S1', 'AESEQ': '1'}",
        "TP9002 AE {'USUBJID': 'S1', 'AESEQ': '2'}",
        "TP9003 AE {'USUBJID': 'S2', 'AESEQ': '1'}",
    ]


def test_a_costly_condition_is_asked_of_all_datasets_at_once(asked: Asked) -> None:
    rule = replace(of(1, "before(--ENDTC, --STDTC)"), applies_to=("AE", "CM"))
    found, _ = asked.of(rule)
    assert found == [
        "TP9001 AE {'USUBJID': 'S1', 'AESEQ': '1'}",
        "TP9001 CM {'USUBJID': 'S1', 'CMSEQ': '1'}",
    ]
    assert sum("UNION ALL" in each for each in asked.queries) == 1


def test_a_value_at_fault_is_found_in_each_dataset_that_has_it_and_in_no_other(
    judge: Judge,
) -> None:
    # More datasets than a query looks at; all have the first pair of dates, some the second.
    pairs = ["('2024-02-01', '2024-03-01')", "('2024-03-01', '2024-02-01')", "(NULL, '2024')"]
    names = [f"X{i:02}" for i in range(2 * sweep._MOST_BRANCHES + 1)]  # pyright: ignore[reportPrivateUsage]
    faulty = {*names[::3], names[-1]}
    records = {
        each: f"SELECT * FROM (VALUES {', '.join(pairs if each in faulty else pairs[::2])})"
        " t(ASTDTC, AENDTC)"
        for each in names
    }
    rule = replace(of(1, "before(AENDTC, ASTDTC)"), applies_to=tuple(names))
    assert {each.dataset for each in judge(rule, **records).findings} == faulty
    nothing = {each: f"{query} WHERE false" for each, query in records.items()}
    assert judge(rule, **nothing).findings == ()


def test_a_costly_condition_may_look_at_no_value(asked: Asked) -> None:
    found, not_run = asked.of(of(1, "number('1.5') > 1"))
    assert (len(found), not_run) == (4, ())
    assert asked.of(of(1, "number('1.5') > 2")) == ([], ())


def test_what_goes_beyond_the_list_is_counted_as_before(asked: Asked) -> None:
    datasets = [DatasetMetadata("AE", "l", "sdtm", "", "", (), 4, "x", ())]
    rules = [
        of(1, "AESEQ > 0"),
        of(2, "before(AESTDTC, AEENDTC) or not before(AESTDTC, AEENDTC)"),
        of(3, "AESER is null"),
    ]
    result = run_rules(datasets, asked.connection, rules, standards=Standards(), most=1)
    assert [(each.found, each.listed) for each in result.totals] == [(4, 1), (2, 1), (2, 1)]


def test_what_is_looked_up_at_once_is_bounded(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = [of(1, "dm.SEX = 'X'", DM_OF), of(2, "dm.RFSTDTC = 'X'", DM_OF)]
    asked.of(*rules)
    assert sum("FILTER" in each for each in asked.queries) == 1
    monkeypatch.setattr(sweep, "_MOST_CELLS", 5)  # DM has 3 records
    asked.of(*rules)
    assert sum("FILTER" in each for each in asked.queries) == 2
