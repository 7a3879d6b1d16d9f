"""Resources come back by id, whatever of them was in memory; the first of each id is written."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trialport.fhir import sorter
from trialport.fhir.json_texts import TEXT
from trialport.fhir.ndjson import write_ndjson
from trialport.fhir.sorter import Sorter

Row = tuple[str, str, str]
# Few ids, so that many are there twice; identities with what is shown otherwise than it is.
rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "b-1", "b.1", "Z", "9", "aa", "c" * 64]),
        st.sampled_from(["k", "k|1", "k\t", "批"]),
        st.text(st.sampled_from('xyz"{}'), max_size=30).map(lambda text: text + "\n"),
    ),
    max_size=40,
)


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorter, "_LARGEST_RUN", 400)
    monkeypatch.setattr(sorter, "_LARGEST_PART", 60)
    monkeypatch.setattr(sorter, "_MOST_RUNS", 2)


def _sorter(folder: Path, parts: list[list[Row]]) -> Sorter:
    made = Sorter(folder, "Observation")
    for part in parts:
        ids, identities, texts = zip(*part, strict=True) if part else ((), (), ())
        made.add(
            pa.array(ids, pa.string()),
            pa.array(identities, pa.string()),
            pa.array([each.encode() for each in texts], TEXT),
        )
    return made


@settings(max_examples=100, deadline=None)
@given(st.lists(rows, max_size=12))
def test_blocks_hold_every_resource_by_id(parts: list[list[Row]]) -> None:
    with TemporaryDirectory() as folder:
        blocks = [each.to_pylist() for each in _sorter(Path(folder), parts).blocks()]
    found = [(each["id"], each["identity"], each["text"].decode()) for b in blocks for each in b]
    assert [each[0] for each in found] == sorted(each[0] for part in parts for each in part)
    assert sorted(found) == sorted(each for part in parts for each in part)
    ids = [each["id"] for block in blocks for each in {row["id"]: row for row in block}.values()]
    assert len(ids) == len(set(ids)), "all resources of an id are in one block"


@settings(max_examples=100, deadline=None)
@given(st.lists(rows, max_size=12))
def test_the_first_of_each_id_is_written_and_the_others_told(parts: list[list[Row]]) -> None:
    told: list[tuple[str, str, str]] = []
    seen: list[str] = []
    with TemporaryDirectory() as name:
        blocks = _sorter(Path(name), parts).blocks()
        path = Path(name) / "file.ndjson"
        file = write_ndjson(
            path, "Observation", blocks, lambda *each: told.append(each), seen.append
        )
        data = path.read_bytes()
    shown = {"k\t": '"k\\t"'}
    every = sorted((id_, shown.get(key, key), text) for part in parts for id_, key, text in part)
    expected: dict[str, Row] = {}
    others: list[tuple[str, str, str]] = []
    for each in every:
        first = expected.setdefault(each[0], each)
        if first is not each:
            others.append((each[0], first[1], each[1]))
    assert data.decode() == "".join(each[2] for each in expected.values())
    assert seen == list(expected)
    assert told == others
    assert (file.count, file.size) == (len(expected), len(data))
    assert file.sha256 == hashlib.sha256(data).hexdigest()
