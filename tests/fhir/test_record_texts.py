"""Records joined by columns give the bytes that each resource gives when it is written alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trialport.fhir import record_texts
from trialport.fhir.findings import Findings
from trialport.fhir.identity import PLAIN, Naming
from trialport.fhir.json_texts import json_texts
from trialport.fhir.layout import Hole, LookedInto, layout
from trialport.fhir.resource import Change, build
from trialport.fhir.schema import Definitions, load_definitions
from trialport.fhir.values import written_number
from trialport.fhir.version_change import changer, load_changes
from trialport.plan.model import ResourceStep
from trialport.spec.coded import Code, CodedBy, Codes
from trialport.spec.nodes import Content, Each, Element, Text
from trialport.templates import shipped

from tests.fhir.steps import HERE, batch, column, element, repeated, resource_step, text

R4 = load_definitions(shipped() / "fhir", "R4")
R5 = load_definitions(shipped() / "fhir", "R5")

# --- content: any nesting of columns, constants, codes and repeated elements ----------------------

URL = "http://unitsofmeasure.org"
LISTED = {
    "a": Codes("first", (Code(URL, "g/L", 'say "g"'), Code("urn:y", "2"))),
    "b": Codes("", (Code("urn:x", "b", "", r5="B"),)),
    "c": Codes("words alone", ()),
}
NAMES = ("valueQuantity", "code", "effectiveDateTime", "subject", "note", "method", "text", "unit")
LEAVES = ("word", "number", "day", "flag", "exact", "reference", "coded")

leaves = st.sampled_from(LEAVES).map(column) | st.sampled_from(["x", 'a "b"\n', 1.5, True]).map(
    text
)
coded = st.builds(
    CodedBy,
    column=st.just("coded"),
    display=st.sampled_from(["", "word"]),
    codelist=st.just("list"),
    values=st.just(LISTED),
    system=st.sampled_from(["", "urn:own"]),
)


def elements(inner: st.SearchStrategy[Content]) -> st.SearchStrategy[Element]:
    children = st.dictionaries(st.sampled_from([*NAMES, "value", "coding"]), inner, max_size=4)
    return st.builds(lambda found: Element(HERE, found), children)


def coded_elements(*children: str) -> st.SearchStrategy[Element]:
    """Return elements with codes and, beside them or over them, children of their own."""
    concept = st.just(CodedBy(concept=LISTED["a"]))
    own = st.dictionaries(st.sampled_from(children), leaves, max_size=2)
    return st.builds(lambda found, by: Element(HERE, found, by), own, coded | concept)


def _repeated(found: Sequence[Content]) -> Content:
    return repeated(*found)


contents: st.SearchStrategy[Content] = st.recursive(
    leaves,
    lambda inner: (
        elements(inner) | st.lists(inner, min_size=1, max_size=3).map(lambda x: repeated(*x))
    ),
    max_leaves=10,
)
ITEM_LEAVES = st.sampled_from(["words", "numbers"]).map(column)
items = st.builds(
    lambda found: Each(place=HERE, each=Text("set", HERE), content=found),
    ITEM_LEAVES
    | st.builds(
        lambda first, more: Element(HERE, {**more, "text": first}),
        ITEM_LEAVES,
        st.dictionaries(st.sampled_from(NAMES), ITEM_LEAVES | st.just(text("y")), max_size=3),
    ),
)
concepts = coded_elements("text", "id", "coding")
quantities = coded_elements("value", "unit", "comparator")
resources = st.builds(
    lambda found, coded, extra, within: Element(
        HERE,
        {
            **found,
            **coded,
            **({"component": extra} if extra else {}),
            **({"performer": repeated(text("z"), within)} if within else {}),
        },
    ),
    st.dictionaries(st.sampled_from(NAMES), contents, max_size=5),
    st.fixed_dictionaries(
        {},
        optional={
            "code": concepts,
            "valueQuantity": quantities,
            "status": st.builds(lambda by: Element(HERE, {}, by), coded),
            "category": st.lists(concepts, min_size=1, max_size=2).map(_repeated),
            "referenceRange": st.builds(
                lambda low, kind: repeated(element(low=low, type=kind)), quantities, concepts
            ),
        },
    ),
    st.none() | items,
    st.none() | items,
)

# --- records --------------------------------------------------------------------------------------

words = (
    st.none()
    | st.text(max_size=5)
    | st.sampled_from(['","', '",', '"', "\\", "\x00", "\u2028", "批"])
)
floats = st.none() | st.floats() | st.sampled_from([0.0, -0.0, 7.5, 1e16, 2.0**53, 5e-324])
record = st.fixed_dictionaries(
    {
        "key": st.text(min_size=1, max_size=4),
        "word": words,
        "number": floats,
        "day": st.none() | st.dates(dt.date(1000, 1, 1)),
        "flag": st.none() | st.booleans(),
        "exact": st.none() | st.sampled_from(["7.50", "-0.10", "1e5", "ten", "1E-7"]),
        "reference": st.none() | st.sampled_from(["\x01Patient|1", "\x01Patient|批", "urn:a"]),
        "coded": st.none() | st.sampled_from(["a", "b", "c", "d", '"']),
        "items": st.none() | st.lists(st.tuples(words, floats), max_size=3),
    }
)
TYPES: dict[str, pa.DataType] = {
    "number": pa.float64(),
    "day": pa.date32(),
    "flag": pa.bool_(),
}


def records(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    names = [each for each in rows[0] if each != "items"]
    made: dict[str, Any] = {
        name: pa.array([each[name] for each in rows], TYPES.get(name, pa.string()))
        for name in names
    }
    for place, (name, kind) in enumerate({"words": pa.string(), "numbers": pa.float64()}.items()):
        own = [row["items"] and [each[place] for each in row["items"]] for row in rows]
        made[name] = pa.array(own, pa.list_(kind))
    return batch(**made)


def texts_and_resources(
    step: ResourceStep,
    given_: pa.RecordBatch,
    definitions: Definitions,
    **options: Any,  # noqa: ANN401 - those of build
) -> Iterator[tuple[bytes, dict[str, Any]]]:
    for built in build(step, [given_], definitions, Findings(), studyid="S", **options):
        texts: dict[int, bytes] = {}
        for rows, found in built.texts():
            texts |= dict(zip(rows.tolist(), found.to_pylist(), strict=True))
        assert sorted(texts) == list(range(len(built)))
        yield from ((texts[each], built.resource(each)) for each in range(len(built)))


def alone(resource: dict[str, Any]) -> bytes:
    return orjson.dumps(resource, written_number, orjson.OPT_APPEND_NEWLINE)


@pytest.fixture(autouse=True)
def always_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_texts, "FEW", 1)


@settings(max_examples=150, deadline=None)
@given(resources, st.lists(record, min_size=1, max_size=8), st.sampled_from([PLAIN, Naming(b"k")]))
def test_joined_texts_are_those_of_each_resource(
    content: Element, rows: list[dict[str, Any]], naming: Naming
) -> None:
    step = resource_step("Observation", content)
    made = list(texts_and_resources(step, records(rows), R4, offset="+08:00", naming=naming))
    assert len(made) == len(rows)
    for written, resource in made:
        assert written == alone(resource)


def test_few_records_are_written_one_by_one_with_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = resource_step("Observation", element(status=text("final"), valueString=column("v")))
    given_ = batch(key=[str(each) for each in range(40)], v=["x", None, *['"'] * 38])
    joined = [written for written, _ in texts_and_resources(step, given_, R4)]
    monkeypatch.setattr(record_texts, "FEW", 1000)
    assert [written for written, _ in texts_and_resources(step, given_, R4)] == joined


def test_what_is_left_out_and_how_numbers_are_written() -> None:
    step = resource_step(
        "Observation",
        element(
            subject=element(reference=column("reference")),
            valueQuantity=element(value=column("exact"), unit=text("g")),
            note=repeated(element(text=column("word"))),
        ),
    )
    given_ = batch(
        key=["1", "2"],
        reference=["\x01Patient|1", None],
        exact=["7.50", None],
        word=['a\t"b"', None],
    )
    assert [written for written, _ in texts_and_resources(step, given_, R4)] == [
        b'{"resourceType":"Observation","id":"1","identifier":[{"system":'
        b'"urn:trialport:S:Observation","value":"1"}],"subject":{"reference":"Patient/1"},'
        b'"valueQuantity":{"value":7.50,"unit":"g"},"note":[{"text":"a\\t\\"b\\""}]}\n',
        b'{"resourceType":"Observation","id":"2","identifier":[{"system":'
        b'"urn:trialport:S:Observation","value":"2"}]}\n',
    ]


# --- R5: what a value decides is decided for each record ------------------------------------------

SERIOUSNESS = "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"
EVENT = element(
    actuality=text("actual"),
    event=element(text=column("word")),
    date=column("when"),
    seriousness=element(coding=repeated(element(system=text(SERIOUSNESS), code=column("serious")))),
    suspectEntity=repeated(element(instance=element(reference=column("drug")))),
)


def _to_r5(resource_type: str) -> Change | None:
    return changer(resource_type, load_changes(shipped() / "fhir"), R5)


def test_resources_changed_to_r5_are_those_of_each_resource() -> None:
    rows = 60
    given_ = batch(
        key=[f"k{each}" for each in range(rows)],
        word=[f"w{each % 7}" for each in range(rows)],
        when=["2021-05", None, "2021-05-09"] * 20,
        serious=["Serious", "Non-serious", None] * 20,
        drug=["Medication/1", None] * 30,
    )
    step = resource_step("AdverseEvent", EVENT)
    made = list(texts_and_resources(step, given_, R4, version="R5", change=_to_r5("AdverseEvent")))
    codes = {each["seriousness"]["coding"][0]["code"] for _, each in made if "seriousness" in each}
    assert codes == {"serious", "non-serious"}
    for written, resource in made:
        assert written == alone(resource)
        assert resource["code"]["text"].startswith("w")


@pytest.mark.parametrize("path", ["reasonCode", "reasonReference"])
def test_items_that_r5_wraps_one_by_one_are_those_of_each_resource(path: str) -> None:
    item = element(text=column("words")) if path == "reasonCode" else None
    item = item or element(reference=column("words"))
    procedure = element(
        status=text("completed"), **{path: Each(place=HERE, each=Text("set", HERE), content=item)}
    )
    given_ = batch(key=["1", "2"], words=pa.array([["a", "b"], ["c"]], pa.list_(pa.string())))
    step = resource_step("Procedure", procedure)
    made = list(texts_and_resources(step, given_, R4, version="R5", change=_to_r5("Procedure")))
    assert [len(resource["reason"]) for _, resource in made] == [2, 1]
    for written, resource in made:
        assert written == alone(resource)


def test_a_text_may_end_like_what_stands_between_texts() -> None:
    values = ['said "stop",', ",\n  ", '"', "b"]
    assert [orjson.loads(each) for each in json_texts(values).to_pylist()] == values


def test_who_looks_into_a_hole_is_told() -> None:
    hole: Any = Hole(1)
    looks: list[Any] = [
        lambda: str(hole),
        lambda: f"{hole}",
        lambda: hole == "a",
        lambda: "a" in hole,
        lambda: hole["a"],
        lambda: dict(hole),
        lambda: {**hole},
        lambda: [*hole],
        lambda: hole.get("a"),
        lambda: hole.encode(),
        lambda: bool(hole),
        lambda: len(hole),
    ]
    for look in looks:
        with pytest.raises(LookedInto):
            look()
    before, between, after = layout({"a": [hole], "b": 1})
    assert (before, between is hole, after) == (b'{"a":[', True, b'],"b":1}')


def test_rows_are_told_in_the_order_of_their_texts() -> None:
    step = resource_step("Observation", element(valueString=column("v")))
    given_ = batch(key=list("abcd"), v=["1", None, "2", None])
    (built,) = build(step, [given_], R4, Findings())
    found = [(rows.tolist(), texts.to_pylist()) for rows, texts in built.texts()]
    assert sorted(np.concatenate([rows for rows, _ in found])) == [0, 1, 2, 3]
    for rows, texts in found:
        for row, written in zip(rows, texts, strict=True):
            assert orjson.loads(written)["id"] == "abcd"[row]
