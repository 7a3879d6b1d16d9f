"""The file of what a server refused: each resource with the answer it got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import orjson

from trialport.fhir.findings import Findings
from trialport.push.answers import Answer
from trialport.push.journal import Journal
from trialport.push.output import Entry, Output
from trialport.xport.atomic import atomic_file

_AT_ONCE = 1000


def write_rejected(
    output: Output, journal: Journal, path: Path, findings: Findings
) -> dict[str, int]:
    """Write the resources that the server refused, and return how many of each type.

    A line is `{"address", "status", "outcome", "resource"}`. Where nothing was refused there is no
    file. Each refusal is a finding, E4408.

    Raises:
        WriteError: E4034, the file cannot be written.
    """
    path.unlink(missing_ok=True)
    if not journal.has_refused():
        return {}
    counts: Counter[str] = Counter()
    with atomic_file(path) as stream:
        for entry, answer in _refused(output, journal):
            counts[entry.type] += 1
            element, reason = answer.reason()
            problem = f"the server refuses it ({answer.status})" + (f": {reason}" if reason else "")
            findings.add("E4408", entry.address, element, problem)
            line = {
                "address": entry.address,
                "status": answer.status,
                "outcome": orjson.Fragment(answer.outcome) if _is_json(answer.outcome) else None,
                "resource": orjson.Fragment(entry.json),
            }
            stream.write(orjson.dumps(line) + b"\n")
    return dict(counts)


def _refused(output: Output, journal: Journal) -> Iterator[tuple[Entry, Answer]]:
    entries = output.entries()
    while part := list(islice(entries, _AT_ONCE)):
        refused = journal.refused(part)
        for entry in part:
            if entry.address in refused:
                yield entry, refused[entry.address]


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
