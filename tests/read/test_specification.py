"""Claims about reading the folder of a specification."""

from pathlib import Path

import pytest
from trialport.diagnostics import SpecError
from trialport.read.specification import read_folder


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def refusal(folder: Path) -> list[str]:
    """Return the faults with the folder written as `study`."""
    with pytest.raises(SpecError) as caught:
        read_folder(folder)
    return [str(each).replace(folder.as_posix(), "study") for each in caught.value.diagnostics]


def test_yaml_files_are_read_in_order_with_relative_paths(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "study.yaml": b"\xef\xbb\xbfstudy: A\r\n",
            "sdtm/ae.yaml": "label: 不良事件".encode(),
            "sdtm/dm.yml": b"",
            "README.md": b"\xff",
            ".hidden.yaml": b"\xff",
            ".git/config.yaml": b"\xff",
        },
    )
    texts = read_folder(tmp_path)
    assert list(texts.items()) == [
        ("sdtm/ae.yaml", "label: 不良事件"),
        ("sdtm/dm.yml", ""),
        ("study.yaml", "study: A\r\n"),
    ]


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    message = ["E1002 study: there is no folder of this name"]
    assert refusal(tmp_path / "none") == message
    (tmp_path / "file").write_text("a")
    assert refusal(tmp_path / "file") == message


def test_other_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": b"a: 1\nb: " + "严重".encode("gb18030"), "b.yaml": b"\xff\xfe"})
    assert refusal(tmp_path) == [
        "E1003 study/a.yaml:2: the text is not UTF-8; save the file as UTF-8",
        "E1003 study/b.yaml:1: the text is not UTF-8; save the file as UTF-8",
    ]


def test_links_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"secret.yaml": b"a: 1", "study/study.yaml": b"study: A", "other/b.yaml": b""})
    folder = tmp_path / "study"
    (folder / "a.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "sdtm").symlink_to(tmp_path / "other")
    (folder / "loop").symlink_to(folder)
    told = (
        "the symbolic link leads out of the folder or to a folder; "
        "put the file itself into the folder"
    )
    assert refusal(folder) == [f"E1017 study/{name}: {told}" for name in ("a.yaml", "loop", "sdtm")]


def test_a_link_inside_the_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"study.yaml": b"study: A"})
    (tmp_path / "copy.yaml").symlink_to("study.yaml")
    assert dict(read_folder(tmp_path)) == {"copy.yaml": "study: A", "study.yaml": "study: A"}


def test_a_link_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("none.yaml")
    assert refusal(tmp_path) == [
        "E1019 study/a.yaml: the file cannot be opened: No such file or directory"
    ]


def test_more_than_500_files_are_no_specification(tmp_path: Path) -> None:
    write(tmp_path, {f"sdtm/{number}.yaml": b"" for number in range(500)})
    assert len(read_folder(tmp_path)) == 500
    (tmp_path / "more.csv").write_bytes(b"")
    assert refusal(tmp_path) == [
        "E1018 study: the folder holds more than 500 files; give the folder that holds study.yaml"
    ]


def test_a_file_of_more_than_5_mb_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": b" " * 5_000_001})
    assert refusal(tmp_path) == ["E1014 study/a.yaml: the file is larger than 5000000 bytes"]
