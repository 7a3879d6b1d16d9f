"""Names with placeholders, as ADaM writes them: TRTxxP, CRITyFL, ANLzzFL, *DT, --DECOD."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

# ADaMIG 1.3, 3.1.4: xx and zz are 01-99, w is 1-9, y is 1-99 without a leading zero.
_NUMBERS = {"xx": "[0-9]{2}", "zz": "[0-9]{2}", "y": "[1-9][0-9]?", "w": "[1-9]"}
_ELSE = {"--": "[A-Z]{2}", "*": "[A-Z][A-Z0-9]*"}
_PLACEHOLDER = re.compile(r"xx|zz|y|w|--|\*")
_IN_LABEL = re.compile(r"\b(xx|zz|y|w|XX)\b")


def matching_pattern(name: str, patterns: Iterable[str]) -> str | None:
    """Return the most specific of the patterns that the name fits, or None.

    The pattern with the most fixed characters is the most specific; the first of equals.

    >>> matching_pattern("AP02SDT", ["TRTxxP", "*DT", "*SDT", "APxxSDT"])
    'APxxSDT'
    """
    by_start = _with_placeholders(tuple(patterns))
    fitting = [
        each
        for start, end, each in by_start.get(name[:1]) or by_start[""]
        if name.startswith(start) and name.endswith(end) and _compiled(each).fullmatch(name)
    ]
    return max(fitting, key=lambda each: len(_PLACEHOLDER.sub("", each)), default=None)


def filled_label(label: str, pattern: str, name: str) -> str:
    """Return the label with the numbers of the name in place of the pattern's placeholders.

    >>> filled_label("Planned Treatment for Period xx", "TRTxxP", "TRT01P")
    'Planned Treatment for Period 01'
    """
    found = _compiled(pattern).fullmatch(name)
    values = dict(zip(_PLACEHOLDER.findall(pattern), found.groups() if found else (), strict=False))
    if "--" in values:
        values["XX"] = values["--"]
    return _IN_LABEL.sub(lambda each: values.get(each[1], each[1]), label)


def has_placeholder(name: str) -> bool:
    """Return whether the name is a pattern.

    >>> has_placeholder("TRTxxP"), has_placeholder("TRTP")
    (True, False)
    """
    return _PLACEHOLDER.search(name) is not None


@cache
def _with_placeholders(names: tuple[str, ...]) -> Mapping[str, Sequence[tuple[str, str, str]]]:
    """Return those names that are patterns, each after its fixed start and end.

    These tell at no cost that most names do not fit; nor do patterns that begin with another
    character. By that character, those without one at each; the latter alone at ''.
    """
    pieces = [(_PLACEHOLDER.split(each), each) for each in names]
    found = [(parts[0], parts[-1], each) for parts, each in pieces if len(parts) > 1]
    firsts = {start[:1] for start, _, _ in found} | {""}
    return {first: [each for each in found if each[0][:1] in ("", first)] for first in firsts}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    texts: list[str] = []
    start = 0
    for found in _PLACEHOLDER.finditer(pattern):
        texts += re.escape(pattern[start : found.start()]), f"({(_NUMBERS | _ELSE)[found[0]]})"
        start = found.end()
    return re.compile("".join(texts) + re.escape(pattern[start:]))
