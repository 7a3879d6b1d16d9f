"""A study as a workbook, and a workbook as a study: read, checked, and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trialport.diagnostics import Diagnostic, Severity, SpecError
from trialport.plan.unread_columns import unread_columns
from trialport.read.layers import with_templates
from trialport.read.specification import read_beside
from trialport.spec.layers import Layer
from trialport.spec.load import load_study
from trialport.spec.yaml_text import compose
from trialport.study import (
    PlannedStudy,
    effective_files,
    plan_layers,
    study_folder,
    study_layers,
)
from trialport.workbook.begin import begin_study, is_foreign
from trialport.workbook.book import Table, read_tables, tables
from trialport.workbook.derived import derived
from trialport.workbook.face import plan_face
from trialport.workbook.faults import nothing_shown
from trialport.workbook.kept import FILE as KEPT_FILE
from trialport.workbook.kept import Kept, kept_of
from trialport.workbook.places import in_cells, with_book
from trialport.workbook.read import read_workbook
from trialport.workbook.render import SHOWN, rendered
from trialport.workbook.shown import with_our_names, without_shown
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
    folder = study_folder(Path(study))
    texts = effective_files(layers) if effective else own.own
    kept = _kept_beside(folder, own.shown)
    # A workbook from elsewhere shows nothing of the plan.
    planned = None if kept.foreign else plan_layers(layers, folder)[0]
    return workbook_bytes(shown_tables(_trees(texts), kept, planned), book)


def shown_tables(trees: Trees, kept: Kept, planned: PlannedStudy | None) -> list[Table]:
    """Return the tables of a workbook, with what follows from them and from the plan."""
    says = tables(trees, kept.ids)
    faces = [derived(says, kept)]
    if planned is not None:
        faces.append(plan_face(planned.plan))
    return rendered(says, kept, *faces)


def _kept_beside(folder: Path, shown: str) -> Kept:
    """Return what is kept in workbook.yaml. SpecError where it is no YAML (E10)."""
    node, faults = compose(read_beside(folder, KEPT_FILE), f"{shown}{KEPT_FILE}")
    if faults:
        raise SpecError(faults)
    return Kept() if node is None else kept_of(tree_of(node))


def _trees(texts: Mapping[str, str]) -> Trees:
    nodes = {path: compose(text, path)[0] for path, text in texts.items()}
    trees = {path: tree_of(node) for path, node in nodes.items() if node is not None}
    return {path: tree for path, tree in trees.items() if isinstance(tree, dict)}


def import_workbook(path: Path, folder: Path | None = None) -> Imported:
    """Return the study that a workbook says, checked.

    A workbook that has none of our columns is the beginning of a study, as a define.xml is.

    Args:
        path: the workbook.
        folder: where the study will lie; beside the workbook unless stated. Templates and sponsor
            terminology are looked for there.

    Raises:
        SpecError: the workbook cannot be read as a study (E1030-E1051, E10, E11), with every fault.
    """
    book = path.as_posix()
    trees, kept, found = read_study(path)
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
    files = {name: readable(tree) for name, tree in trees.items()}
    beside = {KEPT_FILE: text} if (text := kept.text()) else {}
    return Imported({**files, **beside}, tuple(found), planned)


def read_study(path: Path) -> tuple[Trees, Kept, list[Diagnostic]]:
    """Return the files that a workbook says, what is kept beside them, and notes; no plan is made.

    Raises:
        SpecError: the workbook cannot be read as a study (E1030-E1051).
    """
    book = path.as_posix()
    reading, kept = read_workbook(path), Kept()
    with_our_names(reading, kept)
    notes: list[Diagnostic] = []
    trees: Trees = {}
    if is_foreign(reading):
        begun = begin_study(reading, kept)
        if begun is not None:
            trees, notes = begun.files, list(begun.notes)
    else:
        if SHOWN not in reading.tables:
            reading.fault(nothing_shown(SHOWN))
        without_shown(reading, kept)
        trees = read_tables(reading, kept)
    found = list(with_book(reading.found, book))
    if any(each.severity is Severity.ERROR for each in found):
        raise SpecError(found)
    return trees, kept, [*found, *notes]


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
