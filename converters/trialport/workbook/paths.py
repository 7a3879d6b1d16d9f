"""Files whose shape is too free for columns: a row for each text, with the path to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from trialport.workbook import faults
from trialport.workbook.cell_text import flow_text, mixed_text
from trialport.workbook.cells import At, written
from trialport.workbook.layout import Kind
from trialport.workbook.reading import Reading
from trialport.workbook.tree import Tree, is_plain_list

_WORD = re.compile(r"[^\W]+(?:[ /%+:-]*[^\W]+)*")
_STEP = re.compile(r'(?:^|\.)(?:("(?:[^"\\]|\\.)*")|([^."\[\]]+))|\[([1-9][0-9]{0,5})\]')

_DEEPEST = 40


def path_rows(tree: Tree, head: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and cell of each text of a tree; a list of texts alone is one cell."""
    if isinstance(tree, dict) and tree:
        for name, each in tree.items():
            yield from path_rows(each, f"{head}.{_step(name)}" if head else _step(name))
    elif isinstance(tree, list) and tree and not is_plain_list(tree):
        for number, each in enumerate(tree, 1):
            yield from path_rows(each, f"{head}[{number}]")
    else:
        yield head, flow_text(tree) if isinstance(tree, dict | list) else mixed_text(tree)


def _step(name: str) -> str:
    return name if _WORD.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def steps_of(path: str) -> list[str | int] | None:
    """Return the names and numbers of a path; None where it is none.

    >>> steps_of('content.code[2]."a.b"'), steps_of("a..b")
    (['content', 'code', 2, 'a.b'], None)
    """
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or len(steps) == _DEEPEST:
            return None
        quoted, word, number = match.groups()
        steps.append(json.loads(quoted, strict=False) if quoted else word or int(number))
        at = match.end()
    return steps if steps and isinstance(steps[0], str) else None


def put_path(tree: dict[str, Tree], path: At, text: At, reading: Reading) -> None:
    """Put the text of a row where its path leads to."""
    try:
        steps = steps_of(path)
    except ValueError:
        steps = None
    if steps is None:
        reading.fault(faults.no_path(path.cell, path, "cannot be read"))
        return
    value = reading.value(text, Kind.MIXED)
    why = _put(tree, steps, value, path)
    if why:
        reading.fault(faults.no_path(path.cell, path, why))


def _put(tree: Tree, steps: Sequence[str | int], value: Tree, path: At) -> str:
    """Put a value; return why it cannot be, or ''."""
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if not isinstance(tree, dict):
            return f"has the name '{step}' where a row before it has a number or a value"
        if step in tree and not rest:
            return f"stands in {written(tree, step).cell} already"
        if not rest:
            tree[At(step, path.cell)] = value
            return ""
        inner = tree.setdefault(At(step, path.cell), _opened(rest[0]))
    else:
        if not isinstance(tree, list):
            return f"has the number [{step}] where a row before it has a name or a value"
        if step > len(tree) + 1 or (step <= len(tree) and not rest):
            return f"has the number [{step}] where [{len(tree) + 1}] comes next"
        if not rest:
            tree.append(value)
            return ""
        if step > len(tree):
            tree.append(_opened(rest[0]))
        inner = tree[step - 1]
    return _put(inner, rest, value, path)


def _opened(step: str | int) -> Tree:
    return {} if isinstance(step, str) else []
