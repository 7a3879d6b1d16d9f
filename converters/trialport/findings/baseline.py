"""The findings of an earlier run, against which only new ones weigh."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from trialport.diagnostics import DataError, Diagnostic, Place, Severity
from trialport.findings.fingerprint import counted, fingerprint


def load_baseline(path: Path) -> Counter[str]:
    """Return how many records each finding of an earlier run had, by fingerprint.

    Args:
        path: what `validate --json` wrote, or findings.json of a conversion.

    Raises:
        DataError: E5021, the file cannot be read or holds no findings.
    """
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        listed: Any = document if isinstance(document, list) else document["findings"]
        return _counts(finding_of(each) for each in listed)
    except OSError as error:
        problem = f"the file cannot be opened: {error.strerror or type(error).__name__}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        problem = "the file holds no findings"
    remedy = "name what `trialport validate DIR --json` wrote"
    raise DataError([Diagnostic("E5021", Place(str(path)), problem, remedy)])


def finding_of(entry: Mapping[str, Any]) -> Diagnostic:
    """Return a finding as it was before it became plain values; see `pipeline.finding_json`."""
    place = Place(
        str(entry.get("file", "")),
        None,
        str(entry.get("column", "")),
        str(entry.get("record", "")),
    )
    severity = Severity(entry.get("severity", "error"))
    return Diagnostic(str(entry["code"]), place, str(entry["problem"]), severity=severity)


def _counts(found: Iterable[Diagnostic]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in found:
        counts[fingerprint(each)] += counted(each.problem)[1]
    return counts
