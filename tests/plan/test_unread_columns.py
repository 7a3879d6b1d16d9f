from __future__ import annotations

from pathlib import Path

from tests.plan.tiny_study import STUDY, findings

_SOURCES = """\
missing: [""]
tables:
  subjects:
    file: subjects.csv
    encoding: utf-8
    keys: [number]
    columns:
      number: {type: text}
  records:
    file: records.csv
    encoding: utf-8
    columns:
      subj:      {type: text, references: subjects.number}
      kind:      {type: text}
      Sample ID: {type: text}
      side note: {type: text}
      查:        {type: text}
  forms:
    file: forms.csv
    encoding: utf-8
    columns:
      page: {type: text}
"""
_DATASET = """\
dataset: ADX
label: Tiny
class: OTHER
keys: [USUBJID]
records:
  - {from: records, join: [{table: subjects, on: {subj: number}, expect: many}]}
variables:
  USUBJID: {value: subj, label: Subject}
  SAMPLE:  {value: 'src."Sample ID"', label: Sample}
"""


def _notes(folder: Path, sources: str, dataset: str = _DATASET, study: str = STUDY) -> list[str]:
    files = {"study.yaml": study, "sources.yaml": sources, "adam/adx.yaml": dataset}
    return findings(folder, files)


def test_columns_and_tables_that_nothing_reads_are_noted_once_a_table(tmp_path: Path) -> None:
    assert _notes(tmp_path, _SOURCES) == [
        "note: E2062 sources.yaml:14: nothing reads 3 of 5 columns of 'records': 'kind', "
        "'side note', '查'; map them where they matter",
        "note: E2063 sources.yaml:18: no dataset and no resource reads the raw table 'forms'; "
        "map it, or take it out of sources.yaml",
    ]


def test_a_column_that_study_yaml_names_is_read(tmp_path: Path) -> None:
    study = f"{STUDY}subjects: {{table: forms, number: page}}\n"
    (only,) = _notes(tmp_path, _SOURCES, study=study)
    assert "'records'" in only


def test_many_columns_are_counted(tmp_path: Path) -> None:
    many = "".join(f"      extra{each}: {{type: text}}\n" for each in range(9))
    sources = _SOURCES.replace("  forms:\n", f"{many}  forms:\n")
    assert "12 of 14 columns" in _notes(tmp_path, sources)[0]
    assert "'extra4' and 4 more; " in _notes(tmp_path, sources)[0]


def test_where_there_are_faults_nothing_is_noted(tmp_path: Path) -> None:
    found = _notes(tmp_path, _SOURCES, _DATASET.replace("value: subj", "value: sujb"))
    assert [each.partition(" ")[0] for each in found] == ["error:"]


def test_a_dataset_like_another_reads_what_that_one_reads(tmp_path: Path) -> None:
    more = (
        "  later:\n    file: later.csv\n    encoding: utf-8\n    columns:\n"
        "      subj: {type: text}\n      Sample ID: {type: text}\n"
    )
    sources = _SOURCES.replace("  forms:\n", f"{more}  forms:\n")
    like = _DATASET.replace("ADX", "ADY").partition("variables:")[0].replace("records, ", "later, ")
    files = {
        "sources.yaml": sources,
        "adam/adx.yaml": _DATASET,
        "adam/ady.yaml": f"{like}like: ADX\n",
    }
    assert not any("'later'" in each for each in findings(tmp_path, files))
