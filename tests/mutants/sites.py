"""The places of a YAML text that a mutant may change: every scalar with its path and its span."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A key or a value of a file: `path` are the keys above it, the entry of a list as `[]`.

    `text` is what it means, `raw` what stands from `start` to `end` in the file.
    """

    file: str
    path: Path
    text: str
    raw: str
    start: int
    end: int
    line: int
    is_key: bool = False

    @property
    def last(self) -> str:
        """Return the key that the value stands under."""
        return next((each for each in reversed(self.path) if each != "[]"), "")


def sites(file: str, text: str) -> Iterator[Site]:
    """Yield every key and every scalar value in the order of the text."""
    root = yaml.compose(text, Loader=yaml.CBaseLoader)
    if root is not None:
        yield from _walk(file, (), root, text)


def _walk(file: str, path: Path, node: yaml.Node, text: str) -> Iterator[Site]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield _site(file, path, key, text, is_key=True)
            yield from _walk(file, (*path, str(key.value)), value, text)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _walk(file, (*path, "[]"), each, text)
    elif isinstance(node, yaml.ScalarNode):
        yield _site(file, path, node, text)


def _site(file: str, path: Path, node: yaml.Node, text: str, *, is_key: bool = False) -> Site:
    start, end = node.start_mark.index, node.end_mark.index
    raw = text[start:end]
    return Site(file, path, str(node.value), raw, start, end, node.start_mark.line + 1, is_key)


_EXPRESSION_KEYS = {"value", "where", "unless", "result", "link", "when"}
_PLAIN_PARENTS = {"variables", "set", "supplemental"}


def is_dataset(file: str) -> bool:
    """Say whether a file is one of a dataset, of the study or of a template."""
    return "sdtm/" in file or "adam/" in file


def is_expression(site: Site) -> bool:
    """Say whether a value of a dataset's file is an expression, by the keys above it."""
    if site.is_key or not is_dataset(site.file):
        return False
    return site.last in _EXPRESSION_KEYS or (
        len(site.path) >= 2 and site.path[-2] in _PLAIN_PARENTS
    )


_WORD = re.compile(r"'(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?\(?")


def words(site: Site) -> Iterator[tuple[int, str]]:
    """Yield (place in what is written, word) of the names of an expression, texts left out.

    A function is yielded with its bracket: `study_day(`.
    """
    for found in _WORD.finditer(site.raw):
        if not found[0].startswith("'"):
            yield found.start(), found[0]
