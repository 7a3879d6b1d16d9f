from __future__ import annotations

from pathlib import Path

import pytest
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
