"""Claims about where templates are read from, and what is refused."""

from pathlib import Path

import pytest
from trialport import check
from trialport.diagnostics import SpecError
from trialport.read.layers import read_layers
from trialport.study import effective_files, plan_study, study_layers

CHECKOUT = Path(__file__).parents[2]


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root / "study"


def names(study: Path) -> list[str]:
    return [each.name for each in read_layers(study, "study/")]


def refusals(study: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        read_layers(study, "study/")
    return [str(each) for each in caught.value.diagnostics]


def test_each_template_is_there_once_before_those_that_extend_it(tmp_path: Path) -> None:
    study = write(
        tmp_path,
        {
            "study/study.yaml": "extends: [b, a]\n",
            "templates/a/study.yaml": "extends: c\n",
            "templates/b/study.yaml": "extends: [c]\n",
            "templates/c/study.yaml": "title: c\n",
        },
    )
    assert names(study) == ["c", "b", "a", ""]


def test_a_template_beside_the_study_goes_before_a_shipped_one(tmp_path: Path) -> None:
    study = write(
        tmp_path,
        {
            "study/study.yaml": "extends: [trial_design, time_to_event]\n",
            "templates/trial_design/study.yaml": "title: the sponsor's\n",
        },
    )
    sponsor, shipped, _ = read_layers(study, "study/")
    assert (sponsor.shown, list(sponsor.files)) == ("templates/trial_design/", ["study.yaml"])
    assert shipped.shown == "mappings/templates/time_to_event/"


def test_a_circle_is_refused_at_the_line_that_closes_it(tmp_path: Path) -> None:
    study = write(
        tmp_path,
        {
            "study/study.yaml": "extends: [a]\n",
            "templates/a/study.yaml": "title: A\nextends: [b]\n",
            "templates/b/study.yaml": "extends: [a]\n",
        },
    )
    assert refusals(study) == [
        "E1062 templates/b/study.yaml:1: templates extend each other: a -> b -> a; "
        "remove 'a' from this 'extends'"
    ]


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        (
            "trail_design",
            "E1060 study/study.yaml:1: there is no template 'trail_design'; "
            "did you mean 'trial_design'?",
        ),
        (
            "../elsewhere",
            "E1061 study/study.yaml:1: '../elsewhere' is no name of a template: small letters, "
            "digits, '_' and '-'; put the template into the folder 'templates' beside the study's, "
            "and name it",
        ),
        (
            "/etc",
            "E1061 study/study.yaml:1: '/etc' is no name of a template: small letters, digits, "
            "'_' and '-'; put the template into the folder 'templates' beside the study's, "
            "and name it",
        ),
    ],
)
def test_only_names_of_templates_are_taken(tmp_path: Path, extends: str, message: str) -> None:
    assert refusals(write(tmp_path, {"study/study.yaml": f"extends: [{extends}]\n"})) == [message]


def test_a_link_is_no_template(tmp_path: Path) -> None:
    study = write(
        tmp_path, {"study/study.yaml": "extends: [x]\n", "elsewhere/study.yaml": "title: x\n"}
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "x").symlink_to(tmp_path / "elsewhere")
    assert [each[:5] for each in refusals(study)] == ["E1061"]


def test_the_effective_sample_study_is_a_study_and_plans_the_same(tmp_path: Path) -> None:
    layers = study_layers(CHECKOUT / "mappings" / "studies" / "msc_gvhd")
    texts = effective_files(layers)
    assert all("  # " in line for line in texts["sdtm/dm.yaml"].splitlines() if ": " in line[:20])
    study = write(tmp_path, {f"study/{path}": text for path, text in texts.items()})
    assert {each.code for each in check(study)} == {"E2062"}  # columns that no dataset needs
    own, _ = plan_study(study)
    templated, _ = plan_study(CHECKOUT / "mappings" / "studies" / "msc_gvhd")
    assert own is not None
    assert templated is not None
    assert own.specification.templates == {}
    assert list(templated.specification.templates) == [
        "trial_design",
        "subject_records",
        "time_to_event",
        "transplant_concepts",
    ]
    pairs = zip(own.plan.steps, templated.plan.steps, strict=True)
    assert [a.name for a, b in pairs if a.query != b.query or a.keys != b.keys] == []


def test_a_study_beside_can_be_extended_where_no_template_has_the_name(tmp_path: Path) -> None:
    study = write(
        tmp_path,
        {
            "study/study.yaml": "extends: [first, both]\n",
            "first/study.yaml": "title: a study\n",
            "both/study.yaml": "title: a study\n",
            "templates/both/study.yaml": "title: a template\n",
            "no_study/sources.yaml": "tables: {}\n",
        },
    )
    first, both, _ = read_layers(study, "studies/study/")
    assert (first.shown, both.shown) == ("studies/first/", "studies/templates/both/")
    (study / "study.yaml").write_text("extends: no_study\n", encoding="utf-8")
    assert [each[:5] for each in refusals(study)] == ["E1060"]
