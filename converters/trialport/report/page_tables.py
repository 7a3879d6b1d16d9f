"""The tables of the page: what was computed beside what was printed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from trialport.report.entries import Entry, arm_words
from trialport.report.numbers import (
    agrees,
    difference_words,
    printed_words,
    value_words,
)
from trialport.report.results import EndpointResult, RowResult, TableResult, Value
from trialport.report.svg import Element, element
from trialport.spec.report_nodes import OVERALL

Cell = Element | str
Notes = Callable[[Sequence[str]], Element]


def plain_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    words: Collection[int],
    unbroken: Collection[int] = (),
) -> Element:
    """Return a table of cells: columns of words to the left, numbers to the right.

    `unbroken` are columns of words that stay on one line.
    """
    names = {**dict.fromkeys(words, "words"), **dict.fromkeys(unbroken, "words unbroken")}
    head = element("tr", {}, *(_head(each, names.get(at, "")) for at, each in enumerate(heads)))
    body = [
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, row[0]),
            *(_cell(each, names.get(at, "")) for at, each in enumerate(row[1:], 1)),
        )
        for row in rows
    ]
    return _scrolled(element("thead", {}, head), element("tbody", {}, *body))


def flow_table(counts: Sequence[Entry], labels: Mapping[str, str]) -> Element:
    """Return the counts of a flow, a row each, with a column an arm."""
    arms = [OVERALL, *labels]
    rows: dict[str, dict[str, Entry]] = {}
    for each in counts:
        rows.setdefault(each.label, {})[each.arm] = each
    cells: list[Sequence[Cell]] = []
    for label, by_arm in rows.items():
        values = [by_arm[arm].value for arm in arms if arm in by_arm]
        numbers = [value_words(by_arm[arm].value) if arm in by_arm else "" for arm in arms]
        printed = ", ".join(filter(None, map(printed_words, values)))
        told = "; ".join(dict.fromkeys(filter(None, map(difference_words, values))))
        source = element("span", {"class": "lineage"}, str(next(iter(by_arm.values())).lineage))
        cells.append((label, *numbers, printed, told, source))
    heads = ("Subjects", *(arm_words(arm, labels) for arm in arms), "Printed", "Agreement", "From")
    return plain_table(heads, cells, words=(0, len(heads) - 1))


def summary_table(table: TableResult, labels: Mapping[str, str], notes: Notes) -> Element:
    """Return a table of characteristics: this report, the publication, the differences."""
    arms = list(table.subjects)
    has_p = any(row.p is not None for row in table.rows)
    printed = [arm for arm in arms if any(_printed(row, arm) for row in table.rows)]
    has_printed_p = any(row.p is not None and row.p.printed for row in table.rows)
    ours, theirs = len(arms) + has_p, len(printed) + has_printed_p
    groups = element("tr", {"class": "groups"}, element("th", {}))
    groups.append(_group("This report", ours))
    if theirs:
        groups.append(_group("Publication", theirs))
        groups.append(element("th", {}))
    names = [
        element("span", {}, arm_words(arm, labels), element("br"), f"n = {table.subjects[arm]}")
        for arm in arms
    ]
    told_names = [arm_words(arm, labels) for arm in printed] + (["p"] if has_printed_p else [])
    heads: list[Cell] = [*names, *(["p"] if has_p else []), *told_names]
    heads += ["Agreement"] if theirs else []
    head = element("tr", {}, element("th", {"scope": "col"}, "Characteristic"))
    for at, name in enumerate(heads):
        is_part = at in (ours, ours + theirs)
        head.append(element("th", {"scope": "col", "class": "part" if is_part else ""}, name))
    body = element("tbody", {})
    for row in table.rows:
        cells = [_cell(_words(row.values.get(arm)), "") for arm in arms]
        cells += [_cell(_words(row.p), "", row.test)] if has_p else []
        told = [_cell(_printed(row, arm), "printed") for arm in printed]
        told += [_cell(printed_words(row.p) if row.p else "", "printed")] if has_printed_p else []
        if told:
            told[0].set("class", "printed part")
            told.append(_agreement([*row.values.values(), *([row.p] if row.p else [])]))
        name = "level" if row.is_level else "head" if not row.values else ""
        own = element("th", {"scope": "row", "class": name}, row.label)
        own.extend([element("sup", {}, notes(row.notes))] if row.notes else [])
        body.append(element("tr", {}, own, *cells, *told))
    return _scrolled(element("thead", {}, groups, head), body)


def endpoint_table(endpoint: EndpointResult, labels: Mapping[str, str]) -> Element:
    """Return the counts, estimates, ratio and tests of an endpoint, a row each."""
    rows: list[tuple[str, str, Value | str]] = [
        (_counted(endpoint), labels[arm], _counts(endpoint, arm)) for arm in endpoint.arms
    ]
    what = "Cumulative incidence" if endpoint.is_competing else "Survival"
    for label, by_arm in endpoint.estimates.items():
        rows += [
            (f"{what} at {label}, % (limits)", labels[arm], value) for arm, value in by_arm.items()
        ]
    both = " v ".join(labels.values())
    name = "Subdistribution hazard ratio" if endpoint.is_competing else "Hazard ratio"
    rows.append((f"{name} (limits)", both, endpoint.ratio))
    rows += [(f"{test}, p", both, value) for test, value in endpoint.tests.items()]
    cells = [
        (label, arm, value, "", "")
        if isinstance(value, str)
        else (label, arm, value_words(value), printed_words(value), difference_words(value))
        for label, arm, value in rows
    ]
    heads = ("", "Arm", "This report", "Printed", "Difference")
    return plain_table(heads, cells, words=(0,), unbroken=(1,))


def _counted(endpoint: EndpointResult) -> str:
    competing = " / with a competing event" if endpoint.is_competing else ""
    return f"Subjects / with the event{competing}"


def _counts(endpoint: EndpointResult, arm: str) -> str:
    curve = endpoint.arms[arm]
    counts = [len(curve.days), curve.events]
    counts += [curve.competing] if endpoint.is_competing else []
    return " / ".join(map(str, counts))


def _words(value: Value | None) -> str:
    return value_words(value) if value else ""


def _printed(row: RowResult, arm: str) -> str:
    return printed_words(row.values[arm]) if arm in row.values else ""


def _agreement(values: Sequence[Value]) -> Element:
    told = [each for each in values if each.printed]
    other = [each for each in told if not agrees(each)]
    if not told:
        return _cell("", "part")
    if not other:
        return _cell("as printed", "same part")
    return _cell("; ".join(map(_named_difference, other)), "other part")


def _named_difference(value: Value) -> str:
    return f"{'p ' if value.kind.value == 'p-value' else ''}{difference_words(value)}"


def _group(words: str, columns: int) -> Element:
    inner = element("span", {}, words)
    return element("th", {"class": "span", "colspan": str(columns), "scope": "colgroup"}, inner)


def _head(words: str, name: str) -> Element:
    return element("th", {"scope": "col", "class": name}, words)


def _cell(content: Cell, name: str, hint: str = "") -> Element:
    attributes = ({"class": name} if name else {}) | ({"title": hint} if hint else {})
    return element("td", attributes, content)


def _scrolled(*parts: Element) -> Element:
    return element("div", {"class": "scroll"}, element("table", {}, *parts))
