"""The page of the faults: what `errors.yaml` says of each code, and the words in the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import trialport
import yaml

from .error_texts import Raised, raised_in
from .markdown import code, sentence

TEXTS = Path(__file__).parents[1] / "reference" / "errors.yaml"
_HEAD = """# Faults and findings

This page is written by `make docs`: titles, causes and remedies from `docs/reference/errors.yaml`,
messages and rooms from the code. A test compares the codes of both.

Codes are stable. In the messages `...` stands for names and values of yours. The
place before a message is the line of the specification or the record, and the remedy behind it is
often nearer to the matter than the one given here. Codes that begin with TP are
[rules of validation](rules.md).
"""
GROUPS: Mapping[str, str] = {
    "E10": "E10: the files of a specification",
    "E11": "E11: keys, values and names in a specification",
    "E12": "E12: what names refer to",
    "E13": "E13: expressions",
    "E14": "E14: types",
    "E20": "E20: the plan",
    "E30": "E30: reading raw files, transport files and outputs",
    "E31": "E31: raw records against their contract",
    "E32": "E32: values that cannot be converted",
    "E40": "E40: writing transport files",
    "E41": "E41: writing the output folder",
    "E42": "E42: FHIR resources",
    "E43": "E43: Define-XML",
    "E44": "E44: sending to a FHIR server",
    "E45": "E45: the report",
    "E50": "E50: the submission package, and what was decided about findings",
    "E90": "E90: faults of trialport itself",
}


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What is to be said of a code beside its messages."""

    code: str
    title: str
    cause: str
    remedy: str


def error_texts() -> tuple[ErrorText, ...]:
    """Return the texts of `errors.yaml` in their order."""
    return tuple(ErrorText(**each) for each in yaml.safe_load(TEXTS.read_text(encoding="utf-8")))


def errors_raised() -> list[Raised]:
    """Return every use of a code in the package."""
    return raised_in(Path(trialport.__file__).parent)


def errors_page() -> str:
    """Return the page."""
    raised = errors_raised()
    parts = [_HEAD]
    for group, title in GROUPS.items():
        parts.append(f"## {title}\n")
        parts += [
            _section(each, [use for use in raised if use.code == each.code])
            for each in error_texts()
            if each.code.startswith(group)
        ]
    return "\n".join(parts)


def _section(text: ErrorText, uses: Sequence[Raised]) -> str:
    problems = dict.fromkeys(each.problem for each in uses if each.problem)
    rooms = dict.fromkeys(each.room for each in uses if each.problem or not problems)
    lines = [f"### {text.code}", "", f"**{text.title}.** {sentence(text.cause)}", ""]
    lines += [f"- message: {code(each)}" for each in problems]
    lines += [f"- from: {', '.join(rooms)}", f"- remedy: {text.remedy}", ""]
    return "\n".join(lines)
