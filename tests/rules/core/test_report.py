"""What a user sees of CORE rules: examples, counts, and what could not be asked."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from trialport.diagnostics import SpecError
from trialport.metadata import DatasetMetadata, VariableMetadata
from trialport.rules.core.page import core_page, core_rule_json
from trialport.rules.core.report import MOST_EXAMPLES, core_findings
from trialport.rules.core.shipped import core_rules


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def _dataset(name: str, *variables: str) -> DatasetMetadata:
    described = tuple(VariableMetadata(each, each, "Char", 20) for each in variables)
    return DatasetMetadata(name, name, "sdtm", "", "", (), 0, f"sdtm/{name}.xpt", described)


def test_examples_are_listed_and_the_rest_is_counted(database: duckdb.DuckDBPyConnection) -> None:
    database.execute("""CREATE TABLE "IE" AS SELECT 'S' AS STUDYID, 'IE' AS DOMAIN,
        'S-' || i AS USUBJID, 'INCLUSION' AS IECAT, 'Y' AS IEORRES FROM range(25) r(i)""")
    dataset = _dataset("IE", "STUDYID", "DOMAIN", "USUBJID", "IECAT", "IEORRES")
    report = core_findings([dataset], database)
    found = [each for each in report.diagnostics if each.code == "CORE-000001"]
    assert len(found) == MOST_EXAMPLES + 1
    assert str(found[0]).startswith("CORE-000001 IE record 1 column IECAT: ")
    assert "IEORRES 'Y'" in found[0].problem
    assert found[-1].problem == "15 further records break the rule"


def test_a_rule_that_no_dataset_can_be_asked_is_not_run(
    database: duckdb.DuckDBPyConnection,
) -> None:
    database.execute("""CREATE TABLE "IE" AS SELECT 'IE' AS DOMAIN, 'Y' AS IEORRES""")
    report = core_findings([_dataset("IE", "DOMAIN", "IEORRES")], database)
    reasons = {rule: (dataset, reason) for rule, dataset, reason in report.not_run}
    assert reasons["CORE-000001"] == ("IE", "there is no variable IECAT")
    assert reasons["CORE-000004"] == ("", "no dataset is in its scope")


def test_variables_of_an_unknown_class_are_not_held_against_an_empty_list(
    database: duckdb.DuckDBPyConnection,
) -> None:
    database.execute("""CREATE TABLE "DI" AS SELECT 'DI' AS DOMAIN, 'SERIAL' AS DIPARMCD""")
    report = core_findings([_dataset("DI", "DOMAIN", "DIPARMCD")], database)
    assert not [each for each in report.diagnostics if each.code in ("CORE-000550", "CORE-000852")]
    reasons = {rule: (dataset, reason) for rule, dataset, reason in report.not_run}
    unknown = ("DI", "the guide knows neither the dataset nor its class")
    assert reasons["CORE-000550"] == reasons["CORE-000852"] == unknown


def test_an_unknown_version_of_the_guide_is_refused(database: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(SpecError) as caught:
        core_findings([_dataset("IE", "DOMAIN")], database, version="9.9")
    assert caught.value.diagnostics[0].code == "E1240"


def test_the_page_of_a_rule_says_when_it_fails_and_where_it_is_cited() -> None:
    rule = next(each for each in core_rules() if each.id == "CORE-000001")
    page = core_page(rule)
    assert "IECAT equal_to INCLUSION" in page
    assert "SDTMIG 3.4 CG0176" in page
    assert core_rule_json(rule)["domains"] == "IE"


def test_drafts_are_hints_and_asked_on_demand(database: duckdb.DuckDBPyConnection) -> None:
    database.execute("""CREATE TABLE "AE" AS SELECT 'AE' AS DOMAIN, 'S-1' AS USUBJID""")
    dataset = _dataset("AE", "DOMAIN", "USUBJID")
    without = core_findings([dataset], database)
    assert not [each for each in without.diagnostics if each.code.startswith("FDA.")]
    found = [
        each
        for each in core_findings([dataset], database, drafts=True).diagnostics
        if each.code == "FDA.TRC1734a"
    ]
    assert [(each.severity.value, each.problem[:18]) for each in found] == [
        ("note", "Missing TS dataset")
    ]
