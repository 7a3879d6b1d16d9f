"""Claims about the expressions of the shipped studies: the language takes them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from trialport.plan import collect
from trialport.read.layers import read_layers
from trialport.spec.expressions import Scope, names
from trialport.spec.load import load_study
from trialport.spec.nodes import Expression
from trialport.spec.vocabulary import Vocabulary
from trialport.study import plan_study

STUDIES = sorted(Path(__file__).parents[2].glob("mappings/studies/*/study.yaml"))


def expressions_in(node: object) -> Iterator[Expression]:
    """Yield every expression below a node of a specification."""
    if isinstance(node, Expression):
        yield node
    elif is_dataclass(node):
        for each in fields(node):
            yield from expressions_in(getattr(node, each.name))
    elif isinstance(node, Mapping):
        for each in node.values():
            yield from expressions_in(each)
    elif isinstance(node, tuple):
        for each in node:
            yield from expressions_in(each)


def shipped(study: Path) -> list[Expression]:
    *templates, own = read_layers(study.parent, "")
    specification, faults = load_study(own.files, own.shown, templates)
    assert [str(each) for each in faults] == []
    return list(expressions_in(specification))


def test_there_are_hundreds_of_them() -> None:
    assert sum(len(shipped(each)) for each in STUDIES) >= 200


@pytest.mark.parametrize("study", STUDIES, ids=lambda each: each.parent.name)
def test_each_is_one_expression_within_the_limits(study: Path) -> None:
    found = shipped(study)
    assert found
    for each in found:
        assert isinstance(names(each.text), list), str(each.place)


@pytest.mark.parametrize("study", STUDIES, ids=lambda each: each.parent.name)
def test_each_is_compiled_inside_the_plan(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: set[str] = set()

    def expression(text: str, scope: Scope, vocabulary: Vocabulary) -> object:
        compiled.add(text)
        return real_expression(text, scope, vocabulary)

    def mapped(text: str, codelist: str, scope: Scope, vocabulary: Vocabulary) -> object:
        compiled.add(text)
        return real_mapped(text, codelist, scope, vocabulary)

    real_expression, real_mapped = collect.compile_expression, collect.compile_mapped
    monkeypatch.setattr(collect, "compile_expression", expression)
    monkeypatch.setattr(collect, "compile_mapped", mapped)
    planned, faults = plan_study(study.parent)
    assert [str(each) for each in faults if each.severity == "error"] == []
    assert planned is not None
    left = {each.text for each in shipped(study)} - compiled
    assert {each for each in left if not each.startswith("sequence(")} == set()
