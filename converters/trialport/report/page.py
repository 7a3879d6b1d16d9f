"""The report as one HTML file that needs no network and no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files

from lxml import html

from trialport.report.curves_figure import curves_figure
from trialport.report.entries import FLOW, arm_words, entries, flow_entries
from trialport.report.flow_figure import flow_figure
from trialport.report.numbers import (
    agrees,
    difference_words,
    printed_words,
    value_words,
)
from trialport.report.page_tables import (
    endpoint_table,
    flow_table,
    plain_table,
    summary_table,
)
from trialport.report.results import EndpointResult, FlowResult, Lineage, Results, TableResult
from trialport.report.svg import Element, element

_METHODS = (
    "Cumulative incidences are those of Aalen and Johansen, with limits symmetric for log(-log); "
    "survival is that of Kaplan and Meier, with limits symmetric for the logarithm. Hazard ratios "
    "of endpoints with competing events are subdistribution hazard ratios of Fine and Gray (one "
    "censoring distribution, robust standard errors), the others those of Cox (ties by Efron). "
    "Limits hold 95 %, tests are two-sided, nothing is adjusted for multiple testing. Quartiles "
    "are interpolated between order statistics (type 7). Counts by two are tested with the "
    "continuity correction; Fisher's exact test is taken where a table says so and an expected "
    "count is below 5. Numbers at risk are those under observation just before the time; strokes "
    "on a curve are censored subjects, bars are limits at the time told. n.e.: not estimable."
)


def report_html(results: Results) -> str:
    """Return the page."""
    style = (files("trialport.report") / "page.css").read_text(encoding="utf-8")
    head = element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(style)}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("title", {}, f"{results.study}: {results.report.title}"),
        element("style", {}, style),
    )
    page = element("html", {"lang": "en"}, head, element("body", {}, *_sections(results)))
    written = html.tostring(page, encoding="unicode", doctype="<!DOCTYPE html>")
    return f"{written}\n"


def _policy(style: str) -> str:
    """Return what the page may do: show itself with its own style, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _sections(results: Results) -> Iterator[Element]:
    yield _header(results)
    yield _contents(results)
    if any(each.value.printed for each in entries(results)):
        yield _agreement(results)
    if results.flow is not None:
        yield _flow(results.flow, results)
    for table in results.tables:
        yield _table(table, results)
    if results.endpoints:
        yield _part("endpoints", "Time to event", element("p", {}, _METHODS))
    for endpoint in results.endpoints:
        yield _endpoint(endpoint, results)
    if results.report.notes:
        yield _notes(results)
    yield _provenance(results)


def _header(results: Results) -> Element:
    report = results.report
    header = element(
        "header",
        {},
        element("p", {"class": "study"}, f"Study {results.study}"),
        element("h1", {}, report.title),
    )
    if report.remark:
        header.append(element("p", {"class": "remark"}, report.remark))
    if report.publication:
        words = f"Printed figures: {report.publication}"
        header.append(element("p", {"class": "quiet"}, words))
    return header


def _contents(results: Results) -> Element:
    targets: list[tuple[str, str]] = []
    if results.flow is not None:
        targets.append((FLOW, results.flow.node.title))
    targets += [(each.id, each.title) for each in (*results.tables, *results.endpoints)]
    targets += [("notes", "Notes")] if results.report.notes else []
    targets.append(("provenance", "Data and software"))
    items = [
        element("li", {}, element("a", {"href": f"#{name}"}, words)) for name, words in targets
    ]
    return element("nav", {"aria-label": "Contents"}, element("ol", {}, *items))


def _agreement(results: Results) -> Element:
    """Return how many printed figures are met, and each one that is not."""
    told = [each for each in entries(results) if each.value.printed]
    other = [each for each in told if not agrees(each.value)]
    labels = _labels(results)
    tally = element(
        "ul",
        {"class": "tally"},
        *(
            element("li", {}, element("b", {}, str(count)), words)
            for count, words in (
                (len(told), "results with printed figures"),
                (len(told) - len(other), "as printed, to the last printed digit"),
                (len(other), "with a difference, listed below"),
            )
        ),
    )
    rows = [
        (
            element("a", {"href": f"#{each.analysis}"}, each.label),
            arm_words(each.arm, labels),
            value_words(each.value),
            printed_words(each.value),
            difference_words(each.value),
            _note_links(each.notes),
        )
        for each in other
    ]
    heads = ("Result", "Arm", "This report", "Printed", "Difference", "Notes")
    table = (
        plain_table(heads, rows, words=(0, 5), unbroken=(1,))
        if rows
        else element("p", {}, "None differs.")
    )
    return _part("agreement", "This report and the publication", tally, table)


def _flow(flow: FlowResult, results: Results) -> Element:
    labels = _labels(results)
    return _part(
        FLOW,
        flow.node.title,
        _at(flow.node.at, [each.text for each in flow.node.notes]),
        element("figure", {}, flow_figure(flow, labels)),
        flow_table(list(flow_entries(flow)), labels),
    )


def _table(table: TableResult, results: Results) -> Element:
    notes = list(dict.fromkeys(note for row in table.rows for note in row.notes))
    return _part(
        table.id,
        table.title,
        _at(table.at, notes),
        summary_table(table, _labels(results), _note_links),
        *(element("p", {"class": "lineage"}, str(each)) for each in _lineages(table)),
    )


def _lineages(table: TableResult) -> list[Lineage]:
    """Return where the rows come from; those that differ in their variable alone as one."""
    together: list[Lineage] = []
    for row in table.rows:
        own = row.lineage
        if row.is_level:
            continue
        for at, each in enumerate(together):
            if (each.dataset, each.where) == (own.dataset, own.where):
                variables = dict.fromkeys((*each.variables[:-1], *own.variables))
                together[at] = replace(each, variables=tuple(variables))
                break
        else:
            together.append(own)
    return together


def _endpoint(endpoint: EndpointResult, results: Results) -> Element:
    labels = _labels(results)
    return element(
        "section",
        {"class": "endpoint", "id": endpoint.id},
        element("h3", {}, endpoint.title),
        _at(endpoint.at, list(endpoint.notes)),
        element("figure", {}, curves_figure(endpoint, labels)),
        endpoint_table(endpoint, labels),
        element("p", {"class": "lineage"}, f"{endpoint.param}. {endpoint.lineage}"),
    )


def _notes(results: Results) -> Element:
    terms = element("dl", {})
    for name, words in results.report.notes.items():
        terms.append(element("dt", {"id": f"note-{name}"}, name))
        terms.append(element("dd", {}, words))
    return _part("notes", "Notes on the printed figures", terms)


def _provenance(results: Results) -> Element:
    rows = [(each.file, str(each.records), each.sha256) for each in results.sources]
    return _part(
        "provenance",
        "Data and software",
        element(
            "p",
            {},
            "Everything above is computed from these transport files and from nothing else.",
        ),
        plain_table(("File", "Records", "SHA-256"), rows, words=(0, 2)),
        element("p", {"class": "quiet"}, f"Made by {', '.join(results.software)}."),
    )


def _part(name: str, title: str, *content: Element) -> Element:
    return element("section", {"id": name}, element("h2", {}, title), *content)


def _at(at: str, notes: Sequence[str]) -> Element:
    """Return where the publication has it, and the notes on it."""
    line = element("p", {"class": "quiet"}, f"Printed in: {at}" if at else "Not in the publication")
    if notes:
        line.append(element("span", {}, ". Notes: ", _note_links(notes)))
    return line


def _note_links(notes: Sequence[str]) -> Element:
    links = element("span", {})
    for at, name in enumerate(notes):
        links.append(element("a", {"href": f"#note-{name}"}, name))
        links[-1].tail = ", " if at + 1 < len(notes) else None
    return links


def _labels(results: Results) -> dict[str, str]:
    return {name: arm.label for name, arm in results.report.arms.items()}
