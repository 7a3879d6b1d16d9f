"""Claims about templates: what a study takes over, replaces and drops, and where it comes from."""

from collections.abc import Mapping

import pytest
from trialport.spec.effective import effective_texts
from trialport.spec.layers import Layer
from trialport.spec.load import load_study
from trialport.spec.merge import merge_layers
from trialport.spec.nodes import Specification

STUDY = "study: A\nstandards: {sdtmig: '3.4'}\nterminology: {}\n"
AE = """\
dataset: AE
keys: [STUDYID, USUBJID]
lookups:
  dm: {from: DM, pick: only}
variables:
  STUDYID: study.STUDYID
  AESER: {value: serious, codelist: NY}
"""


def template(files: Mapping[str, str], name: str = "base") -> Layer:
    return Layer(name, f"{name}/", files)


def loaded(files: Mapping[str, str], *templates: Layer) -> Specification:
    specification, faults = load_study({"study.yaml": STUDY, **files}, "own/", templates)
    assert [str(each) for each in faults] == []
    assert specification is not None
    return specification


def messages(files: Mapping[str, str], *templates: Layer) -> list[str]:
    _, faults = load_study({"study.yaml": STUDY, **files}, "own/", templates)
    return [str(each) for each in faults]


def test_a_variable_is_said_whole_by_whoever_names_it_last() -> None:
    own = "variables:\n  AESER: {value: sae}\n  AETERM: term\n"
    dataset = loaded({"sdtm/ae.yaml": own}, template({"sdtm/ae.yaml": AE})).sdtm[0]
    assert list(dataset.variables) == ["STUDYID", "AESER", "AETERM"]
    serious = dataset.variables["AESER"]
    assert (serious.value and serious.value.text, serious.codelist) == ("sae", None)
    assert str(serious.place) == "own/sdtm/ae.yaml:2"
    assert str(dataset.variables["STUDYID"].place) == "base/sdtm/ae.yaml:6"
    assert str(dataset.lookups["dm"].place) == "base/sdtm/ae.yaml:4"


def test_a_new_key_comes_after_the_one_written_before_it() -> None:
    own = "variables:\n  AEDECOD: pt\n  STUDYID:\n  DOMAIN: {text: AE}\n  USUBJID: subject\n"
    dataset = loaded({"sdtm/ae.yaml": own}, template({"sdtm/ae.yaml": AE})).sdtm[0]
    assert list(dataset.variables) == ["STUDYID", "DOMAIN", "USUBJID", "AESER", "AEDECOD"]
    assert str(dataset.variables["STUDYID"].place) == "base/sdtm/ae.yaml:6"


def test_what_is_left_empty_must_be_beneath() -> None:
    own = {"sdtm/ae.yaml": "variables:\n  AETERM:\n"}
    assert messages(own, template({"sdtm/ae.yaml": AE})) == [
        "E1115 own/sdtm/ae.yaml:2: 'AETERM' is left empty; "
        "give it a value, '' for empty text, or remove it"
    ]


def test_lists_are_replaced_and_a_key_left_empty_is_not_written() -> None:
    own = "keys: [USUBJID]\nlookups:\n"
    dataset = loaded({"sdtm/ae.yaml": own}, template({"sdtm/ae.yaml": AE})).sdtm[0]
    assert [each.text for each in dataset.keys] == ["USUBJID"]
    assert list(dataset.lookups) == ["dm"]


def test_codelists_and_raw_tables_are_merged_down_to_their_entries() -> None:
    base = template(
        {
            "terminology.yaml": "codelists:\n  NY: {nci: C66742, map: {是: Y, 否: N}}\n",
            "sources.yaml": "tables:\n  t: {file: t.csv, columns: {a: text, b: number}}\n",
        }
    )
    own = {
        "terminology.yaml": "codelists: {NY: {map: {oui: Y, 否: Y}}}\n",
        "sources.yaml": "tables: {t: {encoding: utf-8, columns: {b: date}}}\n",
    }
    specification = loaded(own, base)
    ny = specification.terminology.codelists["NY"]
    assert ny.nci and ny.nci.text == "C66742"
    assert {name: each.text for name, each in ny.map.items()} == {"是": "Y", "否": "Y", "oui": "Y"}
    table = specification.sources.tables["t"]
    assert table.encoding and table.encoding.text == "utf-8"
    assert {name: each.type.value for name, each in table.columns.items()} == {
        "a": "text",
        "b": "date",
    }


def test_what_is_dropped_is_not_merged() -> None:
    own = "drop: [lookups, variables.AESER]\nlookups: {ex: {from: EX}}\n"
    dataset = loaded({"sdtm/ae.yaml": own}, template({"sdtm/ae.yaml": AE})).sdtm[0]
    assert (list(dataset.lookups), list(dataset.variables)) == (["ex"], ["STUDYID"])


def test_a_name_with_dots_can_be_dropped() -> None:
    base = template({"terminology.yaml": "codelists: {U: {name: U, map: {a.b: x, a: y}}}\n"})
    own = {"terminology.yaml": "drop: [codelists.U.map.a.b]\n"}
    assert list(loaded(own, base).terminology.codelists["U"].map) == ["a"]


def test_a_file_can_be_dropped_and_written_anew() -> None:
    base = template({"sdtm/ae.yaml": AE, "sdtm/dm.yaml": AE.replace("AE\n", "DM\n", 1)})
    study = f"{STUDY}drop: [sdtm/ae.yaml, sdtm/dm.yaml]\n"
    own = {"study.yaml": study, "sdtm/dm.yaml": "dataset: DM\nkeys: [USUBJID]\n"}
    (dataset,) = loaded(own, base).sdtm
    assert (dataset.dataset.text, dict(dataset.lookups)) == ("DM", {})


def test_the_template_named_last_is_on_top() -> None:
    first = template({"study.yaml": "title: first\nprofile: nmpa\n"}, "first")
    second = template({"study.yaml": "title: second\n"}, "second")
    study = loaded({}, first, second).study
    assert (study.title, study.profile) == ("second", "nmpa")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"sdtm/ae.yaml": "drop: [variables.AESRE]\n"},
            "E1063 own/sdtm/ae.yaml:1: no template beneath this file has 'variables.AESRE'; "
            "did you mean 'variables.AESER'?",
        ),
        (
            {"study.yaml": f"{STUDY}drop: [sdtm/cm.yaml]\n"},
            "E1063 own/study.yaml:4: no template beneath this file has 'sdtm/cm.yaml'; "
            "remove it from 'drop'",
        ),
    ],
)
def test_nothing_is_dropped_that_is_not_there(files: dict[str, str], message: str) -> None:
    assert messages(files, template({"sdtm/ae.yaml": AE})) == [message]


def test_a_fault_of_a_template_names_the_template() -> None:
    base = template({"sdtm/ae.yaml": f"{AE}lookup: {{}}\n"})
    assert messages({"sdtm/ae.yaml": "label: Events\n"}, base) == [
        "E1101 base/sdtm/ae.yaml:8: unknown key 'lookup' of dataset; did you mean 'lookups'?"
    ]


def test_the_digest_sees_templates_and_their_names() -> None:
    alone = loaded({"sdtm/ae.yaml": AE}).digest
    first = loaded({}, template({"sdtm/ae.yaml": AE}))
    other = loaded({}, template({"sdtm/ae.yaml": AE}, "other"))
    assert len({alone, first.digest, other.digest}) == 3
    assert list(first.templates) == ["base"]
    assert first.templates["base"] == other.templates["other"]


def test_the_effective_text_is_the_same_specification_with_origins() -> None:
    own = """\
variables:
  AESER: 'it''s'
  AETERM: {value: "a: b", label: Term}
  AEOUT:
    value: |
      case when x
           then 'y' end
    method: "x\\ty"
  AEREL: "null"
  AEACN: >-
    one
    two
"""
    layers = [template({"sdtm/ae.yaml": AE}), Layer("", "own/", {"sdtm/ae.yaml": own})]
    (text,) = effective_texts(merge_layers(layers)).values()
    assert (
        text
        == """\
dataset: AE  # base/sdtm/ae.yaml:1
keys: [STUDYID, USUBJID]  # base/sdtm/ae.yaml:2
lookups:  # base/sdtm/ae.yaml:3
  dm: {from: DM, pick: only}  # base/sdtm/ae.yaml:4
variables:  # own/sdtm/ae.yaml:1
  STUDYID: study.STUDYID  # base/sdtm/ae.yaml:6
  AESER: 'it''s'  # own/sdtm/ae.yaml:2
  AETERM: {value: "a: b", label: Term}  # own/sdtm/ae.yaml:3
  AEOUT:  # own/sdtm/ae.yaml:4
    value: |  # own/sdtm/ae.yaml:5
      case when x
           then 'y' end
    method: "x\\ty"  # own/sdtm/ae.yaml:8
  AEREL: "null"  # own/sdtm/ae.yaml:9
  AEACN: |-  # own/sdtm/ae.yaml:10
    one two
"""
    )
