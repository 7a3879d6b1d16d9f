from __future__ import annotations

from pathlib import Path

import yaml
from trialport.package.programs import write_programs
from trialport.plan.model import Plan
from trialport.spec.load import load_study
from trialport.study import study_layers


def test_templates_are_merged_into_the_programs(tmp_path: Path) -> None:
    study = tmp_path / "studies" / "one"
    base = tmp_path / "studies" / "templates" / "base" / "sdtm"
    (study / "sdtm").mkdir(parents=True)
    base.mkdir(parents=True)
    (base.parent / "study.yaml").write_text("standards: {sdtmig: '3.4'}\n", encoding="utf-8")
    (base / "dm.yaml").write_text(
        "dataset: DM\nkeys: [USUBJID]\nvariables:\n  DOMAIN: {text: DM}\n", encoding="utf-8"
    )
    (study / "study.yaml").write_text(
        "study: ONE\nextends: base\nterminology: {}\n", encoding="utf-8"
    )
    (study / "sdtm" / "dm.yaml").write_text("variables:\n  SEX: sex\n", encoding="utf-8")

    write_programs(study, Plan("ONE", "", (), (), ()), tmp_path / "programs")

    written = {
        each.name: each.read_text(encoding="utf-8") for each in (tmp_path / "programs").iterdir()
    }
    assert set(written) == {"study-yaml.txt", "sdtm-dm-yaml.txt"}
    assert yaml.safe_load(written["sdtm-dm-yaml.txt"]) == {
        "dataset": "DM",
        "keys": ["USUBJID"],
        "variables": {"DOMAIN": {"text": "DM"}, "SEX": "sex"},
    }
    assert "DOMAIN: {text: DM}  # templates/base/sdtm/dm.yaml:4" in written["sdtm-dm-yaml.txt"]
    assert "SEX: sex  # sdtm/dm.yaml:2" in written["sdtm-dm-yaml.txt"]
    assert str(tmp_path) not in "".join(written.values())
    # Without templates the files say what they said with them.
    merged = {
        "study.yaml": written["study-yaml.txt"],
        "sdtm/dm.yaml": written["sdtm-dm-yaml.txt"],
    }
    alone, _ = load_study(merged)
    *templates, own = study_layers(study)
    whole, _ = load_study(own.files, own.shown, templates)
    assert alone is not None
    assert whole is not None
    assert [list(each.variables) for each in alone.sdtm] == [["DOMAIN", "SEX"]]
    assert [list(each.variables) for each in whole.sdtm] == [["DOMAIN", "SEX"]]
