"""A dummy treatment file in place of the randomisation, for runs while the trial is blinded."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from trialport.diagnostics import DataError, Diagnostic, Place, Severity, did_you_mean, shown
from trialport.read.csv import read_csv
from trialport.read.texts import RawTexts
from trialport.spec.nodes import RawColumn, RawTable, Text, Treatment


def dummy_treatment(
    texts: RawTexts, treatment: Treatment, file: Path
) -> tuple[RawTexts, list[Diagnostic]]:
    """Return a raw table with the treatments of a file in place of its own, by subject.

    Args:
        texts: the raw table; the treatment column is added where the export has none.
        treatment: what study.yaml says: the columns of subject and treatment.
        file: a CSV file in UTF-8 with these two columns.

    Returns:
        The table, and E3166 (a warning) for each subject of the file that the table lacks.

    Raises:
        DataError: the faults of reading, E3160 a column is missing, E3161 a subject without a
            treatment in the file, E3162 a subject twice. The table's own treatments are never told.
    """
    given = _given(file, treatment)
    subject, column = treatment.subject.text, treatment.column.text
    if subject not in texts.columns:
        raise DataError([_no_column(treatment.subject.place, subject, texts.columns)])
    subjects: list[str | None] = texts.table.column(subject).to_pylist()
    lacking = sorted({each.strip() for each in subjects if each and each.strip() not in given})
    if lacking:
        raise DataError([_without(file, each) for each in lacking])
    cells = pa.array([given[each.strip()] if each else None for each in subjects], pa.string())
    table = texts.table
    if column in texts.columns:
        table = table.set_column(table.column_names.index(column), column, cells)
    else:
        table = table.append_column(column, cells)
    there = {each.strip() for each in subjects if each}
    found = [_unknown(file, each) for each in sorted(set(given) - there)]
    return RawTexts(table, texts.lines, texts.findings), found


def _given(file: Path, treatment: Treatment) -> dict[str, str]:
    """Return the treatment of each subject of the file."""
    place = Place(file.as_posix())
    names = [treatment.subject.text, treatment.column.text]
    contract = RawTable(
        place=place,
        file=Text(file.name, place),
        encoding=Text("utf-8-sig", place),
        columns={name: RawColumn(place=place) for name in names},
    )
    try:
        texts = read_csv(file, contract)
    except OSError as error:
        problem = f"the file cannot be opened ({error.strerror})"
        raise DataError([Diagnostic("E3160", place, problem)]) from error
    found = [_no_column(place, name, texts.columns) for name in names if name not in texts.columns]
    if found:
        raise DataError(found)
    given: dict[str, str] = {}
    rows = zip(*(texts.table.column(name).to_pylist() for name in names), strict=True)
    for line, (subject, value) in zip(texts.lines.to_pylist(), rows, strict=True):
        name, dummy = (subject or "").strip(), (value or "").strip()
        if not name or not dummy:
            problem = "a line of the treatment file lacks the subject or the treatment"
            found.append(Diagnostic("E3161", Place(place.file, line), problem, "complete it"))
        elif name in given:
            problem = f"subject {shown(name)} stands twice in the treatment file"
            found.append(Diagnostic("E3162", Place(place.file, line), problem, "keep one line"))
        given[name] = dummy
    if found:
        raise DataError(found)
    return given


def _no_column(place: Place, name: str, known: tuple[str, ...]) -> Diagnostic:
    problem = f"there is no column '{name}' to give treatments by"
    return Diagnostic("E3160", place, problem, did_you_mean(name, known))


def _without(file: Path, subject: str) -> Diagnostic:
    problem = f"subject {shown(subject)} has no treatment in the dummy file"
    return Diagnostic("E3161", Place(file.as_posix()), problem, "add a line for the subject")


def _unknown(file: Path, subject: str) -> Diagnostic:
    problem = f"subject {shown(subject)} of the dummy file is not in the raw table"
    return Diagnostic("E3166", Place(file.as_posix()), problem, "", Severity.WARNING)
