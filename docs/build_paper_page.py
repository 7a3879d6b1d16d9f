"""Write docs/explanation/paper-and-report.md from what a conversion of the sample wrote.

`python docs/build_paper_page.py out/msc_gvhd`; a test compares the page with a conversion.
"""

from __future__ import annotations

import sys
from pathlib import Path

from trialport.report.entries import Entry, arm_words, entries
from trialport.report.make import report_results
from trialport.report.numbers import agrees, difference_words, printed_words, value_words
from trialport.report.results import Results

PAGE = Path(__file__).parent / "explanation" / "paper-and-report.md"
_HEAD = """# The paper and our figures

This page is made from the report of the sample (`trialport report`); it is written by
`python docs/build_paper_page.py out/msc_gvhd`, and a test compares it with a conversion.

The sample study follows a published trial: {publication}. {remark}

Every figure below is computed from the transport files alone. A result is *as printed* where each
of its numbers rounds to the printed one. Estimates and limits are in percent, ratios are those of
UC-MSC against control. What is meant by a name such as A11 stands at the end. How the same is
computed in SAS, R and Python is told in
[analyse endpoints elsewhere](../how-to/analyse-endpoints-elsewhere.md).
"""
_TABLE = ("| result | arm | ours | printed | difference | notes |", "|---|---|---|---|---|---|")


def page(results: Results) -> str:
    """Return the page."""
    report = results.report
    told = [each for each in entries(results) if each.value.printed]
    met = sum(agrees(each.value) for each in told)
    parts = [
        _HEAD.format(publication=report.publication, remark=report.remark.strip()),
        f"Of {len(told)} results with printed figures {met} are as printed.\n",
    ]
    titles = {each.id: each.title for each in (*results.tables, *results.endpoints)}
    titles["FLOW"] = "Flow of participants"
    labels = {name: arm.label for name, arm in report.arms.items()}
    for name in dict.fromkeys(each.analysis for each in told):
        rows = [_row(each, labels) for each in told if each.analysis == name]
        head = [
            "| result | arm | ours | printed | difference | notes |",
            "|---|---|---|---|---|---|",
        ]
        parts.append("\n".join([f"## {titles[name]}\n", *head, *rows, ""]))
    notes = [f"- **{name}**: {words}" for name, words in report.notes.items()]
    return "\n".join([*parts, "## What the paper leaves open\n", *notes, ""])


def _row(entry: Entry, labels: dict[str, str]) -> str:
    value = entry.value
    cells = (
        entry.label,
        arm_words(entry.arm, labels),
        value_words(value),
        printed_words(value),
        difference_words(value),
        ", ".join(entry.notes),
    )
    escaped = (each.replace("<", "&lt;").replace("|", "&#124;") for each in cells)
    return f"| {' | '.join(escaped)} |"


if __name__ == "__main__":
    PAGE.write_text(page(report_results(Path(sys.argv[1]))), encoding="utf-8", newline="\n")
