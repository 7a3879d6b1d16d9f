"""Regular expressions that the database takes, checked before data: RE2's, without the costly part.

Source: the syntax of RE2. Left out are looking ahead and behind, references to groups and
repeats of repeats beyond a bound, which RE2 refuses itself, and Unicode classes by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from trialport.diagnostics import shown
from trialport.spec.expression_error import ExpressionError

MOST_REPEATS = 200
"""How many copies of its smallest part a pattern may ask for by {n}, all levels multiplied."""

_ESCAPE = re.compile(r"\\(?:[dDwWsSbBAz]|[tnrfv]|[^\w\s]|x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]{1,5}\})")
_IN_CLASS = re.compile(
    r"\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit)"
    r":\]|\\(?:[dDwWsS]|[tnrfv]|[^\w\s]|x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]{1,5}\})|[^\\\[\]]"
)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_GROUP = re.compile(r"\((?:\?(?:P<[A-Za-z_]\w*>|[ims]{0,3}:))?")
_FLAGS = re.compile(r"\(\?[ims]{1,3}\)")
_COUNT = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{0,4}))?\}")


def groups(pattern: str) -> int:
    r"""Return the number of groups of a pattern. E1305 where the database would not take it.

    >>> groups(r"^([0-9]+) *(mg|g)$")
    2
    """
    reader = _Reader(pattern)
    reader.alternatives()
    if not reader.is_done:
        reader.refuse("has a ) too many")
    return reader.found


@dataclass(slots=True)
class _Reader:
    """Reads a pattern from left to right; each method returns how often its parts are copied."""

    pattern: str
    place: int = 0
    found: int = 0

    @property
    def is_done(self) -> bool:
        """Return whether everything is read."""
        return self.place == len(self.pattern)

    def refuse(self, why: str) -> NoReturn:
        """Raise E1305."""
        raise ExpressionError("E1305", f"the pattern {shown(self.pattern)} {why}")

    def alternatives(self) -> int:
        """Read parts, with | between them, up to the end or a closing parenthesis."""
        most = 1
        while not self.is_done and self._next != ")":
            if self._next == "|":
                self.place += 1
                continue
            most = max(most, self._repeated())
        return most

    @property
    def _next(self) -> str:
        return self.pattern[self.place] if not self.is_done else ""

    def _taken(self, form: re.Pattern[str]) -> re.Match[str] | None:
        match = form.match(self.pattern, self.place)
        if match is not None:
            self.place = match.end()
        return match

    def _repeated(self) -> int:
        """Read one part and how often it may come."""
        copies = self._part()
        if not self._next or self._next not in "*+?{":
            return copies
        if self._next == "{":
            count = self._taken(_COUNT)
            if count is None:
                self.refuse("has a { that is no count such as {2} or {1,3}")
            least, most = int(count[1]), int(count[3] or count[1])
            if most < least:
                self.refuse(f"counts from {least} to {most}")
            copies *= max(most, 1) + (1 if count[2] and not count[3] else 0)
        else:
            self.place += 1
        if copies > MOST_REPEATS:
            self.refuse(f"repeats {copies} times, {MOST_REPEATS} are allowed")
        if self._next == "?":
            self.place += 1
        if self._next and self._next in "*+?{":
            self.refuse("repeats a repeat; put the inner one in parentheses")
        return copies

    def _part(self) -> int:
        """Read a letter, an escape, a class or a group."""
        if self._next == "\\":
            if self._taken(_ESCAPE) is None:
                self.refuse(f"has an escape that is not known: {self.pattern[self.place :][:2]}")
        elif self._next == "[":
            self._class()
        elif self._next == "(":
            return self._group()
        elif self._next in "*+?{":
            self.refuse(f"repeats nothing with {self._next}")
        else:
            self.place += 1
        return 1

    def _group(self) -> int:
        if self._taken(_FLAGS) is not None:
            if self._next and self._next in "*+?{":
                self.refuse(f"repeats nothing with {self._next}")
            return 1
        opened = self._taken(_GROUP)
        assert opened is not None
        if self._next == "?" and opened[0] == "(":
            self.refuse(f"has a group that is not known: ({self.pattern[self.place :][:3]}")
        named = "P<" in opened[0]
        self.found += named or opened[0] == "("
        copies = self.alternatives()
        if self._next != ")":
            self.refuse("has a ( that is not closed")
        self.place += 1
        return copies

    def _class(self) -> None:
        self.place += 1
        if self._next == "^":
            self.place += 1
        first = self.place
        while self._next != "]" or self.place == first:
            low = self._letter()
            if self._next != "-" or self.pattern[self.place + 1 : self.place + 2] in {"]", ""}:
                continue
            self.place += 1
            high = self._letter()
            if low is None or high is None or low > high:
                self.refuse("has a range whose end is not behind its beginning")
        self.place += 1

    def _letter(self) -> int | None:
        """Read one letter of a class and return its number, or None for what is a class itself."""
        if self._next == "]":
            self.place += 1
            return ord("]")
        read = self._taken(_IN_CLASS)
        if read is None:
            self.refuse("has a [ that is not closed, or a class that is not known")
        if len(read[0]) == 1:
            return ord(read[0])
        if read[0].startswith("\\x"):
            return int(read[0][2:].strip("{}"), 16)
        if read[0][0] == "[" or read[0][1] in "dDwWsS":
            return None
        return ord(_CONTROLS.get(read[0][1], read[0][1]))
