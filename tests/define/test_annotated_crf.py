"""The tiny study of the command line with an annotated CRF."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import shutil
from pathlib import Path

from trialport import convert
from trialport.define.reader import read_define_file

TINY = Path(__file__).parents[1] / "cli" / "tiny"


def test_collected_variables_point_to_pages_and_the_others_are_listed(tmp_path: Path) -> None:
    study = Path(shutil.copytree(TINY / "study", tmp_path / "study"))
    pages = "origin: {type: Collected, crf: [3, 5]}"
    for name, old, new in (
        ("study.yaml", "study: ", "annotated_crf: forms.pdf\nstudy: "),
        ("sdtm/ae.yaml", "AETERM:  term", f"AETERM:  {{value: term, {pages}}}"),
        ("sdtm/dm.yaml", "codelist: SEX}", "codelist: SEX, origin: {type: Collected, crf: 2}}"),
    ):
        text = (study / name).read_text(encoding="utf-8")
        assert old in text
        (study / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    made = convert(study, raw=TINY / "raw", out=tmp_path / "out")
    document, _ = read_define_file(tmp_path / "out" / "sdtm" / "define.xml")
    found = {
        item.oid: page.refs
        for item in document.items
        for origin in item.origins
        for reference in origin.documents
        for page in reference.pages
    }
    assert found == {"IT.AE.AETERM": "3 5", "IT.DM.SEX": "2"}
    assert [(each.href, each.title) for each in document.leaves] == [("forms.pdf", "Annotated CRF")]
    assert [each.leaf for each in document.crf] == [each.id for each in document.leaves]
    assert [str(each) for each in made.findings if each.code == "E4385"] == [
        "E4385 AE: collected without a page of the annotated CRF: AESER, AESTDTC;"
        " add origin: {type: Collected, crf: PAGE}",
        "E4385 DM: collected without a page of the annotated CRF: SUBJID, RFSTDTC, RFXSTDTC,"
        " RFICDTC; add origin: {type: Collected, crf: PAGE}",
    ]
