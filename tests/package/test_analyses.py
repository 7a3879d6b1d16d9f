from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from trialport.package.analyses import ListedAnalysis, report_analyses
from trialport.package.outputs import Outputs

_REPORT: dict[str, Any] = {
    "sources": [{"file": "adam/adtte.xpt", "sha256": "a1", "records": 2}],
    "analyses": [
        {"id": "FLOW", "title": "Flow of participants", "at": "Figure 1", "results": []},
        {
            "id": "OS",
            "title": "Overall survival",
            "parameter": "Overall Survival",
            "reason": "SPECIFIED IN SAP",
            "method": "survival",
            "results": [
                {"method": "Kaplan-Meier", "dataset": "ADTTE"},
                {"method": "Kaplan-Meier", "dataset": "ADTTE"},
                {"method": "log-rank", "dataset": "ADSL"},
            ],
        },
    ],
}


def _outputs(folder: Path, report: object) -> Outputs:
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    files = [{"path": "adam/adtte.xpt", "size": 1, "sha256": "a1"}]
    return Outputs(folder, {"files": files, "encoding": "ascii"}, (), ())


def test_each_analysis_is_listed_with_its_methods_and_datasets_once(tmp_path: Path) -> None:
    listed, found = report_analyses(_outputs(tmp_path, _REPORT))
    assert found == []
    assert listed == (
        ListedAnalysis("FLOW", "Flow of participants", "", "", (), ()),
        ListedAnalysis(
            *("OS", "Overall survival", "SPECIFIED IN SAP", "Overall Survival"),
            ("survival", "Kaplan-Meier", "log-rank"),
            ("ADTTE", "ADSL"),
        ),
    )


def test_an_output_without_report_lists_none(tmp_path: Path) -> None:
    assert report_analyses(Outputs(tmp_path, {"files": []}, (), ())) == ((), [])


@pytest.mark.parametrize(
    ("report", "why"),
    [
        ([], "it is not one that trialport wrote"),
        ({"analyses": []}, "it is not one that trialport wrote"),
        ({**_REPORT, "analyses": [{"id": "OS"}]}, "it is not one that trialport wrote"),
        (
            {**_REPORT, "sources": [{"file": "adam/adtte.xpt", "sha256": "b2"}]},
            "it was made from another 'adam/adtte.xpt'",
        ),
    ],
)
def test_a_report_of_something_else_is_not_listed(tmp_path: Path, report: object, why: str) -> None:
    listed, (warning,) = report_analyses(_outputs(tmp_path, report))
    assert listed == ()
    assert warning.code == "E5095"
    assert warning.problem.endswith(why)
