"""Claims about the YAML that a specification may use."""

import pytest
import yaml
from trialport.spec import yaml_text
from trialport.spec.yaml_text import compose, is_absent, line

# Faults are worked out by hand; the words of the parser are those of libyaml.
REFUSED = {
    "anchor": (
        "a: &x 1\nb: 2\n",
        "E1004 f.yaml:1: '&x' is an anchor or alias; a specification has neither; "
        "write the text out, or quote it where it begins with '&'",
    ),
    "alias": (
        "a: 1\nb: *x\n",
        "E1004 f.yaml:2: '*x' is an anchor or alias; a specification has neither; "
        "write the text out, or quote it where it begins with '*'",
    ),
    "standard tag": (
        "a: !!int 1\n",
        "E1005 f.yaml:1: '!!int' is a tag; a specification has none; "
        "remove it, or quote the text where it begins with '!'",
    ),
    "own tag on a list": (
        "a:\n  - b\nc: !own [1]\n",
        "E1005 f.yaml:3: '!own' is a tag; a specification has none; "
        "remove it, or quote the text where it begins with '!'",
    ),
    "second document": (
        "a: 1\n---\nb: 2\n",
        "E1006 f.yaml:2: a second document begins here; remove the line '---'",
    ),
    "repeated key": (
        "a:\n  b: 1\n  c: 2\n  'b': 3\n",
        "E1007 f.yaml:4: key 'b' is written twice; first in line 2; keep one of them",
    ),
    "merge key": (
        "a:\n  <<: {b: 1}\n",
        "E1008 f.yaml:2: '<<' merges mappings; a specification does not; write the keys out",
    ),
    "control character": (
        "a: 1\nb: \x07\n",
        "E1015 f.yaml:2: the control character U+0007 stands in the text; remove it",
    ),
    "list as a key": (
        "a: 1\n[b, c]: 2\n",
        "E1016 f.yaml:2: a list or a mapping stands where a key is expected; "
        "quote a key that begins with '[', '{' or '?'",
    ),
    "two colons": (
        "a: 1\nb: x: y\n",
        "E1001 f.yaml:2: the file is not YAML: mapping values are not allowed in this context; "
        "quote text that holds ': ', and indent keys of one mapping alike",
    ),
    "tab": (
        "a:\n\tb: 1\n",
        "E1001 f.yaml:2: the file is not YAML: found character that cannot start any token; "
        "indent with blanks",
    ),
    "sign": (
        "a: 1\nb: @x\n",
        "E1001 f.yaml:2: the file is not YAML: found character that cannot start any token; "
        "quote text that begins with '@'",
    ),
    "an expression that begins with a quoted text": (
        "variables:\n  A: 'x' || b\n",
        "E1001 f.yaml:2: the file is not YAML: did not find expected comment or line break; "
        "put the whole text in double quotes",
    ),
    "a comparison that begins with a quoted text": (
        "a: {where: 'x' = y}\n",
        "E1001 f.yaml:1: the file is not YAML: did not find expected ',' or '}'; "
        "put the whole text in double quotes",
    ),
    "open bracket": (
        "a: [1, 2\nb: 3\n",
        "E1001 f.yaml:1: the file is not YAML: did not find expected ',' or ']' "
        "while parsing a flow sequence that begins in line 1; "
        "quote text that holds ': ', and indent keys of one mapping alike",
    ),
    "open quote": (
        "a: 'abc\n",
        "E1001 f.yaml:2: the file is not YAML: found unexpected end of stream "
        "while scanning a quoted scalar that begins in line 1",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_names_the_line_and_the_remedy(text: str, message: str) -> None:
    root, faults = compose(text, "f.yaml")
    assert root is None
    assert [str(each) for each in faults] == [message]


def test_all_refusals_are_collected() -> None:
    _, faults = compose("a: &x 1\nb: *x\nb: !t 2\nc: [\n", "f")
    assert [(each.code, each.place.line) for each in faults] == [
        ("E1004", 1),
        ("E1004", 2),
        ("E1005", 3),
        ("E1001", 4),
    ]


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_nesting_stops_at_50_levels(opening: str) -> None:
    closing = {"[": "]", "{a: ": "}"}[opening]
    assert compose(opening * 50 + closing * 50, "f")[1] == []
    _, faults = compose(opening * 51 + closing * 51, "f")
    assert [str(each) for each in faults] == [
        "E1009 f:1: more than 50 levels stand inside one another"
    ]
    assert [each.code for each in compose(opening * 100_000, "f")[1]] == ["E1009"]


def test_a_file_of_more_than_5_mb_is_not_parsed() -> None:
    _, faults = compose("a: " + "汉" * 1_700_000, "f")
    assert [str(each) for each in faults] == ["E1014 f: the file is larger than 5000000 bytes"]


def test_scalars_stay_text() -> None:
    root, _ = compose("[NO, 12:30, 2024-03, 1_000, yes, 0x1F, .inf]", "f")
    assert isinstance(root, yaml.SequenceNode)
    assert [each.value for each in root.value] == [
        "NO",
        "12:30",
        "2024-03",
        "1_000",
        "yes",
        "0x1F",
        ".inf",
    ]


def test_only_plain_nothing_is_absent() -> None:
    root, _ = compose("[~, null, '', \"\", 'null', NULL, NA]\n", "f")
    assert isinstance(root, yaml.SequenceNode)
    assert [is_absent(each) for each in root.value] == [True, True] + [False] * 5
    root, _ = compose("a:\n", "f")
    assert isinstance(root, yaml.MappingNode)
    assert is_absent(root.value[0][1])


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\ufeff"])
def test_a_text_without_content_has_no_tree_and_no_fault(text: str) -> None:
    assert compose(text, "f") == (None, [])


def test_a_byte_order_mark_is_skipped() -> None:
    root, faults = compose("\ufeffa: 1\n", "f")
    assert faults == []
    assert isinstance(root, yaml.MappingNode)
    assert root.value[0][0].value == "a"


def outline(node: yaml.Node | None) -> object:
    """Return the values of a tree with the line of each, and whether it is absent."""
    assert node is not None
    if isinstance(node, yaml.ScalarNode):
        return node.value, line(node), is_absent(node)
    if isinstance(node, yaml.MappingNode):
        return {str(outline(name)): outline(value) for name, value in node.value}, line(node)
    return [outline(each) for each in node.value], line(node)


def test_the_parser_in_python_gives_the_same_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: {b: [1, 'x', \"y\"], c: }\nd:\n  - e: |\n      two\n      lines\n  - 中文\n"
    with_c = outline(compose(text, "f")[0])
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    assert outline(compose(text, "f")[0]) == with_c
    assert [each.code for each in compose("a: [\n", "f")[1]] == ["E1001"]
