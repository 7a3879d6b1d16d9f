from __future__ import annotations

from trialport.spec.load import load_study
from trialport.spec.report_nodes import Purpose, Reason

_STUDY = 'study: X\nstandards: {sdtmig: "3.4"}\nterminology: {}\n'
_REPORT = """\
title: All that a report may state beside what it takes for granted
arms:
  A: {value: Arm A, label: A}
  B: {value: Arm B, label: B}
axis: {unit: Days, days: 1, every: 10, until: 90}
flow:
  title: Flow
  boxes:
    - label: All
      dataset: ADSL
      lines:
        - {label: Treated, dataset: ADEX}
tables:
  T1:
    title: Table
    dataset: ADAE
    treatment: TRTA
    subjects: ADPOP
    population: SAFFL
    arm: TRT01A
    reason: DATA DRIVEN
    purpose: EXPLORATORY OUTCOME MEASURE
    rows:
      - {label: Any}
endpoints:
  E1:
    title: Endpoint
    dataset: ADTTX
    paramcd: OS
    population: FASFL
    treatment: TRTA
    method: competing risks
    status: STATUS
    reason: REQUESTED BY REGULATORY AGENCY
    purpose: PRIMARY OUTCOME MEASURE
    times: {year: "365"}
"""


def test_a_report_states_what_is_otherwise_taken_for_granted() -> None:
    specification, found = load_study({"study.yaml": _STUDY, "report.yaml": _REPORT})
    assert [str(each) for each in found] == []
    assert specification is not None
    report = specification.report
    assert report is not None
    assert report.flow is not None
    assert report.flow.boxes[0].lines[0].dataset == "ADEX"
    table, endpoint = report.tables["T1"], report.endpoints["E1"]
    assert (table.subjects, table.arm) == ("ADPOP", "TRT01A")
    assert (table.reason, table.purpose) == (Reason.DATA, Purpose.EXPLORATORY)
    assert (endpoint.dataset, endpoint.treatment, endpoint.status) == ("ADTTX", "TRTA", "STATUS")
    assert (endpoint.reason, endpoint.purpose) == (Reason.AGENCY, Purpose.PRIMARY)
