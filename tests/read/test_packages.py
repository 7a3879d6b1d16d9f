"""Claims about packages of terminology: imported, pinned by digest, refused where another."""

import json
from pathlib import Path

import pytest
from trialport import check
from trialport.cli import main

TEXT = "\n".join(
    "\t".join(line)
    for line in (
        (
            "Code",
            "Codelist Code",
            "Codelist Extensible (Yes/No)",
            "Codelist Name",
            "CDISC Submission Value",
            "CDISC Synonym(s)",
            "CDISC Definition",
            "NCI Preferred Term",
        ),
        ("C1", "", "No", "Colour", "COLOUR", "", "", "Colour"),
        ("C2", "C1", "", "Colour", "RED", "", "", "Red"),
        ("C3", "C1", "", "Colour", "BLUE", "", "", "Blue"),
    )
)


def imported(folder: Path, capsys: pytest.CaptureFixture[str], out: str) -> str:
    (folder / "Colours 2030.txt").write_text(TEXT, encoding="utf-8")
    code = main(["terms", "import", str(folder / "Colours 2030.txt"), "--out", str(folder / out)])
    assert code == 0
    return capsys.readouterr().out.strip()


def study(folder: Path, pin: str, terms: str = "{RED: RED}") -> Path:
    home = folder / "study"
    home.mkdir(exist_ok=True)
    text = f"study: T\nstandards: {{sdtmig: '3.4'}}\nterminology:\n  sdtm: {pin}\n"
    (home / "study.yaml").write_text(text, encoding="utf-8")
    codelists = f"codelists: {{COLOUR: {{nci: C1, map: {terms}}}}}\n"
    (home / "terminology.yaml").write_text(codelists, encoding="utf-8")
    return home


def messages(home: Path) -> list[str]:
    return [str(each).replace(f"{home}/", "") for each in check(home)]


@pytest.mark.parametrize("out", ["study/terminology", "terminology"])
def test_what_import_prints_pins_the_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str
) -> None:
    pin = imported(tmp_path, capsys, out)
    assert pin.startswith("{package: colours-2030, sha256: ")
    assert messages(study(tmp_path, pin)) == []
    assert messages(study(tmp_path, pin, "{rot: ROT}")) == [
        "E1220 terminology.yaml:1: 'ROT' (for 'rot') is no term of codelist COLOUR; "
        "known: 'BLUE', 'RED'"
    ]


def test_another_digest_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pin = imported(tmp_path, capsys, "terminology")
    digest = pin.removesuffix("}").rpartition(" ")[2]
    home = study(tmp_path, f"{{package: colours-2030, sha256: {'0' * 64}}}")
    assert messages(home)[0] == (
        f"E1263 study.yaml:4: the package 'colours-2030' has another digest: {digest}; "
        "take the package that was pinned, or pin this one"
    )
    assert messages(study(tmp_path, "colours-2030"))[0] == (
        f"E1262 study.yaml:4: the package 'colours-2030' is not shipped and not pinned; write {pin}"
    )
    (tmp_path / "terminology" / "colours-2030.csv.gz").write_bytes(b"\x1f\x8bno")
    assert messages(study(tmp_path, pin))[0].startswith("E1264 study.yaml:4: ")


def test_a_package_is_not_replaced_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(tmp_path, capsys, "terminology")
    again = ["terms", "import", str(tmp_path / "Colours 2030.txt")]
    assert main([*again, "--out", str(tmp_path / "terminology")]) == 2
    assert "E4161" in capsys.readouterr().err
    assert main([*again, "--out", str(tmp_path), "--name", "../x"]) == 2
    assert "E4160" in capsys.readouterr().err
    assert main([*again, "--out", str(tmp_path / "terminology"), "--force", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["codelists"], made["terms"]) == (1, 2)


def test_a_damaged_file_is_a_fault_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.txt").write_bytes(b"\xff\xfeC\x00")
    assert main(["terms", "import", str(tmp_path / "x.txt"), "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("E3260 x.txt: ")


def test_packages_and_codelists_are_listed_and_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(tmp_path, capsys, "study/terminology")
    home = str(tmp_path / "study")
    assert main(["terms", "list", "--study", home]) == 0
    assert "colours-2030" in capsys.readouterr().out
    assert main(["terms", "list", "colours-2030", "--study", home]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["C1", "COLOUR", "2", "Colour"]
    assert main(["terms", "show", "colour", "--package", "colours-2030", "--study", home]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["BLUE", "Blue", "C3"]
    assert main(["terms", "show", "NYY", "--json"]) == 2
    assert "did you mean 'NY'?" in capsys.readouterr().out
