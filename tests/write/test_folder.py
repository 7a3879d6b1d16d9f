from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from trialport.diagnostics import WriteError
from trialport.write.folder import fresh_folder


def _output(folder: Path, content: str) -> None:
    (folder / "sdtm").mkdir(parents=True)
    (folder / "sdtm" / "dm.xpt").write_text(content)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, MemoryError])
def test_an_interruption_between_the_names_brings_the_older_output_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    out = tmp_path / "out"
    _output(out, "earlier")
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if path.suffix == ".partial":
            raise interruption
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(interruption), fresh_folder(out, force=True) as folder:
        _output(folder, "new")
    assert (out / "sdtm" / "dm.xpt").read_text() == "earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_an_older_output_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _output(out, "earlier")
    with fresh_folder(out, force=True) as folder:
        _output(folder, "new")
    assert (out / "sdtm" / "dm.xpt").read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_foreign_files_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work")
    with (
        pytest.raises(
            WriteError, match=r"^E4102 .*holds 'thesis\.docx', which no conversion wrote"
        ),
        fresh_folder(out, force=True),
    ):
        pytest.fail("the folder was opened")
    assert (out / "thesis.docx").read_text() == "years of work"


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where a folder is to be")
    with (
        pytest.raises(WriteError, match=r"^E4103 .*the output cannot be written"),
        fresh_folder(tmp_path / "file" / "out", force=False),
    ):
        pytest.fail("the folder was opened")


def test_every_file_and_folder_is_on_the_disk_before_the_names_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    known: dict[int, str] = {}
    fsync, rename = os.fsync, Path.rename

    def noted(handle: int) -> None:
        fsync(handle)
        synced.append(known[os.fstat(handle).st_ino])

    def renamed(path: Path, target: Path) -> Path:
        assert sorted(synced) == sorted(known.values())
        return rename(path, target)

    with fresh_folder(tmp_path / "out", force=False) as folder:
        for i in range(20):
            _output(folder / f"part{i}", "new")
        known |= {each.stat().st_ino: str(each) for each in (folder, *folder.rglob("*"))}
        monkeypatch.setattr(os, "fsync", noted)
        monkeypatch.setattr(Path, "rename", renamed)
    assert len(synced) == 1 + 3 * 20


def test_what_the_disk_does_not_take_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    _output(out, "earlier")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused = pytest.raises(
        WriteError, match=r"^E4103 .*cannot be written: No space left on device"
    )
    with refused, fresh_folder(out, force=True) as folder:
        _output(folder, "new")
    assert (out / "sdtm" / "dm.xpt").read_text() == "earlier"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
