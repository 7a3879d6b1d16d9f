from pathlib import Path

import pytest
from trialport.pipeline import plan
from trialport.plan.lineage import RECORDS, downstream, mermaid, upstream
from trialport.plan.model import Plan

STUDY = Path(__file__).parents[2] / "mappings" / "studies" / "msc_gvhd"


@pytest.fixture(scope="module")
def whole() -> Plan:
    return plan(STUDY, ["ADTTE"])[0].plan


def test_a_time_to_event_date_reaches_back_to_the_raw_assessment(whole: Plan) -> None:
    found = {(each.relation, each.column) for each in upstream(whole, "ADTTE", "ADT")}
    assert ("RS", "RSDTC") in found
    assert ("raw.gvhd_chronic", "assess_date") in found
    assert ("raw.transplant", "hct_date") in found


def test_filters_and_keys_count_as_sources(whole: Plan) -> None:
    found = {(each.relation, each.column): each.role for each in upstream(whole, "ADTTE", "AVAL")}
    assert found["RS", "RSSTRESN"] == "filter"
    assert found["raw.gvhd_chronic", "global_severity"] == "value"


def test_a_raw_column_reaches_the_analysis_datasets(whole: Plan) -> None:
    reached = downstream(whole, "raw.death", "death_date")
    assert ("DM", "DTHDTC") in reached
    assert ("ADSL", "DTHDT") in reached
    assert ("ADTTE", "ADT") in reached
    assert ("DM", "SEX") not in reached


def test_a_record_that_comes_or_goes_reaches_even_constants_of_what_is_made_of_it(
    whole: Plan,
) -> None:
    reached = downstream(whole, "raw.relapse", RECORDS)
    assert ("CE", "DOMAIN") in reached
    assert ("ADTTE", "SRCSEQ") in reached
    assert ("DM", "DOMAIN") not in reached
    assert ("CE", "DOMAIN") not in downstream(whole, "raw.relapse", "site")


def test_a_supplemental_record_is_there_where_its_value_is() -> None:
    reached = downstream(plan(STUDY, ["SUPPDM"])[0].plan, "raw.randomisation", "rand_no")
    assert ("SUPPDM", "QLABEL") in reached


def test_the_graph_names_tables_and_datasets(whole: Plan) -> None:
    graph = mermaid(whole)
    assert graph.startswith("graph LR\n")
    assert "  raw_transplant[(transplant)]\n" in graph
    assert "  RS --> ADTTE\n" in graph
