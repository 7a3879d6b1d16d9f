from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from trialport.diagnostics import WriteError
from trialport.write import xpt
from trialport.write.xpt import XptFile, write_xpt_files
from trialport.xport.frames import read_xpt
from trialport.xport.model import Member, Variable

LONG = [["ONE", "TWO"], ["THREE"] * 5_000]
SHORT = [["A"], ["B"]]


class Records:
    """Batches of one text variable, which tell how often they were read."""

    def __init__(self, batches: list[list[str]]) -> None:
        self.batches, self.reads = batches, 0

    def read(self) -> Iterator[pa.RecordBatch]:
        self.reads += 1
        for each in self.batches:
            yield pa.RecordBatch.from_pydict({"TERM": pa.array(each, pa.string())})


def _written(folder: Path, *records: Records) -> list[bytes]:
    files: list[XptFile] = []
    for name, each in zip("AB", records, strict=False):
        member = Member(name, "Terms", (Variable("TERM", "Term", "char"),))
        files.append(XptFile(member, each.read, folder / f"{name}.xpt"))
    write_xpt_files(files, encoding="ascii", created=None)
    return [each.path.read_bytes() for each in files]


@pytest.mark.parametrize(
    ("room", "reads"),
    [(1_000_000, (1, 1)), (1_000, (2, 1)), (0, (2, 2))],
    ids=["all", "the short one", "none"],
)
def test_records_are_read_once_where_there_is_room_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int, reads: tuple[int, int]
) -> None:
    monkeypatch.setattr(xpt, "_MOST_KEPT", room)
    long, short = Records(list(LONG)), Records(list(SHORT))
    written = _written(tmp_path, long, short)
    assert (long.reads, short.reads) == reads
    assert len(set(map(len, written))) == 2
    assert read_xpt(tmp_path / "A.xpt")["TERM"].tolist() == ["ONE", "TWO", *["THREE"] * 5_000]
    assert read_xpt(tmp_path / "B.xpt")["TERM"].tolist() == ["A", "B"]


def test_what_is_kept_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _written(tmp_path / "kept", Records(list(LONG)), Records(list(SHORT)))
    monkeypatch.setattr(xpt, "_MOST_KEPT", 0)
    assert _written(tmp_path / "again", Records(list(LONG)), Records(list(SHORT))) == kept


def test_no_file_is_written_where_a_dataset_has_a_fault(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="E4022"):
        _written(tmp_path, Records([["A"]]), Records([["A"], ["line\nbreak"]]))
    assert list(tmp_path.iterdir()) == []
