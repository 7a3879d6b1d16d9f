"""Findings as the XML that build servers show as tests."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from lxml import etree

from trialport.diagnostics import plain
from trialport.findings.judged import Cause, Judged, causes

MOST_EXAMPLES = 20
"""How many findings of one cause are listed; the rest is counted."""


def junit(judged: Sequence[Judged], not_run: Iterable[tuple[str, str, str]] = ()) -> bytes:
    """Return one suite a code, with one case for each cause.

    A case fails where a finding of it weighs: an error that is new and not settled. Warnings and
    what was decided are told as output of a case that passes, what was not run is skipped.
    """
    cases = [(each.code, _of_cause(each)) for each in causes(judged)]
    cases += [(code, _skipped(code, dataset, reason)) for code, dataset, reason in not_run]
    cases.sort(key=lambda each: each[0])
    root = etree.Element(
        "testsuites", name="trialport validate", **_counts(case for _, case in cases)
    )
    for code, members in groupby(cases, key=lambda each: each[0]):
        own = [case for _, case in members]
        suite = etree.SubElement(root, "testsuite", name=code, **_counts(own))
        suite.extend(own)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _of_cause(cause: Cause) -> Any:  # noqa: ANN401 - an element of lxml
    name = " ".join(each for each in (cause.dataset, cause.variable, cause.state) if each)
    case = etree.Element("testcase", classname=cause.code, name=plain(name or cause.code))
    lines = [_line(each) for each in cause.findings[:MOST_EXAMPLES]]
    further = len(cause.findings) - len(lines)
    text = "\n".join([*lines, *([f"{further} more"] if further else [])])
    if any(each.weighs for each in cause.findings):
        first = next(each for each in cause.findings if each.weighs).finding
        part = etree.SubElement(
            case, "failure", type=cause.severity.value, message=plain(first.problem)
        )
    else:
        part = etree.SubElement(case, "system-out")
    part.text = text
    return case


def _line(judged: Judged) -> str:
    state = f" [{judged.state}]" if judged.state else ""
    return plain(f"{judged.finding.severity.value}: {judged.finding}{state}")


def _skipped(code: str, dataset: str, reason: str) -> Any:  # noqa: ANN401 - an element of lxml
    case = etree.Element("testcase", classname=code, name=plain(dataset or code))
    etree.SubElement(case, "skipped", message=plain(reason))
    return case


def _counts(cases: Iterable[Any]) -> dict[str, str]:
    every = list(cases)
    return {
        "tests": str(len(every)),
        "failures": str(sum(case.find("failure") is not None for case in every)),
        "errors": "0",
        "skipped": str(sum(case.find("skipped") is not None for case in every)),
    }
