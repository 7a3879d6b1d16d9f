"""Workbooks of small studies, made and changed for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

from trialport.diagnostics import Place
from trialport.read.specification import read_folder
from trialport.spec.nodes import Specification
from trialport.spec.yaml_text import compose
from trialport.workbook.book import Table, read_tables, tables
from trialport.workbook.kept import Kept
from trialport.workbook.read import read_workbook
from trialport.workbook.shown import without_shown
from trialport.workbook.tree import Tree, tree_of
from trialport.workbook.write import workbook_bytes
from trialport.workbook.yaml_lines import readable

ROOT = Path(__file__).parents[2]
BASE = Path(__file__).parent / "base"
TINY = ROOT / "tests/cli/tiny/study"
EVERY_KEY = ROOT / "tests/spec/every_key"
SHIPPED = sorted(each for each in (ROOT / "mappings/studies").iterdir() if each.is_dir())


def trees(texts: Mapping[str, str]) -> dict[str, dict[str, Tree]]:
    """Return what the files of a study hold."""
    made: dict[str, dict[str, Tree]] = {}
    for path, text in texts.items():
        node, faults = compose(text, path)
        assert faults == []
        tree = None if node is None else tree_of(node)
        if isinstance(tree, dict):
            made[path] = tree
    return made


def study_tables(folder: Path) -> list[Table]:
    """Return the tables of a study in a folder."""
    return tables(trees(read_folder(folder)))


def write_book(path: Path, made: list[Table]) -> Path:
    """Write tables as a workbook."""
    path.write_bytes(workbook_bytes(made, path.name))
    return path


def texts_of(path: Path) -> dict[str, str]:
    """Return the files that a workbook says, which must have no fault."""
    reading, kept = read_workbook(path), Kept()
    without_shown(reading, kept)
    made = read_tables(reading, kept)
    assert [str(each) for each in reading.found] == []
    return {name: readable(tree) for name, tree in made.items()}


def leaves(value: object) -> Iterator[object]:
    """Yield the classes, keys and texts of a specification in their order; places are left out."""
    if isinstance(value, Place):
        return
    if is_dataclass(value) and not isinstance(value, type):
        yield type(value)
        if isinstance(value, Specification):
            roots = (compose(text, "")[0] for text in value.rules.values())
            yield from ([tree_of(each) for each in roots if each is not None])
        for field in fields(value):
            if not (
                isinstance(value, Specification) and field.name in ("digest", "templates", "rules")
            ):
                yield from leaves(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield name
            yield from leaves(each)
    elif isinstance(value, tuple | list):
        yield len(value)
        for each in value:
            yield from leaves(each)
    else:
        yield value


def changed(made: list[Table], edits: Mapping[str, str]) -> list[Table]:
    """Return tables with other texts in cells, by `Sheet!Heading@row`; row 1 holds headings."""
    sheets = {each.name: each for each in made}
    for at, text in edits.items():
        name, _, rest = at.partition("!")
        heading, _, number = rest.partition("@")
        table = sheets[name]
        rows = [dict(each) for each in table.rows]
        if number == "1":
            headings = tuple(text if each == heading else each for each in table.headings)
            rows = [{text if h == heading else h: t for h, t in each.items()} for each in rows]
            sheets[name] = Table(name, tuple(each for each in headings if each), tuple(rows))
            continue
        while len(rows) < int(number) - 1:
            rows.append({})
        rows[int(number) - 2][heading] = text
        sheets[name] = Table(name, table.headings, tuple(rows))
    return list(sheets.values())


NO_RESULT = "-no result-"
"""What formulas are given as their value that are to have none."""


def without_results(content: bytes) -> bytes:
    """Return a workbook whose formulas with that value were never computed."""
    return changed_parts(content, "xl/worksheets/", f"<v>{NO_RESULT}</v>".encode(), b"")


def changed_parts(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return a workbook with other bytes in the parts whose names begin so."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(made, "w", 8) as written:
        for name in parts.namelist():
            text = parts.read(name)
            written.writestr(name, text.replace(old, new, 1) if name.startswith(part) else text)
    return made.getvalue()
