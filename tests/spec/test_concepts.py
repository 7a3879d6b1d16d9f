"""concepts.yaml: what is refused, and what content may take from it."""

from __future__ import annotations

from trialport.diagnostics import Severity
from trialport.spec.coded import Code, coded_by_concept, coded_by_value
from trialport.spec.concept_check import concept_faults
from trialport.spec.concept_nodes import Concepts
from trialport.spec.load import read_node
from trialport.spec.yaml_text import compose

SYSTEMS = """\
systems:
  loinc: {url: "http://loinc.org", licence: LOINC licence}
  own: {local: test, licence: Apache-2.0}
  meddra: {url: "https://www.meddra.org", licence: by subscription, data_only: yes}
"""


def _concepts(text: str) -> Concepts:
    root, faults = compose(SYSTEMS + text, "concepts.yaml")
    assert root is not None
    node, found = read_node(Concepts, root)
    assert node is not None, [*faults, *found]
    return node


def _found(text: str) -> list[str]:
    return [str(each) for each in concept_faults(_concepts(text))]


def test_a_verified_code_needs_a_source() -> None:
    text = "concepts:\n  a: {codings: [{system: loinc, code: 1-8, state: verified}]}\n"
    assert _found(text) == [
        "E1284 concepts.yaml:6: code '1-8' of concept 'a' is verified by nothing; "
        "add 'source', or write 'state: unverified'"
    ]


def test_a_licensed_code_comes_from_the_data_alone() -> None:
    text = "concepts:\n  a: {codings: [{system: meddra, code: '1', state: verified, source: x}]}\n"
    assert [each.code for each in concept_faults(_concepts(text))] == ["E1283"]


def test_unknown_names_are_told_with_the_nearest() -> None:
    text = """\
concepts:
  grade: {codings: [{system: lionc, code: 1-8, state: verified, source: x}]}
codelists:
  tests: {system: onw, concepts: {A: grad}}
"""
    assert _found(text) == [
        "E1281 concepts.yaml:6: there is no code system 'lionc'; did you mean 'loinc'?",
        "E1281 concepts.yaml:8: there is no code system 'onw'; did you mean 'own'?",
        "E1280 concepts.yaml:8: there is no concept 'grad'; did you mean 'grade'?",
    ]


def test_a_code_of_the_study_s_own_is_local() -> None:
    text = "concepts:\n  a: {codings: [{system: own, code: A, state: verified, source: x}]}\n"
    assert [each.code for each in concept_faults(_concepts(text))] == ["E1284"]


def test_an_unverified_code_is_noted_and_not_written() -> None:
    coding = "{system: loinc, code: 1-8, state: unverified}"
    node = _concepts(f"concepts: {{a: {{text: A, codings: [{coding}]}}}}\n")
    (found,) = concept_faults(node)
    assert (found.code, found.severity) == ("E1285", Severity.NOTE)
    made = coded_by_concept("a", node, "S1").concept
    assert made is not None
    assert (made.text, made.codes) == ("A", ())


def test_a_local_system_has_the_url_of_the_study() -> None:
    node = _concepts("codelists: {tests: {system: own}}\n")
    assert coded_by_value("c", "", "tests", node, "S 1").system == "urn:trialport:S%201:test"


def test_codes_carry_what_r5_has_otherwise() -> None:
    text = """\
concepts:
  serious: {codings: [{system: loinc, code: Serious, r5: serious, state: verified, source: x}]}
"""
    made = coded_by_concept("serious", _concepts(text), "S1").concept
    assert made is not None
    assert made.codes == (Code("http://loinc.org", "Serious", "", "serious", ""),)
