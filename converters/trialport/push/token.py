"""The bearer token, from a file or the environment, never from the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from trialport.diagnostics import Diagnostic, Place, WriteError

VARIABLE = "TRIALPORT_FHIR_TOKEN"
"""The variable of the environment that is read where no file is named."""


class Token:
    """A token that shows itself to nobody but the server."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        """Return a text without the token."""
        return "Token(...)"

    def header(self) -> str:
        """Return the value of the header `Authorization`."""
        return f"Bearer {self._text}"

    def without(self, text: str) -> str:
        """Return a text of the server without the token, should it repeat it."""
        return text.replace(self._text, "...")


def read_token(file: Path | None, environment: Mapping[str, str] = os.environ) -> Token | None:
    """Return the token of a file, or of the environment, or None where there is neither.

    Raises:
        WriteError: E4404, the file cannot be read, others may read it, or it holds no token.
    """
    if file is None:
        text, source = environment.get(VARIABLE, ""), VARIABLE
        if not text:
            return None
    else:
        text, source = _text(file), file.as_posix()
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise _unusable(source, "it holds no token", "put the token there alone, on one line")
    return Token(token)


def _text(file: Path) -> str:
    try:
        if os.name != "nt" and file.stat().st_mode & 0o077:
            remedy = f"take their rights away: chmod 600 {file.as_posix()}"
            raise _unusable(file.as_posix(), "others than its owner may read the file", remedy)
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise _unusable(file.as_posix(), f"the token cannot be read: {reason}", "") from None


def _unusable(source: str, problem: str, remedy: str) -> WriteError:
    return WriteError([Diagnostic("E4404", Place(source), problem, remedy)])
