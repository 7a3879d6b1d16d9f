"""The merged specification as YAML text, each line with the file and line that it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import yaml

from trialport.spec.merge import MergedFile
from trialport.spec.yaml_text import place

_ALREADY_DONE = ("extends", "drop")
"""Keys that merging has carried out; the merged specification stands without templates."""

_BREAKS = {0x85: "\\N", 0x2028: "\\L", 0x2029: "\\P"}


def effective_texts(files: Mapping[str, MergedFile]) -> dict[str, str]:
    """Return the text of each merged file by its path; read again, it gives the same nodes.

    A list or mapping that was written on one line stays on one. Comments are those of the origin
    alone: what the authors noted stays in their files.
    """
    return {path: _text(each.root) for path, each in files.items() if each.root is not None}


def _text(root: yaml.Node) -> str:
    if isinstance(root, yaml.MappingNode):
        entries = [each for each in root.value if each[0].value not in _ALREADY_DONE]
        root = yaml.MappingNode(root.tag, entries, root.start_mark, root.end_mark)
    return "".join(f"{line}\n" for line in _lines(root, ""))


def _lines(node: yaml.Node, indent: str) -> Iterator[str]:
    """Yield the lines of a node that stands alone."""
    match node:
        case yaml.MappingNode() if node.value:
            for key, value in node.value:
                yield from _entry(f"{indent}{_scalar(key)}:", key, value, indent)
        case yaml.SequenceNode() if node.value:
            for each in node.value:
                yield from _item(each, indent)
        case _:
            yield f"{indent}{_in_line(node)}{_origin(node)}"


def _entry(head: str, origin: yaml.Node, value: yaml.Node, indent: str) -> Iterator[str]:
    """Yield `head` with a value: beside it where it is one line, else below it."""
    if isinstance(value, yaml.ScalarNode) and value.style in ("|", ">") and _fits_block(value):
        yield f"{head} |{_chomping(value.value)}{_origin(origin)}"
        yield from (f"{indent}  {line}" if line else "" for line in _block_lines(value.value))
    elif isinstance(value, yaml.ScalarNode) or _is_one_line(value):
        yield f"{head} {_in_line(value)}".rstrip() + _origin(origin)
    else:
        yield f"{head}{_origin(origin)}"
        yield from _lines(value, f"{indent}  ")


def _item(node: yaml.Node, indent: str) -> Iterator[str]:
    if isinstance(node, yaml.ScalarNode) or _is_one_line(node):
        yield from _entry(f"{indent}-", node, node, f"{indent}  ")
        return
    first, *rest = _lines(node, f"{indent}  ")
    yield f"{indent}- {first.lstrip()}"
    yield from rest


def _is_one_line(node: yaml.Node) -> bool:
    """Say whether a list or mapping is empty, or was written between brackets on one line."""
    if not isinstance(node, yaml.CollectionNode) or not node.value:
        return True
    marks = {(each.start_mark.name, each.start_mark.line) for each in _nodes(node)}
    return bool(node.flow_style) and len(marks) == 1


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    match node:
        case yaml.MappingNode():
            for key, value in node.value:
                yield from (*_nodes(key), *_nodes(value))
        case yaml.SequenceNode():
            for each in node.value:
                yield from _nodes(each)
        case _:
            pass


def _in_line(node: yaml.Node) -> str:
    match node:
        case yaml.MappingNode():
            inside = (f"{_scalar(key)}: {_in_line(value)}" for key, value in node.value)
            return f"{{{', '.join(inside)}}}"
        case yaml.SequenceNode():
            return f"[{', '.join(map(_in_line, node.value))}]"
        case _:
            return _scalar(node)


def _scalar(node: yaml.Node) -> str:
    """Return a text as it was written, or between double quotes where that takes several lines."""
    text = str(node.value)
    if isinstance(node, yaml.ScalarNode) and not _has_break(text):
        if not node.style:
            return text
        if node.style == "'":
            return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False).translate(_BREAKS).replace("\x7f", "\\x7f")


def _fits_block(node: yaml.ScalarNode) -> bool:
    """Say whether a text can stand in lines below its key and come out the same."""
    body = node.value.removesuffix("\n")
    plain_breaks = body.split("\n") == body.splitlines()
    return plain_breaks and not body.startswith((" ", "\t")) and not body.endswith("\n")


def _block_lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


def _chomping(text: str) -> str:
    """Return the sign that tells whether a block ends with a line end."""
    return "" if text.endswith("\n") else "-"


def _has_break(text: str) -> bool:
    return len(text.splitlines()) > 1 or text.endswith(("\n", "\r", "\x85", "\u2028", "\u2029"))


def _origin(node: yaml.Node) -> str:
    shown = str(place(node))
    return f"  # {shown if shown.isprintable() else shown.encode('unicode_escape').decode()}"
