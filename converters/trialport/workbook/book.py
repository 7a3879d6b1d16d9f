"""A study as the tables of a workbook, and the tables as the files of a study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialport.spec.layers import FOLDERS, SINGLE, belongs
from trialport.workbook import faults
from trialport.workbook.block_rows import HEADINGS as ROW_HEADINGS
from trialport.workbook.block_rows import ROWS, block_rows, read_block_rows
from trialport.workbook.cells import At
from trialport.workbook.codelists import (
    CODELISTS,
    codelist_names,
    codelist_rows,
    read_codelists,
)
from trialport.workbook.codelists import FILE as TERMINOLOGY
from trialport.workbook.codelists import HEADINGS as CODELIST_HEADINGS
from trialport.workbook.kept import Kept
from trialport.workbook.layout import BY_NAME, GROUPS, SHEETS
from trialport.workbook.node_rows import node_rows
from trialport.workbook.paths import path_rows, put_path
from trialport.workbook.read_nodes import Made, read_datasets, read_nodes, tidy
from trialport.workbook.reading import Reading
from trialport.workbook.references import HEADINGS as REFERENCES
from trialport.workbook.references import METHODS, References, Referred, read_references
from trialport.workbook.tree import Files, Tree
from trialport.workbook.unknown import note_unknown


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet to be written: its headings, and its rows by heading."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


REFERRING = {
    "Method": METHODS, "Comment": "Comments", "Where Clause": "WhereClauses",
    "Codelist": CODELISTS,
}  # fmt: skip
"""The sheet that the cells of a column refer to."""

STUDY, OTHER = "Study", "Other"
STUDY_HEADINGS = ("Attribute", "Value")
ATTRIBUTES = {"StudyName": "study", "StudyDescription": "title"}

_FREE = {"Resources": "fhir", "Labels": "labels", "Report": "report.yaml"}
PATH_HEADINGS = ("File", "Path", "Value")
_ORDER = (
    STUDY, "Datasets", "Variables", "ValueLevel", "WhereClauses", CODELISTS, "Dictionaries",
    METHODS, "Comments", "Documents", "Records", ROWS,
)  # fmt: skip


def tables(files: Files, ids: Mapping[str, Mapping[str, str]] | None = None) -> list[Table]:
    """Return the tables that say what the files of a study say, in the order of the sheets.

    Args:
        files: the files of the study.
        ids: by sheet, the IDs of methods, comments, where clauses and codelists by our names.
    """
    ids = ids or {}
    files = dict(sorted(files.items(), key=lambda each: _file_order(each[0])))
    references = References()
    rows = {each.name: tuple(node_rows(each, files, references)) for each in SHEETS}
    rows[STUDY] = tuple(
        {"Attribute": _attribute(path), "Value": value}
        for path, value in path_rows(files.get("study.yaml", {}))
    )
    codelists, own = files.get(TERMINOLOGY, {}).get("codelists"), ids.get(CODELISTS, {})
    rows[CODELISTS] = tuple(codelist_rows(codelists, own))
    rows[ROWS] = tuple(block_rows(files))
    names = {sheet: references.named(sheet, ids.get(sheet, {})) for sheet in REFERENCES}
    rows |= {sheet: tuple(references.table(sheet, each)) for sheet, each in names.items()}
    names[CODELISTS] = dict(own)
    for sheet in ("Variables", "ValueLevel"):
        rows[sheet] = tuple(_with_ids(each, names) for each in rows[sheet])
    rows |= {name: tuple(_free(name, files)) for name in (*_FREE, OTHER)}
    made = [Table(name, each, rows[name]) for name, each in headings().items()]
    return sorted(made, key=_sheet_order)


def _with_ids(row: Mapping[str, str], names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return a row that refers by the IDs of the workbook."""
    return {
        heading: names[REFERRING[heading]].get(text, text) if heading in REFERRING else text
        for heading, text in row.items()
    }


def headings() -> dict[str, tuple[str, ...]]:
    """Return the headings of each sheet."""
    known = {each.name: each.all_headings for each in SHEETS}
    known |= {STUDY: STUDY_HEADINGS, CODELISTS: CODELIST_HEADINGS, ROWS: ROW_HEADINGS}
    known |= dict.fromkeys((*_FREE, OTHER), PATH_HEADINGS)
    return known | REFERENCES


def _file_order(path: str) -> tuple[int, str]:
    folder = path.partition("/")[0]
    known = [*SINGLE, *FOLDERS]
    return known.index(folder) if folder in known else len(known), path


def _sheet_order(table: Table) -> int:
    return _ORDER.index(table.name) if table.name in _ORDER else len(_ORDER)


def _attribute(path: str) -> str:
    return next((name for name, each in ATTRIBUTES.items() if each == path), path)


def _free(sheet: str, files: Files) -> Iterator[dict[str, str]]:
    """Yield the rows of the files that have no columns of their own."""
    for path, tree in files.items():
        rest = _without_columns(path, tree)
        if rest and _sheet_of(path) == sheet:
            for each, value in path_rows(rest):
                yield {"File": path, "Path": each, "Value": value}


def _sheet_of(path: str) -> str:
    folder = path.partition("/")[0]
    return next((sheet for sheet, each in _FREE.items() if each == folder), OTHER)


def _without_columns(path: str, tree: Mapping[str, Tree]) -> dict[str, Tree]:
    """Return what of a file stands on none of the other sheets."""
    if path == "study.yaml" or path.partition("/")[0] in GROUPS:
        return {}
    own = {"sources.yaml": "tables", TERMINOLOGY: "codelists"}.get(path)
    return {name: each for name, each in tree.items() if name != own}


def read_tables(reading: Reading, kept: Kept) -> dict[str, dict[str, Tree]]:
    """Return the files that the tables of a workbook say.

    Args:
        reading: the tables, without what is only shown; takes what is wrong.
        kept: takes the IDs that are not ours, and rows that nothing refers to.
    """
    made = Made()
    note_unknown(reading, headings())
    for row in reading.rows(STUDY, ("Attribute",)):
        name = row.cells["Attribute"]
        value = row.cells.get("Value", At("~", row.cell("Value")))
        path = At(ATTRIBUTES.get(name, name), name.cell)
        put_path(made.file("study.yaml"), path, value, reading)
    referred = read_references(reading)
    names = codelist_names(reading)
    read_datasets(BY_NAME["Datasets"], made, reading, referred)
    ordered = sorted(SHEETS, key=lambda each: each.name != "Records")
    for sheet in ordered:
        if sheet.name != "Datasets":
            read_nodes(sheet, made, reading, referred)
    read_block_rows(made, reading)
    if codelists := read_codelists(reading, names):
        made.file(TERMINOLOGY)["codelists"] = codelists
    for sheet in (*_FREE, OTHER):
        _read_free(sheet, made, reading)
    _name_codelists(made, names)
    _keep_ids(referred, names, reading, kept)
    tidy(made)
    return _complete(made.files)


def _name_codelists(made: Made, names: Mapping[str, str]) -> None:
    """Let variables name their codelists as the study does."""
    for path in made.datasets.values():
        content = made.files[path]
        values = content.get("value_level")
        nodes: list[Tree] = list(values) if isinstance(values, list) else []
        for key in ("variables", "supplemental"):
            there = content.get(key)
            nodes += there.values() if isinstance(there, dict) else []
        for node in nodes:
            name = node.get("codelist") if isinstance(node, dict) else None
            if isinstance(node, dict) and isinstance(name, At) and name in names:
                node["codelist"] = At(names[name], name.cell)


def _keep_ids(referred: Referred, names: Mapping[str, str], reading: Reading, kept: Kept) -> None:
    """Keep IDs that are not ours, and the rows that nothing refers to."""
    for sheet, ids in referred.ids.items():
        kept.ids.setdefault(sheet, {}).update(ids)
    other = {name: str(each) for each, name in names.items() if name != each}
    if other:
        kept.ids[CODELISTS] = other
    for sheet, word, name in referred.unused():
        reading.fault(faults.not_used(name.cell, word, name))
        for row in reading.tables[sheet].rows:
            if row.text("ID") == name:
                texts = {heading: str(text) for heading, text in row.cells.items()}
                kept.rows.setdefault(sheet, []).append(texts)


def _read_free(sheet: str, made: Made, reading: Reading) -> None:
    for row in reading.rows(sheet, ("File", "Path")):
        file = row.cells["File"]
        if not belongs(file) or _sheet_of(file) != sheet or not _without_columns(file, {"": None}):
            example = _FREE.get(sheet, "sources.yaml")
            example += "" if example.endswith(".yaml") else "/NAME.yaml"
            reading.fault(faults.not_a_choice(file.cell, file, "File", [example]))
            continue
        value = row.cells.get("Value", At("~", row.cell("Value")))
        put_path(made.file(file), row.cells["Path"], value, reading)


def _complete(files: dict[str, dict[str, Tree]]) -> dict[str, dict[str, Tree]]:
    """Add the mappings that must be there even where nothing is in them."""
    for path, key in (("sources.yaml", "tables"), (TERMINOLOGY, "codelists")):
        if path in files:
            files[path].setdefault(key, {})
    tables = files.get("sources.yaml", {}).get("tables")
    for each in tables.values() if isinstance(tables, dict) else ():
        if isinstance(each, dict):
            each.setdefault("columns", {})
    return dict(sorted(files.items(), key=lambda each: _file_order(each[0])))
