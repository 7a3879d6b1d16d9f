"""Raw records in words: in an ODM file a line says little, the subject and the form say more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from trialport.diagnostics import Diagnostic, Place, raw_place
from trialport.read.texts import RawTexts


class RecordNames:
    """The words of raw records by their place, of the files whose readers give them."""

    def __init__(self) -> None:
        self._words: dict[Place, str] = {}

    def add(self, file: str, texts: RawTexts) -> None:
        """Remember the records of a raw table."""
        if texts.records is not None:
            places = (raw_place(file, row, "") for row in texts.lines.to_pylist())
            self._words |= dict(zip(places, texts.records.to_pylist(), strict=True))

    def place(self, place: Place) -> Place:
        """Return a place with the words of its record, where there are any."""
        words = self._words.get(replace(place, column="")) if self._words else None
        return replace(place, record=f"{place.record} {words}".strip()) if words else place

    def findings(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return findings with the words of the raw records that they name."""
        return [self._finding(each) for each in found] if self._words else list(found)

    def _finding(self, each: Diagnostic) -> Diagnostic:
        named = replace(each, place=self.place(each.place))
        if each.origin is None:
            return named
        cells = tuple(map(self.place, each.origin.cells))
        return replace(named, origin=replace(each.origin, cells=cells))
