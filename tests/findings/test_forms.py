"""The forms that other programs read: SARIF, JUnit and a page."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html
from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.findings.dispositions import Disposition, Status
from trialport.findings.judged import Judged, judge
from trialport.findings.junit import junit
from trialport.findings.page import findings_page
from trialport.findings.sarif import sarif

RECORD = Diagnostic(
    "TP0101", Place(record="AE USUBJID=<b>1</b> AESEQ=1", column="AEENDTC"), "a\x01b", "correct"
)
FILE = Diagnostic("E4315", Place("sdtm/my define.xml", 12, "", "AE"), "the label differs")
WARNED = Diagnostic(
    "CORE-000023", Place(record="LB record 7", column="LBTOX"), "no", "", Severity.WARNING
)
NOT_RUN = [("CORE-000929", "", "there is no define.xml")]
DECIDED = Disposition(
    place=Place("dispositions.yaml", 1), code="E4315", status=Status.ACCEPTED, reason="a & b"
)


@pytest.fixture
def judged() -> list[Judged]:
    return judge([RECORD, FILE, WARNED], [DECIDED], {})


def test_sarif_has_what_the_standard_requires(judged: list[Judged]) -> None:
    # SARIF 2.1.0: 3.13 version and runs, 3.14.6 tool, 3.19.8 name, 3.27.11 message of a result,
    # 3.49.3 ids of rules, 3.27.6 index into the rules, 3.30.5 lines from 1, 3.4.3 uri.
    log = sarif(judged, NOT_RUN, version="1.0")
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    (run,) = log["runs"]
    rules: list[dict[str, Any]] = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "trialport"
    assert len({each["id"] for each in rules}) == len(rules)
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["level"] in {"error", "warning", "note", "none"}
        assert each["message"]["text"]
    of_record, of_file, warned = run["results"]
    assert of_record["locations"] == [
        {
            "logicalLocations": [
                {
                    "name": "AEENDTC",
                    "fullyQualifiedName": "AE USUBJID=<b>1</b> AESEQ=1/AEENDTC",
                }
            ]
        }
    ]
    assert of_file["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "sdtm/my%20define.xml"},
        "region": {"startLine": 12},
    }
    assert of_file["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "accepted: a & b"}
    ]
    assert {each["baselineState"] for each in run["results"]} == {"new"}
    assert "suppressions" not in warned
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert rules[told["associatedRule"]["index"]]["id"] == "CORE-000929"


def test_sarif_explains_each_rule(judged: list[Judged]) -> None:
    rules = {
        each["id"]: each
        for each in sarif(judged, version="1.0")["runs"][0]["tool"]["driver"]["rules"]
    }
    assert "not on a day before" in rules["TP0101"]["shortDescription"]["text"]
    assert "remedy" in rules["TP0101"]["help"]["text"]
    assert rules["CORE-000023"]["help"]["text"].startswith("CORE-000023")
    assert rules["E4315"] == {"id": "E4315"}


def test_junit_fails_where_a_finding_weighs(judged: list[Judged]) -> None:
    root: Any = etree.fromstring(junit(judged, NOT_RUN))
    assert dict(root.attrib) == {
        "name": "trialport validate",
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    assert [each.get("name") for each in root] == ["CORE-000023", "CORE-000929", "E4315", "TP0101"]
    (failure,) = root.iter("failure")
    assert (failure.get("type"), failure.get("message")) == ("error", r"a\x01b")
    assert failure.getparent().get("classname") == "TP0101"
    assert failure.getparent().get("name") == "AE AEENDTC"
    outputs = "".join(each.text for each in root.iter("system-out"))
    assert "[accepted: a & b]" in outputs


def test_the_page_is_one_file_and_escapes_what_it_shows(judged: list[Judged]) -> None:
    page = findings_page("out/<x>", judged, NOT_RUN)
    assert "<b>1</b>" not in page
    assert not re.search(r"(?:src|href)=|url\(|@import|https?:", page)
    root: Any = html.document_fromstring(page)
    rows = root.xpath("//table[@id='causes']/tbody/tr")
    assert [row.get("data-state") for row in rows] == ["open", "accepted", "open"]
    assert [row.xpath("string(td[2])") for row in rows] == ["TP0101", "E4315", "CORE-000023"]
    assert "USUBJID=<b>1</b>" in rows[0].text_content()
    # Without the script everything is there, and the fields that would do nothing are not.
    assert root.xpath("//form/@hidden") == ["hidden"]
    assert not root.xpath("//tr[@hidden]")


def _chromium() -> str | None:
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((each for each in found if each), None)


@pytest.mark.slow
@pytest.mark.skipif(_chromium() is None, reason="there is no chromium on this machine")
def test_a_browser_runs_the_filter(tmp_path: Path, judged: list[Judged]) -> None:
    file = tmp_path / "page.html"
    file.write_text(findings_page("out", judged, NOT_RUN), encoding="utf-8")
    ran = subprocess.run(
        [
            *(str(_chromium()), "--headless", "--no-sandbox", "--disable-gpu"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", file.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    root: Any = html.document_fromstring(ran.stdout)
    assert root.xpath("string(//*[@id='shown'])") == "3 of 3 causes"
    assert not root.xpath("//form/@hidden")
