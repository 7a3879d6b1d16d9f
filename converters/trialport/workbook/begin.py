"""A study begun from a workbook of Pinnacle 21, and what of the workbook is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialport.define.skeleton import skeleton
from trialport.diagnostics import Diagnostic, Severity
from trialport.spec.yaml_text import compose
from trialport.workbook import faults
from trialport.workbook.book import REFERRING, Table, headings, read_tables, tables
from trialport.workbook.cell_text import list_value
from trialport.workbook.cells import At, Cell
from trialport.workbook.codelists import CODELISTS
from trialport.workbook.derived import derived
from trialport.workbook.foreign import define_document
from trialport.workbook.kept import Kept
from trialport.workbook.layout import PART
from trialport.workbook.pinnacle import RowKeys
from trialport.workbook.reading import Reading, ReadTable, Row
from trialport.workbook.references import COMMENTS, METHODS, WHERES
from trialport.workbook.render import SHOWN, rendered
from trialport.workbook.tree import Tree, tree_of
from trialport.workbook.unknown import note_unknown

Trees = dict[str, dict[str, Tree]]
_REFERENCES = {name: sheet for name, sheet in REFERRING.items() if sheet != CODELISTS}


@dataclass(frozen=True, slots=True)
class Begun:
    """The files of a study whose texts stand in cells of the workbook, and notes."""

    files: Trees
    notes: tuple[Diagnostic, ...]


def is_foreign(reading: Reading) -> bool:
    """Say whether a workbook has none of the columns by which a study is made of it."""
    datasets = reading.tables.get("Datasets")
    return datasets is not None and "Group" not in datasets.headings and SHOWN not in reading.tables


def begin_study(reading: Reading, kept: Kept) -> Begun | None:
    """Return the study that a workbook is the beginning of; None where it has faults.

    Args:
        reading: the sheets, with our names.
        kept: takes what a specification has no place for.
    """
    kept.foreign = True
    note_unknown(reading, headings(), needed=())
    document = define_document(reading)
    if any(each.severity is Severity.ERROR for each in reading.found):
        return None
    made = skeleton(document)
    trees: Trees = {}
    for path, text in made.files.items():
        node, _ = compose(text, path)
        tree = None if node is None else tree_of(node)
        assert isinstance(tree, dict)
        trees[path] = tree
    kept.ids.update(_ids(trees, reading))
    says = tables(trees, kept.ids)
    shows = rendered(says, Kept(), derived(says, kept))
    _keep_the_rest(reading, shows, kept)
    for sheet in reading.tables:
        cells = sum(map(len, kept.cells.get(sheet, {}).values()))
        rows = len(kept.rows.get(sheet, ()))
        if cells or rows:
            reading.fault(faults.kept_cells(sheet, cells, rows))
    located = Reading({each.name: _located(each, reading) for each in says})
    return Begun(read_tables(located, Kept()), made.notes)


def _ids(trees: Trees, reading: Reading) -> dict[str, dict[str, str]]:
    """Return the IDs of the workbook by the names that we would give."""
    says = tables(trees)
    plain = {each.name: each for each in rendered(says, Kept(), derived(says, Kept()))}
    ids: dict[str, dict[str, str]] = {name: {} for name in (METHODS, COMMENTS, WHERES)}
    ids["Codelists"] = _codelist_ids(plain["Codelists"], reading)
    whens = (_whens(plain[WHERES].rows), _whens(_rows(reading, WHERES)))
    for sheet in ("Variables", "ValueLevel"):
        theirs = _by_content(_rows(reading, sheet), whens[1])
        for key, row in _by_content(plain[sheet].rows, whens[0]).items():
            other = theirs.get(key, {})
            for heading, referred in _REFERENCES.items():
                if row.get(heading) and other.get(heading):
                    ids[referred][row[heading]] = str(other[heading])
    return ids


def _rows(reading: Reading, sheet: str) -> list[Mapping[str, str]]:
    table = reading.tables.get(sheet)
    return [row.cells for row in table.rows] if table is not None else []


def _codelist_ids(table: Table, reading: Reading) -> dict[str, str]:
    """Return the IDs of codelists; ours come in the order of theirs."""
    ours = list(dict.fromkeys(row["ID"] for row in table.rows))
    with_terms = [row for row in _rows(reading, "Codelists") if row.get("Term")]
    theirs = list(dict.fromkeys(str(row["ID"]) for row in with_terms))
    pairs = zip(ours, theirs, strict=True) if len(ours) == len(theirs) else ()
    return {own: other for own, other in pairs if own != other}


_When = tuple[tuple[str, str, tuple[str, ...]], ...]


def _whens(rows: Sequence[Mapping[str, str]]) -> dict[str, _When]:
    """Return what each where clause asks for: dataset, variable and values."""
    made: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
    for row in rows:
        value = At(row.get("Value", ""), Cell("", 1, 1))
        is_list = row.get("Comparator") in ("IN", "NOTIN")
        values = list_value(value, []) if is_list else [value]
        listed = tuple(str(each) for each in values) if isinstance(values, list) else ()
        asked = (row.get("Dataset", ""), row.get("Variable", ""), listed)
        made.setdefault(str(row.get("ID", "")), []).append(asked)
    return {name: tuple(sorted(each)) for name, each in made.items()}


def _by_content(
    rows: Sequence[Mapping[str, str]], whens: Mapping[str, _When]
) -> dict[tuple[object, ...], Mapping[str, str]]:
    """Return rows by dataset, variable and what their where clause asks for."""
    made: dict[tuple[object, ...], Mapping[str, str]] = {}
    for row in rows:
        when = whens.get(row.get("Where Clause", ""), ())
        address = tuple(str(row.get(each, "")) for each in ("Dataset", "Variable", PART))
        made.setdefault((*address, when), row)
    return made


def _keep_the_rest(reading: Reading, shows: Sequence[Table], kept: Kept) -> None:
    """Keep each cell that the study would show otherwise, and each row that it would not have."""
    ours = {each.name: _keyed(each) for each in shows}
    for sheet, table in reading.tables.items():
        keys = RowKeys(sheet)
        known = ours.get(sheet, {})
        for row in table.rows:
            key = keys.of(row.cells)
            there = known.get(key)
            if there is None:
                kept.rows.setdefault(sheet, []).append({n: str(t) for n, t in row.cells.items()})
                continue
            for heading in table.headings:
                says, theirs = there.get(heading, ""), row.text(heading)
                if says != theirs:
                    kept.keep(sheet, key, heading, says, str(theirs))


def _keyed(table: Table) -> dict[str, Mapping[str, str]]:
    keys = RowKeys(table.name)
    return {keys.of(row): row for row in table.rows}


def _located(table: Table, reading: Reading) -> ReadTable:
    """Return a table whose cells are those of the workbook that they come from."""
    theirs = reading.tables.get(table.name)
    keys = RowKeys(table.name)
    rows = {keys.of(row.cells): row for row in theirs.rows} if theirs is not None else {}
    datasets = {row.text("Dataset"): row for row in reading.tables["Datasets"].rows}
    variables = {
        (row.text("Dataset"), row.text("Variable")): row for row in reading.tables["Variables"].rows
    }
    own = RowKeys(table.name)
    made: list[Row] = []
    for number, cells in enumerate(table.rows, 2):
        dataset = cells.get("Dataset", cells.get("Table", "").upper())
        row = rows.get(own.of(cells)) or variables.get((dataset, cells.get("Column", "")))
        row = row or datasets.get(dataset)
        made.append(_located_row(table, number, cells, row))
    headings = {heading: at for at, heading in enumerate(table.headings, 1)}
    return ReadTable(table.name, headings, tuple(made))


def _located_row(table: Table, number: int, cells: Mapping[str, str], row: Row | None) -> Row:
    first = row.first().cell if row is not None else Cell("Study", 1, 1)
    headings = row.headings if row is not None else {}
    texts: dict[str, At] = {}
    for heading, text in cells.items():
        at = row.cell(heading) if row is not None and heading in headings else first
        texts[heading] = At(text, at)
    return Row(table.name, number, texts, headings)
