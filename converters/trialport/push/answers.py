"""What a server answers: a status and an OperationOutcome for each resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

LONGEST_TEXT = 300
"""How many characters of a server's explanation a message shows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one resource: the status of HTTP, its version, the OperationOutcome as JSON."""

    status: int
    version: str = ""
    outcome: bytes = b""

    @property
    def is_taken(self) -> bool:
        """Whether the server has the resource."""
        return 200 <= self.status < 300

    def reason(self) -> tuple[str, str]:
        """Return the element and the words of the first issue that is an error, else empty."""
        try:
            outcome = orjson.loads(self.outcome or b"null")
        except orjson.JSONDecodeError:
            return "", ""
        issues = outcome.get("issue") if isinstance(outcome, dict) else None
        listed = [each for each in issues or [] if isinstance(each, dict)]
        listed.sort(key=lambda each: each.get("severity") not in ("fatal", "error"))
        return _issue(listed[0]) if listed else ("", "")


def bundle_answers(text: bytes, count: int) -> list[Answer] | None:
    """Return the answers of a batch-response, or None where it is not one of `count` entries.

    >>> text = b'{"resourceType": "Bundle", "entry": [{"response": {"status": "201 Created"}}]}'
    >>> bundle_answers(text, 1)
    [Answer(status=201, version='', outcome=b'')]
    """
    try:
        bundle = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    entries = bundle.get("entry") if isinstance(bundle, dict) else None
    if not isinstance(entries, list) or len(entries) != count:
        return None
    answers = [_answer(each) for each in entries]
    return [each for each in answers if each is not None] if None not in answers else None


def _answer(entry: Any) -> Answer | None:  # noqa: ANN401 - whatever a server sends
    response = entry.get("response") if isinstance(entry, dict) else None
    status = str(response.get("status", "")) if isinstance(response, dict) else ""
    if not isinstance(response, dict) or not status[:3].isdigit():
        return None
    outcome = response.get("outcome")
    kept = orjson.dumps(outcome) if isinstance(outcome, dict) and int(status[:3]) >= 300 else b""
    return Answer(int(status[:3]), str(response.get("etag", "")), kept)


def _issue(issue: dict[str, Any]) -> tuple[str, str]:
    places = issue.get("expression") or issue.get("location") or []
    element = str(places[0]) if isinstance(places, list) and places else ""
    details = issue.get("details")
    words = issue.get("diagnostics") or (details.get("text") if isinstance(details, dict) else "")
    text = str(words or issue.get("code") or "")
    shown = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."
    return element.partition(".")[2], shown
