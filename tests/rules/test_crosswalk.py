"""The crosswalk names nothing that its sources do not show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from trialport.rules.core.shipped import core_rules
from trialport.rules.crosswalk import CORE, PINNACLE, crosswalk
from trialport.rules.shipped import shipped_rules
from trialport.templates import shipped

from tests.rules.pinnacle21 import compare, ids, reports

_REPORTS = Path(__file__).parents[3] / "shared/reference/tdf"
_needs_reports = pytest.mark.skipif(not _REPORTS.is_dir(), reason=f"no reports at {_REPORTS}")


def test_every_code_is_a_rule_and_every_core_rule_is_there() -> None:
    core = {each.id for each in core_rules()}
    known = core | {each.code for each in shipped_rules()}
    assert set(crosswalk().rules) <= known
    assert {id_ for ids_ in crosswalk().rules.values() for id_ in ids_.get(CORE, ())} <= core


def test_a_rule_has_what_the_core_rule_of_the_same_meaning_is_cited_as() -> None:
    assert crosswalk().of("TP0101") == {
        "FDA": ("FB3209", "FDAC107"),
        "CORE": ("CORE-000718",),
        "Pinnacle 21": ("SD0013",),
    }
    assert crosswalk().of("CORE-000001") == {"CDISC": ("CG0176",)}
    assert crosswalk().of("TP0348") == {}


def test_every_list_says_where_and_when_it_was_seen() -> None:
    assert {name for name, _, _ in crosswalk().sources} >= {"Pinnacle 21", "CDISC CORE"}
    assert all(source and date for _, source, date in crosswalk().sources)


@pytest.mark.reference
@_needs_reports
def test_every_id_of_pinnacle_21_is_in_a_report_with_this_publisher() -> None:
    text = (shipped() / "rules" / "core" / "crosswalk.yaml").read_text(encoding="utf-8")
    publishers: dict[str, Any] = yaml.safe_load(text)["publisher"]
    known = ids(_REPORTS)
    used = {id_ for ids_ in crosswalk().rules.values() for id_ in ids_.get(PINNACLE, ())}
    assert used <= set(known)
    assert {id_: ",".join(each) for id_, each in publishers.items()} == {
        id_: known[id_] for id_ in publishers
    }


@pytest.mark.reference
@pytest.mark.slow
@_needs_reports
def test_what_a_report_finds_in_the_files_at_hand_is_found() -> None:
    """A baseline in LB cannot be looked for: its file is not there."""
    found = {(each.reported.dataset, each.reported.id): each for each in compare(_REPORTS)}
    assert len(found) == len({(each.dataset, each.id) for each in reports(_REPORTS)})
    missed = {key for key, each in found.items() if not each.codes}
    assert missed == {("DM", "SD0006")}
    assert found["DM", "SD2236"].ours == found["DM", "SD2236"].reported.count == 12
