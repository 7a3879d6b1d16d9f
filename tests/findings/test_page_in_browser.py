"""The page of findings in a real browser: filter and search work, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from trialport.diagnostics import Diagnostic, Place, Severity
from trialport.findings.dispositions import Disposition, Status
from trialport.findings.judged import judge
from trialport.findings.page import findings_page

from tests.findings.browser import Page, browser, shown

pytestmark = pytest.mark.interop

_ERROR = Diagnostic("TP0101", Place(record="AE USUBJID=1 AESEQ=1", column="AEENDTC"), "too early")
_WARNED = Diagnostic(
    "CORE-000023", Place(record="LB record 7", column="LBTOX"), "no", "", Severity.WARNING
)
_SCRIPT = Diagnostic("E4315", Place("define.xml", 12), "<img src=x onerror=fetch('http://x')>")
_DECIDED = Disposition(
    place=Place("dispositions.yaml", 1), code="E4315", status=Status.ACCEPTED, reason="a & b"
)
_ROWS = (
    "Array.from(document.querySelectorAll('#causes tbody tr:not([hidden]) code'))"
    ".map(each => each.textContent)"
)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    program = browser()
    if program is None:
        pytest.skip("there is no Chromium")
    file = tmp_path / "findings.html"
    judged = judge([_ERROR, _WARNED, _SCRIPT], [_DECIDED])
    file.write_text(findings_page("study", judged, [("CORE-000765", "", "why")]), encoding="utf-8")
    with shown(program, tmp_path / "profile") as page:
        page.open(file)
        yield page


def test_search_filter_and_count_work_together(page: Page) -> None:
    assert page.value("document.getElementById('filter').hidden") is False
    assert sorted(page.value(_ROWS)) == ["CORE-000023", "E4315", "TP0101"]
    page.value("document.querySelector('[name=search]').focus()")
    page.type("aeendtc EARLY")
    assert page.value(_ROWS) == ["TP0101"]
    assert page.value("document.getElementById('shown').textContent") == "1 of 3 causes"
    _choose(page, "search", "")
    _choose(page, "severity", "warning")
    assert page.value(_ROWS) == ["CORE-000023"]
    _choose(page, "severity", "")
    _choose(page, "state", "accepted")
    assert page.value(_ROWS) == ["E4315"]


def test_the_page_asks_nothing_of_the_network(page: Page) -> None:
    assert [each.partition(":")[0] for each in page.asked] == ["file"]
    assert page.value("document.querySelectorAll('img').length") == 0
    page.value("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x'}))")
    while not page.refused:
        page.value("0")
    assert page.refused == ["csp"]  # even a script that got in could fetch nothing


def _choose(page: Page, name: str, value: str) -> None:
    """Choose a value as a person does: the field changes, and says so."""
    field = f"document.querySelector('[name={name}]')"
    event = "dispatchEvent(new Event('input', {bubbles: true}))"
    page.value(f"{field}.value = '{value}'; {field}.{event}")
