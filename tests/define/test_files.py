"""The tiny study of the command line with a package of terminology of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from trialport import convert
from trialport.define.reader import read_define_file
from trialport.templates import shipped
from trialport.terms.codelists import terminology_digest

TINY = Path(__file__).parents[1] / "cli" / "tiny"
SHIPPED = "sdtmct-2025-03-28"


def test_codelists_come_from_the_package_of_the_study(tmp_path: Path) -> None:
    study = Path(shutil.copytree(TINY / "study", tmp_path / "study"))
    package = (shipped() / "terminology" / f"{SHIPPED}.csv.gz").read_bytes()
    (study / "terminology").mkdir()
    (study / "terminology" / "sdtmct-own.csv.gz").write_bytes(package)
    text = (study / "study.yaml").read_text(encoding="utf-8")
    assert text.count(SHIPPED) == 1
    pinned = f"{{package: sdtmct-own, sha256: {terminology_digest(package)}}}"
    (study / "study.yaml").write_text(text.replace(SHIPPED, pinned), encoding="utf-8")
    convert(study, raw=TINY / "raw", out=tmp_path / "out")
    document, _ = read_define_file(tmp_path / "out" / "sdtm" / "define.xml")
    published = {each.oid: each.code for each in document.codelists if each.standard}
    assert published["CL.SEX"] == "C66731"
    assert [each.version for each in document.standards if each.type == "CT"] == ["own"]
