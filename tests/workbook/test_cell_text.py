"""Laws of cells and paths: whatever a specification holds comes back from its cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trialport.spec.yaml_text import compose
from trialport.workbook.cell_text import (
    list_text,
    list_value,
    mixed_text,
    mixed_value,
    scalar_text,
    scalar_value,
)
from trialport.workbook.cells import At, Cell
from trialport.workbook.paths import path_rows, put_path
from trialport.workbook.reading import Reading
from trialport.workbook.tree import Tree, tree_of
from trialport.workbook.yaml_lines import by_cell, readable

CELL = Cell("Variables", 2, 3)
# What YAML may hold; a cell has no room for a lone carriage return beside others.
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co"))
    | st.sampled_from('\n\t~"\\[]{},:#&*!|>%@`=+-. \'"'),
    max_size=12,
)
TREES = st.recursive(
    TEXTS | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(TEXTS | st.none(), st.booleans())
def test_a_text_comes_back(text: str | None, brackets: bool) -> None:
    assert scalar_value(scalar_text(text, brackets=brackets), brackets=brackets) == text


@given(TREES)
def test_a_list_or_mapping_comes_back(tree: Tree) -> None:
    found: list[object] = []
    assert mixed_value(At(mixed_text(tree), CELL), found) == tree  # type: ignore[arg-type]
    assert found == []


@given(st.lists(TEXTS | st.none(), max_size=4))
def test_a_list_of_texts_comes_back(texts: list[Tree]) -> None:
    assert list_value(At(list_text(texts), CELL), []) == texts


@given(st.dictionaries(TEXTS, TREES, min_size=1, max_size=3))
def test_a_file_comes_back_from_its_paths(tree: dict[str, Tree]) -> None:
    reading = Reading({})
    made: dict[str, Tree] = {}
    for path, text in path_rows(tree):
        put_path(made, At(path, CELL), At(text, CELL), reading)
    assert [str(each) for each in reading.found] == []
    assert made == tree


@given(st.dictionaries(TEXTS, TREES, min_size=1, max_size=3))
def test_both_forms_of_a_file_say_the_same(tree: dict[str, Tree]) -> None:
    for text in (readable(tree), by_cell(tree)[0]):
        node, faults = compose(text, "a.yaml")
        assert faults == []
        assert node is not None
        assert tree_of(node) == tree


@pytest.mark.parametrize("path", ["a..b", "[1]", 'a."b', "a[0]", "a[x]", ""])
def test_what_is_no_path_is_a_fault(path: str) -> None:
    reading = Reading({})
    put_path({}, At(path, CELL), At("x", CELL), reading)
    assert [each.code for each in reading.found] == ["E1047"]
