"""YAML text to a tree of nodes: the part of YAML that a specification may use, and no more.

The tree is built from the parser's events, so that depth, repeated keys, anchors and tags are
seen before anything is made of them. No scalar is resolved: all of them stay text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from trialport.diagnostics import Diagnostic, Place
from trialport.spec import load_faults as faults

LARGEST_FILE = 5_000_000
DEEPEST = 50

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_TEXT = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS = "tag:yaml.org,2002:"
_TEXT = f"{_TAGS}str"


def compose(text: str, file: str) -> tuple[yaml.Node | None, list[Diagnostic]]:
    """Return the tree of a YAML text, or None with the faults E1001, E1004-E1009, E1014-E1016.

    A text without content has neither tree nor fault. Lines in places count from 1.
    """
    text = text.removeprefix("\ufeff")
    found = list(_not_readable(text, file))
    if found:
        return None, found
    tree = _Tree(file)
    try:
        for event in yaml.parse(_Named(text, file), Loader=_LOADER):
            if not tree.take(event):
                break
    except yaml.MarkedYAMLError as error:
        tree.found.append(_not_yaml(error, text, file))
    return (None if tree.found else tree.root), tree.found


def is_absent(node: yaml.Node) -> bool:
    """Say whether the node is an empty plain scalar, `~` or `null`."""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null")


def line(node: yaml.Node) -> int:
    """Return the line on which a node begins, from 1."""
    return node.start_mark.line + 1


def place(node: yaml.Node) -> Place:
    """Return the file and line in which a node begins."""
    return Place(str(node.start_mark.name), line(node))


class _Named(io.StringIO):
    """A text that knows its file, which the marks of its nodes then bear."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


def _not_readable(text: str, file: str) -> Iterator[Diagnostic]:
    if len(text) > LARGEST_FILE or len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        yield faults.too_large(Place(file), LARGEST_FILE)
    elif bad := _NOT_TEXT.search(text):
        place = Place(file, text.count("\n", 0, bad.start()) + 1)
        yield faults.control_character(place, bad.group())


@dataclass(slots=True)
class _Tree:
    """A tree that grows by one event at a time."""

    file: str
    root: yaml.Node | None = None
    found: list[Diagnostic] = field(default_factory=list[Diagnostic])
    open: list[yaml.CollectionNode] = field(default_factory=list[yaml.CollectionNode])
    documents: int = 0

    def take(self, event: yaml.Event) -> bool:
        """Take an event; say whether the next one is wanted."""
        start, end = event.start_mark, event.end_mark
        if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
            self._refuse_anchor_and_tag(event)
        match event:
            case yaml.ScalarEvent():
                self._add(yaml.ScalarNode(_TEXT, event.value, start, end, event.style))
            case yaml.AliasEvent():
                # The fault is told already; quoted empty text keeps the alias's place in the tree.
                self._add(yaml.ScalarNode(_TEXT, "", start, end, "'"))
            case yaml.MappingStartEvent():
                return self._begin(
                    yaml.MappingNode(f"{_TAGS}map", [], start, end, event.flow_style)
                )
            case yaml.SequenceStartEvent():
                return self._begin(
                    yaml.SequenceNode(f"{_TAGS}seq", [], start, end, event.flow_style)
                )
            case yaml.CollectionEndEvent():
                self._end()
            case yaml.DocumentStartEvent():
                return self._begin_document(event)
            case _:
                pass
        return True

    def _refuse_anchor_and_tag(self, event: yaml.Event) -> None:
        anchor: str | None = getattr(event, "anchor", None)
        tag: str | None = getattr(event, "tag", None)
        if anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            self.found.append(faults.anchor(self._place(event), f"{sign}{anchor}"))
        if tag is not None:
            name = tag.replace(_TAGS, "!!")
            self.found.append(faults.tag(self._place(event), name))

    def _begin_document(self, event: yaml.Event) -> bool:
        self.documents += 1
        if self.documents > 1:
            self.found.append(faults.second_document(self._place(event)))
        return self.documents == 1

    def _place(self, begun: yaml.Event | yaml.Node) -> Place:
        return Place(self.file, begun.start_mark.line + 1)

    def _add(self, node: yaml.Node) -> None:
        if self.open:
            self.open[-1].value.append(node)
        else:
            self.root = node

    def _begin(self, node: yaml.CollectionNode) -> bool:
        if len(self.open) == DEEPEST:
            self.found.append(faults.too_deep(self._place(node), DEEPEST))
            return False
        self._add(node)
        self.open.append(node)
        return True

    def _end(self) -> None:
        node = self.open.pop()
        if isinstance(node, yaml.MappingNode):
            node.value = list(zip(node.value[::2], node.value[1::2], strict=True))
            self.found += _key_faults(node, self.file)


def _key_faults(mapping: yaml.MappingNode, file: str) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for key, _ in mapping.value:
        if not isinstance(key, yaml.ScalarNode):
            yield faults.key_is_no_text(Place(file, line(key)))
        elif key.value == "<<" and not key.style:
            yield faults.merge_key(Place(file, line(key)))
        elif key.value in first:
            yield faults.repeated_key(Place(file, line(key)), key.value, first[key.value])
        else:
            first[key.value] = line(key)


def _not_yaml(error: yaml.MarkedYAMLError, text: str, file: str) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return faults.not_yaml(Place(file), str(error.problem), "")
    problem = str(error.problem)
    begun = error.context_mark
    if error.context and begun is not None and begun.line != mark.line:
        problem = f"{problem} {error.context} that begins in line {begun.line + 1}"
    lines = text.splitlines()
    remedy = _remedy(lines[mark.line : mark.line + 1], mark.column)
    number = _open_end(lines, mark) if "flow" in str(error.context) else mark.line
    return faults.not_yaml(Place(file, number + 1), problem, remedy)


def _open_end(lines: list[str], mark: yaml.Mark) -> int:
    """Return the line where a bracket is left open: the next line that has a key is not at fault.

    >>> _open_end(["a: {b: c", "", "d: e"], yaml.Mark("", 0, 2, 1, None, None))
    0
    """
    before = lines[mark.line][: mark.column] if mark.line < len(lines) else ""
    if re.search(r"[\[{,]", before):
        return mark.line
    filled = [at for at in range(mark.line) if at < len(lines) and lines[at].strip()]
    return filled[-1] if filled else mark.line


# A value that begins with a quoted text and goes on after it: 'a' || 'b'
_GOES_ON = re.compile(r"""(?:^|[:,\[{-])\s+(?:'[^']*'|"[^"]*")\s*[^\s,:#\]}'"]""")


def _remedy(lines: list[str], column: int) -> str:
    """Return what to do, as the faulty line shows it."""
    if not lines:
        return ""
    at, before = lines[0][column : column + 1], lines[0][:column]
    if at == "\t" and not before.strip():
        return "indent with blanks"
    if _GOES_ON.search(lines[0]):
        return "put the whole text in double quotes"
    if at == ":":
        return "quote text that holds ': ', and indent keys of one mapping alike"
    if at and at in "@`%|>":
        return f"quote text that begins with '{at}'"
    return ""
