from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.tiny_study import faults, write_study

_SOURCES = """\
missing: [""]
tables:
  events:
    file: events.csv
    encoding: utf-8
    columns:
      subj: {type: text}
      kind: {type: text, values: [A, B]}
      free: {type: text}
"""
_TERMINOLOGY = "codelists:\n  KIND: {name: Kind, terms: {ALPHA: a, BETA: b}, map: {A: ALPHA}}\n"
_FIRST = """\
dataset: ADX
label: First
class: OTHER
keys: [USUBJID]
records:
  - {from: events, where: "kind = 'A'"}
variables:
  USUBJID: {value: subj, label: Subject}
  KIND:    {value: kind, codelist: KIND, label: Kind}
  FREE:    {value: free, label: Free}
  YES:     {value: flag(free is not null), label: Flag}
  GROUP:   {value: case when free is null then 'NONE' else KIND end, label: Group}
"""
_SECOND = """\
dataset: ADY
label: Second
class: OTHER
keys: [USUBJID]
records:
  - from: ADX
lookups:
  other: {from: ADX, by: [USUBJID], where: "KIND = 'ALPHA'", pick: only}
variables:
  USUBJID: {value: src.USUBJID, label: Subject}
  SAME:    {value: "flag(src.KIND in ('ALPHA', 'BETA') and other.YES = 'Y')", label: Flag}
"""


def _faults(folder: Path, old: str, new: str) -> list[str]:
    files = {
        "sources.yaml": _SOURCES,
        "terminology.yaml": _TERMINOLOGY,
        "adam/adx.yaml": _FIRST,
        "adam/ady.yaml": _SECOND,
    }
    assert any(old in text for text in files.values())
    return faults(folder, {name: text.replace(old, new) for name, text in files.items()})


def test_values_that_are_there_are_no_fault(tmp_path: Path) -> None:
    assert _faults(tmp_path, "KIND", "KIND") == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            "\"kind = 'A'\"",
            "\"kind = 'C'\"",
            "E1233 adam/adx.yaml:6: kind is compared with 'C', which it never is; known: 'A', 'B'",
        ),
        (
            "\"KIND = 'ALPHA'\"",
            "\"KIND = 'ALFA'\"",
            "E1233 adam/ady.yaml:8: KIND is compared with 'ALFA', which it never is; "
            "did you mean 'ALPHA'?",
        ),
        (
            "src.KIND in ('ALPHA'",
            "src.GROUP in ('NOTHING'",
            "E1233 adam/ady.yaml:11: src.GROUP is compared with 'NOTHING', which it never is; "
            "known: 'ALPHA', 'BETA', 'NONE'",
        ),
        (
            "other.YES = 'Y'",
            "other.YES <> 'N'",
            "E1233 adam/ady.yaml:11: other.YES is compared with 'N', which it never is; known: 'Y'",
        ),
        (
            "case when free is null then",
            "case KIND when 'GAMMA' then",
            "E1233 adam/adx.yaml:12: KIND is compared with 'GAMMA', which it never is; "
            "known: 'ALPHA', 'BETA'",
        ),
    ],
)
def test_a_value_that_cannot_be_there_is_named(
    tmp_path: Path, old: str, new: str, found: str
) -> None:
    assert found in _faults(tmp_path, old, new)


def test_what_may_hold_anything_is_compared_with_anything(tmp_path: Path) -> None:
    assert _faults(tmp_path, "other.YES = 'Y'", "src.FREE = 'anything'") == []


def test_blocks_that_share_a_variable_need_not_share_their_values(tmp_path: Path) -> None:
    blocks = "  - {from: events, where: \"kind = 'A'\"}\n"
    more = blocks + "  - {from: events, set: {KIND: {text: GAMMA, label: Kind}}}\n"
    files = {
        "sources.yaml": _SOURCES,
        "terminology.yaml": _TERMINOLOGY,
        "adam/adx.yaml": _FIRST.replace(blocks, more).replace(
            "case when free is null then", "case KIND when 'GAMMA' then"
        ),
    }
    assert faults(write_study(tmp_path, files), files) == []
