"""What makes a finding the same one in the next run."""

from __future__ import annotations

import hashlib
import re

from trialport.diagnostics import Diagnostic

_FURTHER = re.compile(r"^(\d+) (?=further records\b)")
_RECORDS = re.compile(r" \(records: (\d+)\)")
_ROW = re.compile(r" record \d+$")


def fingerprint(finding: Diagnostic) -> str:
    """Return 16 hexadecimal digits of code, file, record, variable and problem.

    Left out is what changes while the finding is the same: lines of files, numbers of records
    that have no key, how many records a summary counts, severity and remedy.

    >>> from trialport.diagnostics import Place
    >>> one = Diagnostic("CORE-000001", Place(record="AE record 3", column="AETERM"), "empty")
    >>> other = Diagnostic("CORE-000001", Place(record="AE record 9", column="AETERM"), "empty")
    >>> fingerprint(one) == fingerprint(other)
    True
    """
    place = finding.place
    record = _ROW.sub("", place.record)
    text, _ = counted(finding.problem)
    parts = (finding.code, place.file, record, place.column, text)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def counted(problem: str) -> tuple[str, int]:
    """Return a problem without the number of records it tells, and that number, 1 where none.

    >>> counted("12 further records break the rule")
    ('further records break the rule', 12)
    """
    for pattern in (_FURTHER, _RECORDS):
        found = pattern.search(problem)
        if found:
            return pattern.sub("", problem), int(found[1])
    return problem, 1


def dataset_of(finding: Diagnostic) -> str:
    """Return the dataset, or the file, that a finding is about."""
    return finding.place.record.partition(" ")[0] or finding.place.file
