"""Drafts of the reviewer's guides (cSDRG, ADRG) as HTML, from what is known; the rest is marked.

The order of the sections follows the PHUSE templates; the words are our own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from trialport.metadata import DatasetMetadata
from trialport.package.analyses import ListedAnalysis
from trialport.profiles import Profile
from trialport.rules.crosswalk import crosswalk, told

_TITLES = {
    "sdtm": "Clinical Study Data Reviewer's Guide (cSDRG)",
    "adam": "Analysis Data Reviewer's Guide (ADRG)",
}
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #bbb;padding:.25em .6em;"
    "text-align:left;vertical-align:top}th{background:#eee}"
    ".todo{background:#fff3c4;border-left:4px solid #c90;padding:.3em .8em}"
)
_OPEN = "to be written"
_TO_WRITE: Mapping[str, Sequence[tuple[str, str]]] = {
    "sdtm": (
        ("Protocol design", "Describe the design and name the parts of TA, TE, TV that need it."),
        ("Annotated CRF", "Say what the reviewer must know to read the annotated CRF."),
        ("Collected but not submitted", "List what was collected and is not submitted, and why."),
    ),
    "adam": (
        ("Protocol description", "Describe objectives, endpoints and populations."),
        ("Analysis considerations", "Core variables, treatment, visit windows, imputation."),
        ("Data dependencies", "Say which analysis datasets are made from which others, and why."),
    ),
}


def guide(
    group: str,
    manifest: Mapping[str, Any],
    title: str,
    datasets: Iterable[DatasetMetadata],
    findings: Iterable[Mapping[str, Any]],
    profile: Profile,
    analyses: Iterable[ListedAnalysis] = (),
) -> bytes:
    """Return the draft of a guide.

    Args:
        group: sdtm or adam.
        manifest: what the conversion says of itself.
        title: the title of the study.
        datasets: all datasets; those of the group are described.
        findings: all findings of the conversion.
        profile: the agency's rules that the package keeps to.
        analyses: those of the report; the guide of analysis datasets lists them.
    """
    own = [each for each in datasets if each.group == group]
    parts = [
        f"<h1>{escape(_TITLES[group])}</h1>",
        _todo(
            "This is a draft. What stands in boxes like this one is for the study team to write."
        ),
        "<h2>1 Introduction</h2>",
        _table(["", ""], _identification(manifest, title, profile)),
        "<h2>2 Study</h2>",
        *(f"<h3>{escape(name)}</h3>{_todo(what)}" for name, what in _TO_WRITE[group]),
        "<h2>3 Datasets</h2>",
        _table(
            ["Dataset", "Label", "Class", "Structure", "Keys", "Records"],
            [
                (
                    *(each.name, each.label, each.class_, each.structure),
                    *(" ".join(each.keys), str(each.records)),
                )
                for each in own
            ],
        ),
        *(
            f"<h3>{escape(each.name)}</h3>{_todo('Notes for the reviewer, if any.')}"
            for each in own
        ),
        *(_analyses(analyses) if group == "adam" else ()),
        "<h2>4 Conformance</h2>",
        _findings(findings),
        "<h2>5 Files</h2>",
        _table(
            ["File", "Bytes", "SHA-256"],
            [
                (each["path"], str(each["size"]), each["sha256"])
                for each in manifest["files"]
                if _is_of(str(each["path"]), group, profile)
            ],
        ),
        "<h2>6 What the agency asks, and where that was read</h2>",
        _table(
            ["Rule", "Value", "Source", "Date", "Read"],
            [
                (key, str(each.value), each.source, each.date, each.read)
                for key, each in profile.rules.items()
            ],
        ),
    ]
    head = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(_TITLES[group])}</title><style>{_STYLE}</style></head><body>"
    )
    return ("\n".join([head, *parts, "</body></html>"]) + "\n").encode("utf-8")


def _analyses(analyses: Iterable[ListedAnalysis]) -> list[str]:
    """Return the analyses of the report as a table, nothing where there is no report."""
    rows = [
        (
            *(each.id, each.title, each.parameter, each.reason),
            *("; ".join(each.methods), " ".join(each.datasets)),
        )
        for each in analyses
    ]
    head = ["Analysis", "Title", "Parameter", "Reason", "Methods", "Datasets"]
    return ["<h3>Analyses of the report</h3>", _table(head, rows)] if rows else []


def _is_of(path: str, group: str, profile: Profile) -> bool:
    """Say whether a file belongs to a group of datasets, in English or a language asked for."""
    starts = (f"{group}/", *(f"{language}/{group}/" for language in profile.translated))
    return path.startswith(starts)


def _identification(
    manifest: Mapping[str, Any], title: str, profile: Profile
) -> list[tuple[str, ...]]:
    def listed(values: Mapping[str, Any]) -> str:
        return ", ".join(f"{name} {value}" for name, value in values.items())

    return [
        ("Study", str(manifest["study"])),
        ("Title", title),
        ("Standards", listed(manifest["standards"])),
        ("Controlled terminology", listed(manifest["terminology"])),
        ("Format and encoding", f"SAS XPORT version 5, {manifest['encoding']}"),
        *(
            (f"Labels in {name}", f"folder {name}, {each['encoding']}")
            for name, each in manifest.get("languages", {}).items()
            if name in profile.translated
        ),
        ("Made by", f"trialport {manifest['trialport']}"),
        ("Specification (SHA-256)", str(manifest["specification_sha256"])),
        ("Profile", f"{profile.name} ({profile.agency})"),
    ]


def _findings(findings: Iterable[Mapping[str, Any]]) -> str:
    """Return one row a code, dataset or file and disposition: how often, and an example."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    first: dict[tuple[str, str, str, str], Mapping[str, Any]] = {}
    for each in findings:
        where = str(each.get("file") or str(each.get("record", "")).partition(" ")[0])
        key = (str(each["code"]), str(each["severity"]), where, _disposition(each))
        counts[key] += 1
        first.setdefault(key, each)
    if not counts:
        return "<p>No finding.</p>"
    rows = [
        (
            *(key[0], told(crosswalk().of(key[0])), *key[1:3], str(count)),
            *(str(first[key]["problem"]), key[3]),
        )
        for key, count in sorted(counts.items())
    ]
    head = ["Code", "Elsewhere", "Severity", "Where", "Count", "First problem", "Disposition"]
    return _table(head, rows)


def _disposition(finding: Mapping[str, Any]) -> str:
    """Return what was decided about a finding and why, or that it is to be written."""
    if "disposition" not in finding:
        return _OPEN
    return f"{finding['disposition']}: {finding['reason']}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(each)}</th>" for each in head) if any(head) else ""
    lines = ["".join(f"<td>{_cell(each)}</td>" for each in row) for row in rows]
    body = "\n".join(f"<tr>{each}</tr>" for each in ([top] if top else []) + lines)
    return f"<table>\n{body}\n</table>"


def _cell(text: str) -> str:
    return f'<span class="todo">{_OPEN}</span>' if text == _OPEN else escape(text)


def _todo(text: str) -> str:
    return f'<p class="todo">{escape(text)}</p>'
