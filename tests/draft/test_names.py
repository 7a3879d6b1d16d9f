"""Names of columns as forms and EDC systems have them, and the variable that each is taken for.

The expected variables are those of SDTMIG that CDASH's naming pattern leads to.
"""

from __future__ import annotations

import pytest
from trialport.draft.columns import ColumnProfile
from trialport.draft.match import best, matches
from trialport.draft.names import Names, load_names
from trialport.read.texts import Described
from trialport.spec.nodes import ColumnType
from trialport.standard.load import load_standard
from trialport.templates import shipped


@pytest.fixture(scope="module")
def names() -> Names:
    folder = shipped() / "draft"
    texts = [(folder / f"{each}.csv").read_text("utf-8") for each in ("names", "tests", "tables")]
    return load_names(*texts)


def _column(name: str, label: str = "", type_: str = "text") -> ColumnProfile:
    values = (("x", 3),)
    described = Described(label=label)
    kind = ColumnType(type_)
    return ColumnProfile(name, 3, 3, 1, kind, values=values, described=described)


@pytest.mark.parametrize(
    ("dataset", "name", "label", "type_", "variable", "part"),
    [
        ("DM", "SUBJID", "", "text", "SUBJID", ""),
        ("DM", "Patient No", "", "text", "SUBJID", ""),
        ("DM", "受试者编号", "", "text", "SUBJID", ""),
        ("DM", "BRTHDAT", "", "date", "BRTHDTC", "date"),
        ("DM", "出生日期", "", "date", "BRTHDTC", "date"),
        ("DM", "BRTHYR", "", "integer", "BRTHDTC", "year"),
        ("DM", "q12", "Date of Informed Consent", "date", "RFICDTC", "date"),
        ("AE", "AESTDAT", "", "date", "AESTDTC", "date"),
        ("AE", "AESTDAT_YYYY", "", "integer", "AESTDTC", "year"),
        ("AE", "AESTTIM", "", "time", "AESTDTC", "time"),
        ("AE", "IT.AETERM", "", "text", "AETERM", ""),
        ("AE", "AESER_STD", "", "text", "AESER", ""),
        ("AE", "不良事件名称", "", "text", "AETERM", ""),
        ("AE", "col7", "Was the event serious?", "text", "AESER", ""),
        ("LB", "LLN", "", "number", "LBORNRLO", ""),
        ("LB", "检验项目", "", "text", "LBTEST", ""),
        ("EX", "ECSTDAT", "", "date", "EXSTDTC", "date"),
        ("EX", "EXDSTXT", "", "number", "EXDOSE", ""),
        ("VS", "VSDAT", "", "date", "VSDTC", "date"),
        ("DS", "DSSTDAT", "", "date", "DSSTDTC", "date"),
    ],
)
def test_a_column_is_taken_for_the_variable_that_its_name_means(
    names: Names, dataset: str, name: str, label: str, type_: str, variable: str, part: str
) -> None:
    guide = load_standard(shipped() / "standard", "sdtmig", "3.4", [dataset]).datasets[0]
    found = matches("t", [_column(name, label, type_)], guide, names, {})
    ((key, match),) = best(found, 0.6).items()
    assert key == (variable, part)
    assert match.reason


@pytest.mark.parametrize("name", ["form_status", "last_modified", "q17", "FLAG9", "备注"])
def test_a_column_that_says_nothing_is_taken_for_nothing(names: Names, name: str) -> None:
    guide = load_standard(shipped() / "standard", "sdtmig", "3.4", ["AE"]).datasets[0]
    assert best(matches("t", [_column(name)], guide, names, {}), 0.6) == {}


def test_values_that_are_no_dates_speak_against_a_date(names: Names) -> None:
    guide = load_standard(shipped() / "standard", "sdtmig", "3.4", ["AE"]).datasets[0]
    (match, *_) = matches("t", [_column("AESTDAT", type_="text")], guide, names, {})
    assert match.confidence < 0.6
