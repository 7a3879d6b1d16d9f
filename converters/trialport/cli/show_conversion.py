"""What a conversion wrote, as text or as a document, and the exit code it deserves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trialport.cli.root import DONE, NOT_DONE, WITH_ERRORS
from trialport.cli.show import as_document, emit, has_errors, note, show_findings, table
from trialport.pipeline import Conversion

_REPORTS = ("findings.json", "manifest.json")


def show_conversion(made: Conversion, out: Path, *, as_json: bool, dry_run: bool) -> int:
    """Write what was made to stdout and return the exit code.

    A conversion that `--strict` stopped is not done; that it would be stopped is found dry as well.
    """
    is_stopped = made.out is None
    if as_json:
        emit(as_document(_conversion_json(made, out, dry_run=dry_run), made.findings))
    else:
        is_there = not (is_stopped or dry_run)
        rest = str(out / "findings.json") if is_there else "--json shows them all"
        show_findings(made.findings, rest)
        if not is_stopped:
            emit(_listing(made, out))
    if is_stopped:
        note("nothing was written: findings of severity error, and --strict")
        return NOT_DONE
    if dry_run:
        note("nothing was written: --dry-run")
    return WITH_ERRORS if has_errors(made.findings) else DONE


def _listing(made: Conversion, out: Path) -> str:
    """Return a line for each file: dataset or resource with its numbers, then the others."""
    rows: list[tuple[object, ...]] = [
        (each.name, each.records, len(each.variables), out / each.path) for each in made.datasets
    ]
    others = _other_files(made)
    resources = [each for each in others if each.endswith(".ndjson")]
    rows += [(Path(each).stem, "-", "-", out / each) for each in resources]
    listed = table(["dataset", "records", "variables", "file"], rows)
    beside = [each for each in others if each not in resources]
    return "\n".join([listed, *(str(out / name) for name in (*beside, *_REPORTS))])


def _conversion_json(made: Conversion, out: Path, *, dry_run: bool) -> dict[str, Any]:
    return {
        "out": None if made.out is None else str(out),
        "dry_run": dry_run,
        "submission_ready": made.submission_ready,
        "datasets": [
            {
                "name": each.name,
                "label": each.label,
                "records": each.records,
                "variables": len(each.variables),
                "file": each.path,
            }
            for each in made.datasets
        ],
        "files": [] if made.out is None else [str(each["path"]) for each in made.files],
    }


def _other_files(made: Conversion) -> list[str]:
    """Return the files that hold no dataset: FHIR resources, Define-XML."""
    of_datasets = {each.path for each in made.datasets}
    return [str(each["path"]) for each in made.files if each["path"] not in of_datasets]
