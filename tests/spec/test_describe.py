"""Claims about the description of the language."""

from trialport.spec import concept_nodes, label_nodes, nodes, report_nodes
from trialport.spec.describe import DescribedKey, describe


def described(node_class: type) -> dict[str, DescribedKey]:
    return {each.key: each for each in describe() if each.node_class is node_class}


def test_a_key_is_described_by_its_yaml_name() -> None:
    join = described(nodes.Join)
    assert list(join) == ["table", "as", "on", "where", "expect"]
    assert join["on"].type == "mapping of name to text, or list of name"
    assert join["expect"].type == "'exactly one', 'at most one', 'many' or 'some'"
    assert join["expect"].required
    assert not join["as"].required
    assert join["where"].doc == "filter of the joined table"


def test_types_are_told_in_words() -> None:
    dataset = described(nodes.Dataset)
    assert dataset["variables"].type == "mapping of name to variable, or its value"
    assert dataset["copy"].type == "mapping of name to list of text"
    assert dataset["cutoff"].type == "expression"
    assert dataset["add_one"].type == "yes or no"
    assert dataset["window_end"].type == "window end"
    assert (dataset["keys"].required, dataset["keys"].unless) == (True, "relationships or like")
    assert described(nodes.AfterEvent)["code"].type == "whole number"
    assert described(nodes.Resource)["content"].type == "content"


def test_each_class_of_the_language_is_described_once_and_together() -> None:
    order = [each.node_class for each in describe()]
    runs = [each for index, each in enumerate(order) if index == 0 or order[index - 1] is not each]
    assert len(runs) == len(set(runs))
    language = {
        each
        for each in (
            vars(nodes) | vars(report_nodes) | vars(label_nodes) | vars(concept_nodes)
        ).values()
        if isinstance(each, type) and "place" in getattr(each, "__dataclass_fields__", {})
    }
    without_keys = {nodes.Text, nodes.Expression, nodes.Leaf, nodes.Element, nodes.Repeated}
    assert set(runs) == language - without_keys


def test_every_key_has_a_reference_text() -> None:
    assert [each for each in describe() if not each.doc] == []
