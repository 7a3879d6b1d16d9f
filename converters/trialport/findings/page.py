"""Findings as one page of HTML that needs nothing else, and can be read without its script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from lxml import html

from trialport.diagnostics import Severity, plain
from trialport.findings.explained import Explanation, explanations
from trialport.findings.judged import Cause, Judged, causes, state_counts

MOST_EXAMPLES = 20
"""How many findings of one cause are shown; the rest is counted."""

_STATES = ("open", "accepted", "to-be-fixed", "false-positive", "known")


def findings_page(
    title: str, judged: Sequence[Judged], not_run: Iterable[tuple[str, str, str]] = ()
) -> str:
    """Return the page: counts, causes with examples, and what was not run."""
    found, skipped = causes(judged), list(not_run)
    known = explanations({each.code for each in found})
    style, script = _read("page.css"), _read("page.js")
    head = _element(
        "head",
        {},
        _element("meta", {"charset": "utf-8"}),
        _element("meta", _policy(style, script)),
        _element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        _element("title", {}, f"Findings: {title}"),
        _element("style", {}, style),
    )
    body = _element(
        "body",
        {},
        _element("h1", {}, f"Findings: {title}"),
        _element("p", {}, _summary(judged, found)),
        _filter(),
        _causes(found, known),
        _element("h2", {}, f"Not run: {len(skipped)}"),
        _table(("Rule", "Dataset", "Reason"), [_row(each) for each in skipped]),
        _element("script", {}, script),
    )
    page = _element("html", {"lang": "en"}, head, body)
    return str(html.tostring(page, encoding="unicode", doctype="<!DOCTYPE html>")) + "\n"


def _read(name: str) -> str:
    return (files("trialport.findings") / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> dict[str, str]:
    """Return what the page may do: show itself with its own style and script, and nothing else."""
    style_, script_ = (
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()
        for each in (style, script)
    )
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_}'; script-src 'sha256-{script_}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"http-equiv": "Content-Security-Policy", "content": policy}


def _summary(judged: Sequence[Judged], found: Sequence[Cause]) -> str:
    counts = {each.value: sum(one.finding.severity is each for one in judged) for each in Severity}
    told = [f"{name}: {count}" for name, count in {**counts, **state_counts(judged)}.items()]
    return f"{'; '.join(told)}; causes: {len(found)}; that weigh: {sum(x.weighs for x in judged)}"


def _filter() -> Any:  # noqa: ANN401 - an element of lxml
    """Return the fields of the filter, hidden until the script is there to answer them."""
    return _element(
        "form",
        {"id": "filter", "hidden": "hidden"},
        _element("input", {"name": "search", "type": "search", "placeholder": "search"}),
        _select("severity", [each.value for each in Severity]),
        _select("state", _STATES),
        _element("output", {"id": "shown"}),
    )


def _select(name: str, values: Iterable[str]) -> Any:  # noqa: ANN401 - an element of lxml
    options = [_element("option", {"value": each}, each) for each in values]
    every = _element("option", {"value": ""}, f"any {name}")
    return _element("select", {"name": name, "aria-label": name}, every, *options)


def _causes(found: Iterable[Cause], known: Mapping[str, Explanation]) -> Any:  # noqa: ANN401
    heads = ("Severity", "Code", "Dataset", "Variable", "Records", "Findings", "Disposition")
    table = _table(heads, [_cause(each, known.get(each.code)) for each in found])
    table.set("id", "causes")
    return table


def _cause(cause: Cause, explained: Explanation | None) -> Any:  # noqa: ANN401
    shown = cause.findings[:MOST_EXAMPLES]
    further = len(cause.findings) - len(shown)
    examples = [_element("li", {}, _example(each)) for each in shown]
    examples += [_element("li", {}, f"{further} more")] if further else []
    first = cause.findings[0].finding
    summary = _element("summary", {}, explained.title if explained else first.problem)
    remedy = [_element("p", {}, f"Remedy: {first.remedy}")] if first.remedy else []
    details = _element("details", {}, summary, *remedy, _element("ul", {}, *examples))
    decided = cause.findings[0].disposition
    state = decided.status.value if decided else "known" if cause.findings[0].is_known else "open"
    settled = " settled" if state not in ("open", "to-be-fixed") else ""
    return _element(
        "tr",
        {
            "class": f"{cause.severity.value}{settled}",
            "data-severity": cause.severity.value,
            "data-state": state,
        },
        _element("td", {}, cause.severity.value),
        _element("td", {}, _element("code", {}, cause.code)),
        _element("td", {}, cause.dataset),
        _element("td", {}, cause.variable),
        _element("td", {"class": "count"}, str(cause.records)),
        _element("td", {}, details),
        _element("td", {}, cause.state),
    )


def _example(judged: Judged) -> str:
    place = str(judged.finding.place)
    behind = f" ({judged.finding.origin})" if judged.finding.origin else ""
    return f"{place}: {judged.finding.problem}{behind} [{judged.fingerprint}]"


def _row(cells: Iterable[str]) -> Any:  # noqa: ANN401 - an element of lxml
    return _element("tr", {}, *(_element("td", {}, each) for each in cells))


def _table(heads: Iterable[str], rows: Iterable[Any]) -> Any:  # noqa: ANN401
    head = _element("tr", {}, *(_element("th", {"scope": "col"}, each) for each in heads))
    body = _element("tbody", {}, *rows)
    return _element("table", {}, _element("thead", {}, head), body)


def _element(tag: str, attributes: Mapping[str, str], *content: Any) -> Any:  # noqa: ANN401
    """Return an element with a text or with elements; text is escaped when the page is written."""
    made: Any = html.Element(tag, dict(attributes))
    for each in content:
        if isinstance(each, str):
            made.text = each if tag in ("style", "script") else plain(each)
        else:
            made.append(each)
    return made
