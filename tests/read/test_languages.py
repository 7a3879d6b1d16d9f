from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from trialport.diagnostics import Severity
from trialport.profiles import load_profile
from trialport.read.languages import shipped_labels
from trialport.read.switches import Switches
from trialport.study import plan_study
from trialport.terms.codelists import load_terminology
from trialport.xport.member_faults import LONGEST_LABEL

TINY = Path(__file__).parents[1] / "cli" / "tiny" / "study"
TERMINOLOGY = Path(__file__).parents[2] / "mappings" / "terminology"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a copy of a small study, with a folder for labels."""
    shutil.copytree(TINY, tmp_path / "study")
    (tmp_path / "study" / "labels").mkdir()
    return tmp_path / "study"


def _found(study: Path, labels: str, name: str = "zh") -> list[tuple[str, str, str]]:
    (study / "labels" / f"{name}.yaml").write_text(labels, encoding="utf-8")
    found = plan_study(study)[1]
    return [
        (each.code, f"{Path(each.place.file).name}:{each.place.line}", each.problem)
        for each in found
        if each.code != "E2011"  # the small study lacks what the standard expects
    ]


def test_shipped_labels_fit_a_transport_file_in_utf8() -> None:
    labels = shipped_labels("zh")
    assert labels is not None
    assert len(labels.labels) > 250
    assert not [
        each.text for each in labels.labels.values() if len(each.text.encode()) > LONGEST_LABEL
    ]


def test_shipped_terms_are_those_of_the_published_codelists() -> None:
    labels = shipped_labels("zh")
    assert labels is not None
    package = (TERMINOLOGY / "sdtmct-2025-03-28.csv.gz").read_bytes()
    published = load_terminology(package, set(labels.terms))
    unknown = {
        (code, value)
        for code, terms in labels.terms.items()
        for value in terms
        if value not in published[code]
    }
    assert unknown == set()


def test_a_label_that_is_too_long_is_named_with_the_encoding_it_fits(study: Path) -> None:
    # 14 characters: 42 bytes in UTF-8, 28 in GB18030; a label has 40 bytes.
    text = "受试者的年龄以周岁计算的数值吗"[:14]
    (fault,) = _found(study, f"variables:\n  DM.SEX: {text}\n")
    assert fault == (
        "E1294",
        "zh.yaml:2",
        "the zh label of 'DM.SEX' has 42 bytes in utf-8, more than a transport file keeps",
    )
    assert _found(study, f"encoding: gb18030\nvariables:\n  DM.SEX: {text}\n") == []


@pytest.mark.parametrize(
    ("labels", "code", "line"),
    [
        ("encoding: ascii\ndatasets:\n  DM: 人口\n", "E1294", 3),
        ("encoding: gb-18\n", "E1293", 1),
        ("variables:\n  dm.sex: 性别\n", "E1110", 2),
        ("variable:\n  SEX: 性别\n", "E1101", 1),
        ("datasets:\n  DX: 人口\n", "E1295", 2),
        ("variables:\n  DM.SEXX: 性别\n", "E1295", 2),
        ("terms:\n  SEXX: {M: 男}\n", "E1295", 2),
        ("terms:\n  SEX: {X: 男}\n", "E1295", 2),
    ],
)
def test_faults_have_a_place(study: Path, labels: str, code: str, line: int) -> None:
    assert [each[:2] for each in _found(study, labels)] == [(code, f"zh.yaml:{line}")]


def test_names_of_nothing_are_warnings(study: Path) -> None:
    (study / "labels" / "zh.yaml").write_text("datasets:\n  AD: 事件\n", encoding="utf-8")
    planned, found = plan_study(study)
    (warning,) = [each for each in found if each.code != "E2011"]
    assert planned is not None
    assert (warning.severity, warning.remedy) == (Severity.WARNING, "known: 'AE', 'DM'")


def test_an_unknown_language_is_a_fault(study: Path) -> None:
    (fault,) = _found(study, "datasets: {DM: 人口}\n", name="xx")
    assert fault[::2] == ("E1292", "there is no language 'xx'")
    (study / "labels" / "xx.yaml").unlink()
    found = plan_study(study, Switches(languages=("cn",)))[1]
    assert {each.code for each in found} == {"E1292", "E2011"}


def test_the_study_is_believed_before_what_is_shipped(study: Path) -> None:
    (study / "labels" / "zh.yaml").write_text(
        "labels: {Sex: 男女}\nvariables: {DM.USUBJID: 受试者}\n", encoding="utf-8"
    )
    planned, _ = plan_study(study, Switches(languages=("zh",)))
    assert planned is not None
    zh = planned.translations["zh"]
    assert zh.variable("DM", "SEX", "Sex") == "男女"
    assert zh.variable("DM", "USUBJID", "Unique Subject Identifier") == "受试者"
    assert zh.variable("AE", "USUBJID", "Unique Subject Identifier") == "受试者唯一标识符"
    assert zh.variable("AE", "AESEQ", "Worded Otherwise") == ""
    assert zh.term(("SEX", "C66731"), "M") == "男"


def test_a_profile_brings_its_languages_and_their_encoding(study: Path) -> None:
    planned, _ = plan_study(study, Switches(profile="nmpa"))
    assert planned is not None
    assert planned.profile == load_profile("nmpa")
    assert planned.translations["zh"].encoding == "utf-8"


def test_the_sample_has_chinese_labels_of_its_main_datasets() -> None:
    planned, found = plan_study(Path("msc_gvhd"), Switches(languages=("zh",)))
    assert planned is not None
    assert not [each for each in found if each.code.startswith("E129")]
    zh = planned.translations["zh"]
    assert zh.encoding == "gb18030"
    steps = [each for each in planned.plan.steps if each.name in {"DM", "AE", "ADSL", "ADTTE"}]
    assert len(steps) == 4
    for step in steps:
        assert zh.dataset(step.name, step.label)
        assert not [
            each.name
            for each in step.variables
            if not zh.variable(step.name, each.name, each.label)
        ]


def test_a_study_states_its_languages(study: Path) -> None:
    path = study / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nlanguages: [zh]\n", encoding="utf-8")
    planned, _ = plan_study(study)
    assert planned is not None
    assert set(planned.translations) == {"zh"}
