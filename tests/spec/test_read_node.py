"""Claims about reading a specification node from YAML."""

from typing import TypeVar

import pytest
from trialport.diagnostics import Place
from trialport.spec import nodes
from trialport.spec.nodes import (
    AfterEvent,
    CodelistMap,
    Constant,
    Dataset,
    Each,
    Element,
    Expect,
    Expression,
    Join,
    Leaf,
    Lookup,
    RawColumn,
    RawTable,
    Records,
    Repeated,
    Resource,
    Sources,
    Start,
    Study,
    Terminology,
    Text,
    Variable,
    Window,
)
from trialport.spec.read_node import read_node
from trialport.spec.yaml_text import compose

T = TypeVar("T")


def node(node_class: type[T], text: str) -> T:
    """Return the node of a text without faults."""
    root, faults = compose(text, "f")
    assert (root is not None, faults) == (True, [])
    assert root is not None
    value, faults = read_node(node_class, root)
    assert faults == []
    assert value is not None
    return value


def messages(node_class: type, text: str) -> list[str]:
    """Return the faults of a text that gives no node."""
    root, faults = compose(text, "f")
    assert (root is not None, faults) == (True, [])
    assert root is not None
    value, faults = read_node(node_class, root)
    assert value is None
    return [str(each) for each in faults]


LISTED = "E1103 f:1: 'keys' is a mapping where a list is expected; begin each entry with '- '"
COMMA = "a comma ends a value inside { } and [ ]: quote text that holds one"
CAPITALS = "write at most 8 capital letters, digits and '_', not beginning with a digit"
SMALL = "write small letters, digits and '_', not beginning with a digit"

FAULTS: dict[str, tuple[type, str, list[str]]] = {
    "unknown key": (
        Start,
        "date: a\ndescripton: x",
        ["E1101 f:2: unknown key 'descripton' of start; did you mean 'description'?"],
    ),
    "unknown key that resembles none of many": (
        Variable,
        "{value: a, zzz: x}",
        ["E1101 f:1: unknown key 'zzz' of variable"],
    ),
    "a comma cuts an expression": (
        Variable,
        "{value: coalesce(a, b), codelist: NY}",
        [f"E1101 f:1: unknown key 'b)' of variable; {COMMA}"],
    ),
    "missing key": (
        AfterEvent,
        "code: 1",
        [
            "E1102 f:1: after event has no key 'event'; add 'event': the earlier event",
            "E1102 f:1: after event has no key 'description'; add 'description': EVNTDESC",
        ],
    ),
    "required key left empty": (
        Start,
        "date:\n",
        ["E1102 f:1: start has no key 'date'; add 'date': date from which time is counted"],
    ),
    "a dataset without keys": (
        Dataset,
        "dataset: AE",
        [
            "E1102 f:1: dataset has no key 'keys'; "
            "add 'keys': key variables, which also order the records"
        ],
    ),
    "mapping for a list": (Dataset, "dataset: AE\nkeys: {A: B}", [LISTED.replace("f:1", "f:2")]),
    "text for a list of nodes": (
        Dataset,
        "dataset: AE\nkeys: A\nrecords: ae",
        ["E1103 f:3: 'records' is text where a list is expected; begin each entry with '- '"],
    ),
    "list for text": (
        Start,
        "date: [a]",
        ["E1103 f:1: 'date' is a list where text is expected"],
    ),
    "text for a mapping": (
        Dataset,
        "dataset: AE\nkeys: A\nlookups: {dm: DM}",
        ["E1103 f:3: 'dm' is text where a mapping is expected"],
    ),
    "the whole is a list": (
        Study,
        "- a",
        ["E1103 f:1: study is a list where a mapping is expected"],
    ),
    "word outside a choice": (
        Join,
        "{table: a, on: b, expect: exactly 1}",
        ["E1104 f:1: 'exactly 1' is not a value of 'expect'; did you mean 'exactly one'?"],
    ),
    "word far from a choice": (
        Lookup,
        "{from: a, pick: zzz}",
        [
            "E1104 f:1: 'zzz' is not a value of 'pick'; known: 'first', 'last', 'nearest', 'only'",
        ],
    ),
    "word outside a literal choice": (
        CodelistMap,
        "{nci: C1, type: numbers}",
        ["E1104 f:1: 'numbers' is not a value of 'type'; did you mean 'number'?"],
    ),
    "one of a list of choices": (
        RawColumn,
        "{styles: [excel, is]}",
        ["E1104 f:1: 'is' is not a value of entry 2 of 'styles'; did you mean 'iso'?"],
    ),
    "neither yes nor no": (
        RawColumn,
        "required: Yes",
        ["E1104 f:1: 'Yes' is not a value of 'required'; did you mean 'yes'?"],
    ),
    "on is not yes": (
        RawColumn,
        "required: on",
        ["E1104 f:1: 'on' is not a value of 'required'; known: 'false', 'no', 'true', 'yes'"],
    ),
    "no whole number": (
        AfterEvent,
        "{event: a, code: 1.0, description: b}",
        ["E1105 f:1: '1.0' of 'code' is not a whole number"],
    ),
    "too many digits": (
        AfterEvent,
        "{event: a, code: 1234567890, description: b}",
        ["E1105 f:1: '1234567890' of 'code' is not a whole number"],
    ),
    "no length": (
        Variable,
        "length: 0",
        ["E1105 f:1: '0' of 'length' is not a length; write a whole number of bytes from 1"],
    ),
    "keys that exclude one another": (
        Variable,
        "{text: A, value: b}",
        [
            "E1106 f:1: variable has 'text' and 'value', which exclude one another; "
            "keep one of 'value', 'text', 'number' or 'window'"
        ],
    ),
    "no source of records": (
        Records,
        "where: a > 1",
        ["E1107 f:1: records has none of 'from' or 'rows'; add one of them"],
    ),
    "no number": (
        Constant,
        "number: 1e400",
        [
            "E1108 f:1: '1e400' of 'number' is not a number; "
            "write a decimal number such as 5 or -0.25"
        ],
    ),
    "no day of the calendar": (
        Constant,
        "date: 2023-02-29",
        [
            "E1109 f:1: '2023-02-29' of 'date' is not a complete date; "
            "write a day of the calendar as YYYY-MM-DD"
        ],
    ),
    "dataset name in small letters": (
        Dataset,
        "dataset: ae\nkeys: A",
        ["E1110 f:1: 'ae' of 'dataset' is not a dataset name; did you mean 'AE'?"],
    ),
    "variable name too long": (
        Dataset,
        "dataset: AE\nkeys: A\nvariables:\n  AETERMINO: a",
        [f"E1110 f:4: 'AETERMINO' of 'variables' is not a variable name; {CAPITALS}"],
    ),
    "test code that begins with a digit": (
        Records,
        "from: vs\ntests:\n  6MWT: {result: a}",
        [f"E1110 f:3: '6MWT' of 'tests' is not a test code; {CAPITALS}"],
    ),
    "lookup name in capitals": (
        Dataset,
        "dataset: AE\nkeys: A\nlookups:\n  DM: {from: DM}",
        ["E1111 f:4: 'DM' of 'lookups' is not a name for expressions; did you mean 'dm'?"],
    ),
    "alias with a dash": (
        Join,
        "{table: a, as: the-a, on: b, expect: some}",
        [f"E1111 f:1: 'the-a' of 'as' is not a name for expressions; {SMALL}"],
    ),
    "columns that differ in case alone": (
        RawTable,
        "file: a.csv\ncolumns:\n  Age: text\n  AGE: text",
        [
            "E1112 f:4: 'AGE' and 'Age' of 'columns' differ in case alone, which SQL does not see; "
            "rename one of them"
        ],
    ),
    "listed names that differ in case alone": (
        Join,
        "{table: a, on: [id, ID], expect: some}",
        [
            "E1112 f:1: 'ID' and 'id' of 'on' differ in case alone, which SQL does not see; "
            "rename one of them"
        ],
    ),
    "no element name": (
        Resource,
        "{resource: A, each: {from: a}, identity: a, content: {Status: a, x_y: b}}",
        [
            "E1113 f:1: 'Status' of 'content' is not a FHIR element name; did you mean 'status'?",
            "E1113 f:1: 'x_y' of 'content' is not a FHIR element name; write letters and digits, "
            "beginning with a small letter or with '_' and a small letter",
        ],
    ),
    "column name with a line break": (
        RawTable,
        'file: a.csv\ncolumns: {"a\\tb": text}',
        [
            "E1114 f:2: 'a\tb' of 'columns' is not a column name; "
            "write 1 to 128 characters, none a control character"
        ],
    ),
    "codelist name": (
        Terminology,
        "codelists: {a b: {nci: C1}}",
        [
            "E1114 f:1: 'a b' of 'codelists' is not a codelist name; "
            "write letters, digits and '_', not beginning with a digit"
        ],
    ),
    "entry left empty": (
        Dataset,
        "dataset: AE\nkeys: A\nvariables:\n  AETERM:\n",
        [
            "E1115 f:4: 'AETERM' is left empty; give it a value, '' for empty text, or remove it",
        ],
    ),
    "entry left empty by a comma": (
        Dataset,
        "dataset: AE\nkeys: [A, ]\nvariables: {A: left(a, 1), B: b}",
        [
            f"E1110 f:3: '1)' of 'variables' is not a variable name; {CAPITALS}",
            f"E1115 f:3: '1)' is left empty; {COMMA}",
        ],
    ),
    "missing code that is null": (
        Sources,
        "missing:\n  - NA\n  - null\ntables: {}",
        [
            "E1115 f:3: entry 2 of 'missing' is left empty; "
            "give it a value, '' for empty text, or remove it",
        ],
    ),
    "no offset": (
        Study,
        "{study: A, standards: {}, terminology: {}, timezone: Asia/Shanghai}",
        [
            "E1116 f:1: 'Asia/Shanghai' of 'timezone' is not an offset from UTC; "
            "write Z, or hours and minutes such as '+08:00'"
        ],
    ),
    "name listed twice": (
        Lookup,
        "{from: a, by: [id, id]}",
        ["E1117 f:1: 'id' stands twice in 'by'; keep one of them"],
    ),
}


@pytest.mark.parametrize(("node_class", "text", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_whole(node_class: type, text: str, expected: list[str]) -> None:
    assert messages(node_class, text) == expected


def test_all_faults_of_all_levels_are_collected() -> None:
    text = """
dataset: ae
lable: x
keys: [A, B]
records:
  - form: a
    join:
      - {table: b, on: [c]}
variables:
  aeterm: {value: a, origin: Colected}
"""
    root, _ = compose(text, "f")
    assert root is not None
    _, faults = read_node(Dataset, root)
    assert sorted((each.place.line, each.code) for each in faults) == [
        (2, "E1110"),
        (3, "E1101"),
        (6, "E1101"),
        (6, "E1107"),
        (8, "E1102"),
        (10, "E1104"),
        (10, "E1110"),
    ]


def test_a_plain_scalar_fills_the_shorthand() -> None:
    dataset = node(Dataset, "dataset: AE\nkeys: A\nvariables:\n  AETERM: ae_term\nstart: HCTDT")
    place = Place("f", 4)
    assert dataset.variables == {
        "AETERM": Variable(place=place, value=Expression("ae_term", place))
    }
    assert dataset.start == Start(place=Place("f", 5), date=Expression("HCTDT", Place("f", 5)))


def test_the_place_of_an_entry_is_the_line_of_its_key() -> None:
    text = "result: a\nwith:\n  position:\n    value:\n      b\n"
    place = node(nodes.Test, text).given["position"]
    assert place.place == Place("f", 3)
    assert place.value == Expression("b", Place("f", 5))


def test_the_place_of_a_node_is_the_line_of_its_mapping() -> None:
    text = "dataset: ADTTE\nkeys: A\nsubjects:\n  from: ADSL\n"
    subjects = node(Dataset, text).subjects
    assert subjects is not None
    assert subjects.place == Place("f", 4)


def test_one_scalar_is_a_list_of_one() -> None:
    text = "resource: A\nversions: R5\neach: {from: a}\nidentity: b\ncontent: {a: {text: x}}"
    resource = node(Resource, text)
    assert resource.versions == ("R5",)
    assert resource.identity == (Expression("b", Place("f", 4)),)
    assert node(Window, "{flag: last, by: USUBJID}").by == (Text("USUBJID", Place("f", 1)),)
    assert node(Sources, "missing: ''\ntables: {}").missing == ("",)


def test_a_list_of_names_maps_each_to_itself() -> None:
    place = Place("f", 1)
    for text in ("[a, b]", "{a: a, b: b}"):
        join = node(Join, f"{{table: t, on: {text}, expect: many}}")
        assert join.on == {"a": Text("a", place), "b": Text("b", place)}
        assert join.expect is Expect.MANY
    assert node(Lookup, "{from: t, by: a}").by == {"a": Text("a", place)}


def test_a_cell_of_rows_may_be_left_empty() -> None:
    records = node(Records, "rows:\n  - {a: x, b: }\n  - {a: '', b: ~}")
    assert records.rows == ({"a": Text("x", Place("f", 2))}, {"a": Text("", Place("f", 3))})


def test_collected_values_may_differ_in_case_alone() -> None:
    codelist = node(CodelistMap, "map: {y: Y, Y: Y, NO: N, null: U}")
    assert {name: text.text for name, text in codelist.map.items()} == {
        "y": "Y",
        "Y": "Y",
        "NO": "N",
        "null": "U",
    }


@pytest.mark.parametrize(
    ("word", "value"), [("yes", True), ("true", True), ("no", False), ("false", False)]
)
def test_yes_and_no_are_read_by_their_key(word: str, value: bool) -> None:
    assert node(RawColumn, f"required: {word}").required is value
    assert node(RawColumn, f"label: {word}").label == word


def content(text: str) -> object:
    head = "{resource: A, each: {from: a}, identity: b, content: "
    return node(Resource, f"{head}{text}}}").content


def test_content_is_told_by_its_shape() -> None:
    place = Place("f", 1)
    leaf = Leaf(place, Expression("x", place))
    assert content("x") == leaf
    assert content("{a: x}") == Element(place, {"a": leaf})
    assert content("[x, x]") == Repeated(place, (leaf, leaf))
    assert content("{each: s, content: x}") == Each(
        place=place, each=Text("s", place), content=leaf
    )
    assert content("{text: x, div: x}") == Element(place, {"text": leaf, "div": leaf})
    assert content("{text: {text: x}}") == Element(place, {"text": Leaf(place, None, "x")})


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("{text: NO}", "NO"),
        ("{text: ''}", ""),
        ("{number: 3}", 3),
        ("{number: -2.5}", -2.5),
        ("{boolean: yes}", True),
        ("{boolean: false}", False),
    ],
)
def test_constants_of_content_have_their_type(text: str, constant: object) -> None:
    leaf = content(text)
    assert isinstance(leaf, Leaf)
    assert (leaf.value, leaf.constant, type(leaf.constant)) == (None, constant, type(constant))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{number: abc}",
            "E1108 f:1: 'abc' of 'number' is not a number; "
            "write a decimal number such as 5 or -0.25",
        ),
        (
            "{boolean: maybe}",
            "E1104 f:1: 'maybe' is not a value of 'boolean'; known: 'false', 'no', 'true', 'yes'",
        ),
        (
            "{each: s}",
            "E1102 f:1: each has no key 'content'; add 'content': the content for each of them",
        ),
        (
            "{each: s, contents: x}",
            "E1101 f:1: unknown key 'contents' of each; did you mean 'content'?",
        ),
        (
            "{a: }",
            "E1115 f:1: 'a' is left empty; give it a value, '' for empty text, or remove it",
        ),
        (
            "{a: left(B, 1)}",
            "E1115 f:1: '1)' is left empty; "
            "a comma ends a value inside { } and [ ]: quote text that holds one",
        ),
    ],
)
def test_faults_of_content(text: str, message: str) -> None:
    head = "{resource: A, each: {from: a}, identity: b, content: {x: "
    assert message in messages(Resource, f"{head}{text}}}}}")
