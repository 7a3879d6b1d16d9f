from __future__ import annotations

from pathlib import Path

import pytest
from trialport.define.check import agreement_faults

from tests.fuzz.judges import READ, BrokenLawError, judge_json, judge_xpt
from tests.fuzz.run import DATA, fuzz, targets


def test_damaged_files_are_read_or_refused_and_nothing_is_invented() -> None:
    report = fuzz(1500, seed=7)
    assert report.broken == []
    assert sum(report.outcomes.values()) == 1500
    read = {name for name in report.outcomes if name.endswith(READ)}
    assert {"transport: read", "json: read", "ndjson: read", "define: read", "odm: read"} <= read


def test_every_seed_is_read_as_it_is(tmp_path: Path) -> None:
    for target in targets(tmp_path):
        for seed in target.seeds:
            if target.name != "define":
                assert target.judge(target.pack(seed)) == READ, target.name


def test_the_judges_notice_what_is_invented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (DATA / "relrec.xpt").read_bytes()
    monkeypatch.setattr("trialport.xport.reader.StoredMember.batches", lambda *_, **__: iter(()))
    with pytest.raises(BrokenLawError):
        judge_xpt(content)
    monkeypatch.setattr(
        "trialport.exchange.json_read.JsonDataset.batches", lambda *_, **__: iter(())
    )
    with pytest.raises(BrokenLawError):
        judge_json((DATA / "relrec.json").read_bytes(), tmp_path / "a.json")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'OrderNumber="1"', b'OrderNumber="q"'),
        (b'KeySequence="1"', b'KeySequence="2m"'),
        (b'href="dm.xpt"', b'href="' + b"x" * 5000 + b'"'),
        (b'href="dm.xpt"', b'href="../../../../../../etc/hostname"'),
    ],
)
def test_what_damaged_define_files_have_taught(tmp_path: Path, old: bytes, new: bytes) -> None:
    (target,) = (each for each in targets(tmp_path) if each.name == "define")
    content = target.seeds[0].replace(old, new)
    assert content != target.seeds[0]
    assert target.judge(content) in {"read", "refused"}
    assert not any("hostname" in each.place.file for each in agreement_faults(content, tmp_path))
