"""A report of a few subjects: its values, its page, and what is refused."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from lxml import html
from trialport.diagnostics import TrialportError
from trialport.report import make_report

from tests.report.small_study import REPORT, SUBJECTS, write_small_study


@pytest.fixture
def document(tmp_path: Path) -> dict[str, list[dict[str, object]]]:
    """Return the results of the small study by analysis."""
    out, study = write_small_study(tmp_path)
    _, data = make_report(out, study=study)
    analyses = json.loads(data.read_text(encoding="utf-8"))["analyses"]
    return {each["id"]: each["results"] for each in analyses}


def _values(results: list[dict[str, object]], label: str, arm: str | None) -> object:
    (found,) = [each for each in results if (each["label"], each["arm"]) == (label, arm)]
    return found["values"]


def test_the_counts(document: dict[str, list[dict[str, object]]]) -> None:
    assert _values(document["FLOW"], "Screened", "ALL") == [7]
    assert _values(document["FLOW"], "Treated", "A") == [3]
    assert _values(document["T1"], "Age", "A") == [40.0, 10.0]
    assert _values(document["T1"], "Sex: Male", "B") == [2, pytest.approx(200 / 3)]


def test_the_estimates(document: dict[str, list[dict[str, object]]]) -> None:
    # Tablet: one event at 3 at risk, then one competing event: 1/3. Placebo: 1/3 and 2/3 * 1/2.
    assert _values(document["E1"], "Event, day 10", "A")[0] == pytest.approx(100 / 3)  # type: ignore[index]
    assert _values(document["E1"], "Event, day 10", "B")[0] == pytest.approx(200 / 3)  # type: ignore[index]
    assert _values(document["E2"], "Survival, day 10", "A") == [100.0, 100.0, 100.0]
    assert _values(document["E2"], "Survival, day 10", "B")[0] == pytest.approx(100 / 3)  # type: ignore[index]


def test_a_result_says_where_it_comes_from(document: dict[str, list[dict[str, object]]]) -> None:
    first = document["E1"][0]
    assert (first["dataset"], first["variables"]) == ("ADTTE", ["AVAL", "CRSTAT", "TRT01P"])
    assert first["where"] == {"PARAMCD": ["EVENT"], "SAFFL": ["Y"]}


def test_the_page_stands_alone_and_escapes_what_it_is_given(tmp_path: Path) -> None:
    out, study = write_small_study(tmp_path)
    page, _ = make_report(out, study=study)
    text = page.read_text(encoding="utf-8")
    tree = html.fromstring(text)
    assert text.startswith("<!DOCTYPE html>")
    assert tree.xpath("//script | //link | //img | //iframe | //*[@style] | //*[@onclick]") == []
    assert [each for each in tree.xpath("//@href") if not each.startswith("#")] == []
    assert set(tree.xpath("//@href")) <= {f"#{each}" for each in tree.xpath("//@id")}
    assert "http:" not in text
    assert "https:" not in text
    assert tree.findtext(".//h1") == "Tablets & <b>placebo</b>"
    assert "Tablet <i>" in tree.text_content()
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy


def test_every_figure_has_a_title_and_a_description(tmp_path: Path) -> None:
    out, study = write_small_study(tmp_path)
    page, _ = make_report(out, study=study)
    tree = html.fromstring(page.read_text(encoding="utf-8"))
    figures = tree.xpath("//svg")
    assert len(figures) == 3
    for figure in figures:
        assert figure.get("role") == "img"
        for name in figure.get("aria-labelledby").split():
            assert len(tree.xpath(f"//*[@id='{name}']")[0].text_content()) > 3
    (desc,) = tree.xpath("//*[@id='figure-E1-desc']")
    assert "Tablet <i> at day 10: 33.3" in desc.text_content()


def test_the_same_datasets_give_the_same_bytes(tmp_path: Path) -> None:
    out, study = write_small_study(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    first, second = make_report(out, study=study), make_report(out, study=study, out=other)
    assert [each.read_bytes() for each in first] == [each.read_bytes() for each in second]


def test_without_events_in_an_arm_there_is_no_ratio(tmp_path: Path) -> None:
    nobody = [(*each[:3], 20, 0, 20, 1) if each[0] == "Tablet" else each for each in SUBJECTS]
    out, study = write_small_study(tmp_path, subjects=nobody)
    page, data = make_report(out, study=study)
    results = json.loads(data.read_text(encoding="utf-8"))["analyses"][2]["results"]
    assert _values(results, "Event, hazard ratio", None) == [None, None, None]
    assert _values(results, "Event, day 10", "A") == [0.0, None, None]
    assert "n.e." in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("paramcd: EVENT", "paramcd: OTHER"),
            "E4523 .*has no record of OTHER in the arm 'A'",
        ),
        (("value: Tablet", "value: Tablets"), "E4523 .*in the arm 'A'"),
        (
            ("variable: AGE", "variable: AGES"),
            "E4522 .*report.yaml:18: .*'AGES'; did you mean 'AGE'",
        ),
        (("dataset: ADSL}", "dataset: DM}"), "E4521 .*report.yaml:9: .*holds no dataset DM"),
        (("{A: [40, 10]}", "{C: [40, 10]}"), "E4502 .*there is no arm 'C'"),
        (("{A: [40, 10]}", "{A: 40}"), "E4503 .*1 figures are given where the result has 2"),
        (("{A: [40, 10]}", "{A: [40, ten]}"), "E4504 .*'ten' is not a number"),
        (("notes: []", "notes: [N1]"), "E4502 .*there is no note 'N1'"),
        (("variable: SEX, ", ""), "E4505 .*the row 'Sex' summarises no variable"),
        (("  B: {value: Placebo, label: Placebo}\n", ""), "E4501 .*two arms, and 1 are declared"),
        (("method: survival", "method: cox"), "E1.*cox"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    change: tuple[str, str], message: str, tmp_path: Path
) -> None:
    assert change[0] in REPORT
    out, study = write_small_study(tmp_path, report=REPORT.replace(*change))
    with pytest.raises(TrialportError) as caught:
        make_report(out, study=study)
    assert re.search(message, str(caught.value)), str(caught.value)
    assert not (out / "report.html").exists()


def test_the_extra_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, study = write_small_study(tmp_path)
    monkeypatch.setitem(sys.modules, "lifelines", None)
    with pytest.raises(TrialportError, match=r"E4520.*'lifelines'; .*trialport\[stats\]"):
        make_report(out, study=study)


def test_a_folder_of_no_conversion_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrialportError, match=r"E4524 .*holds no manifest.json"):
        make_report(tmp_path)


def test_a_study_without_a_report_is_refused(tmp_path: Path) -> None:
    out, study = write_small_study(tmp_path)
    with pytest.raises(TrialportError, match="E4525: no shipped study has the identifier 'SMALL'"):
        make_report(out)
    (study / "report.yaml").rename(study / "reports.yaml")
    with pytest.raises(TrialportError, match=r"E4525 .*did you mean 'reports.yaml'"):
        make_report(out, study=study)
