"""The differences of two plans as text and as plain values."""

from __future__ import annotations

from pathlib import Path

from trialport.cli.show import emit, json_text, plain
from trialport.pipeline import compare
from trialport.plan.compare import Change


def show_changes(study: Path, other: Path, *, dataset: str | None, as_json: bool) -> None:
    """Write what a study makes otherwise than another, one line or one object a difference.

    Args:
        study: the specification.
        other: the one before it.
        dataset: show this dataset, resource or raw table (`raw.<table>`) alone.
        as_json: write one document.
    """
    changes = [each for each in compare(study, other) if dataset in (None, each.dataset)]
    if as_json:
        values = [
            {
                "dataset": each.dataset,
                "variable": each.variable,
                "kind": each.kind.value,
                "what": list(each.what),
            }
            for each in changes
        ]
        emit(json_text({"study": str(study), "compared_with": str(other), "changes": values}))
    else:
        emit("\n".join(map(_line, changes)) or "no difference")


def _line(change: Change) -> str:
    """Return `AE.AESER changed: values, codelist NY`."""
    name = ".".join(filter(None, [change.dataset, change.variable]))
    what = f": {', '.join(change.what)}" if change.what else ""
    return plain(f"{name} {change.kind}{what}")
