"""A study as a workbook, and a workbook as a study: read, checked, and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trialport.diagnostics import Diagnostic, Severity, SpecError
from trialport.plan.unread_columns import unread_columns
from trialport.read.layers import with_templates
from trialport.spec.layers import Layer
from trialport.spec.load import load_study
from trialport.spec.yaml_text import compose
from trialport.study import PlannedStudy, effective_files, plan_layers, study_layers
from trialport.workbook.book import read_tables, tables
from trialport.workbook.places import in_cells, with_book
from trialport.workbook.read import read_workbook
from trialport.workbook.tree import Tree, tree_of
from trialport.workbook.write import workbook_bytes
from trialport.workbook.yaml_lines import by_cell, readable

Trees = dict[str, dict[str, Tree]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What a workbook says: the files of the study, and what a check of them finds.

    The findings have the cells that they are about; `planned` is None where one is an error.
    """

    files: Mapping[str, str]
    findings: tuple[Diagnostic, ...]
    planned: PlannedStudy | None


def export_workbook(study: Path | str, book: str, *, effective: bool = False) -> bytes:
    """Return a study as an .xlsx workbook.

    Args:
        study: the folder of a specification, or the name of a shipped study.
        book: the name of the workbook, for faults.
        effective: with what the templates beneath the study say.

    Raises:
        SpecError: the files cannot be read or have faults of their own (E10, E11).
        WriteError: E4110 a text that is too long for a cell.
    """
    layers = study_layers(Path(study))
    *templates, own = layers
    specification, found = load_study(own.files, own.shown, templates)
    if specification is None:
        raise SpecError(found)
    texts = effective_files(layers) if effective else own.own
    return workbook_bytes(tables(_trees(texts)), book)


def _trees(texts: Mapping[str, str]) -> Trees:
    nodes = {path: compose(text, path)[0] for path, text in texts.items()}
    trees = {path: tree_of(node) for path, node in nodes.items() if node is not None}
    return {path: tree for path, tree in trees.items() if isinstance(tree, dict)}


def import_workbook(path: Path, folder: Path | None = None) -> Imported:
    """Return the study that a workbook says, checked.

    Args:
        path: the workbook.
        folder: where the study will lie; beside the workbook unless stated. Templates and sponsor
            terminology are looked for there.

    Raises:
        SpecError: the workbook cannot be read as a study (E1030-E1050, E10, E11), with every fault.
    """
    book = path.as_posix()
    reading = read_workbook(path)
    trees = read_tables(reading)
    found = list(with_book(reading.found, book))
    if any(each.severity is Severity.ERROR for each in found):
        raise SpecError(found)
    shown = f"{book}/"
    written = {name: by_cell(tree) for name, tree in trees.items()}
    lines = {f"{shown}{name}": cells for name, (_, cells) in written.items()}
    own = Layer("", shown, {name: text for name, (text, _) in written.items()})
    place = folder or path.with_suffix("")
    try:
        planned, faults = plan_layers(with_templates(own, place), place)
    except SpecError as error:
        raise SpecError(in_cells(error.diagnostics, book, lines)) from error
    if planned is not None:
        faults = [*faults, *unread_columns(planned.specification)]
    found += in_cells(faults, book, lines)
    return Imported({name: readable(tree) for name, tree in trees.items()}, tuple(found), planned)


def check_workbook(path: Path) -> list[Diagnostic]:
    """Return every fault of a specification in a workbook, each with its cell; nothing is written.

    Raises:
        SpecError: the file cannot be read as a workbook at all (E1030-E1032).
    """
    try:
        return list(import_workbook(path).findings)
    except SpecError as error:
        if any(each.code in _NO_BOOK for each in error.diagnostics):
            raise
        return list(error.diagnostics)


_NO_BOOK = {"E1030", "E1031", "E1032"}
