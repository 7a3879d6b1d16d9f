"""One dataset of a define.xml beside its file: names, labels, types, lengths, keys."""

# lxml is compiled and brings no types for a type checker to see.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from trialport.define.model import NUMBERS
from trialport.define.namespaces import define, odm
from trialport.define.parts import described, variables_of, whole
from trialport.define.value_check import value_faults
from trialport.diagnostics import Diagnostic, Place, did_you_mean
from trialport.xport.model import Variable
from trialport.xport.reader import StoredMember


@dataclass(frozen=True, slots=True)
class Agreement:
    """One dataset of the document beside the member of its file."""

    root: etree._Element
    dataset: etree._Element
    member: StoredMember
    file: str

    def faults(self) -> list[Diagnostic]:
        """Return where the two differ."""
        stored = {each.name: each for each in self.member.member.variables}
        items = variables_of(self.root, self.dataset)
        found = list(self._dataset_faults(list(items)))
        for name, item in items.items():
            if name in stored:
                found += self._variable_faults(item, stored[name])
        keys, values = (
            self._key_faults(),
            value_faults(self.root, self.dataset, self.member, self.file),
        )
        return [*found, *keys, *values]

    def _dataset_faults(self, names: Sequence[str]) -> Iterator[Diagnostic]:
        there = [each.name for each in self.member.member.variables]
        yield from self._differs("name", self.dataset.get("Name", ""), self.member.member.name)
        label = described(self.dataset)
        yield from self._differs("label", label, self.member.member.label)
        for name in names:
            if name not in there:
                remedy = did_you_mean(name, there)
                yield self._fault(self.dataset, f"the file has no variable {name}", remedy)
        for name in there:
            if name not in names:
                yield self._fault(self.dataset, f"the file has {name}, the document has not")
        common = [each for each in names if each in there]
        if common != [each for each in there if each in names]:
            first = next(a for a, b in zip(common, there, strict=False) if a != b)
            yield self._fault(self.dataset, f"the order differs from the file at {first}")

    def _variable_faults(self, item: etree._Element, stored: Variable) -> Iterator[Diagnostic]:
        place, type_ = item.get("Name", ""), item.get("DataType", "")
        is_number = type_ in NUMBERS
        if is_number != (stored.type == "num"):
            problem = f"{place} has type {type_}, the file holds {stored.type}"
            yield self._fault(item, problem)
        yield from self._differs("label", described(item), stored.label, item, place)
        format_ = item.get(define("DisplayFormat"), "")
        yield from self._differs("format", format_, stored.format, item, place)
        length = item.get("Length")
        if length is not None and not is_number:
            yield from self._differs("length", length, str(stored.length), item, place)

    def _key_faults(self) -> Iterator[Diagnostic]:
        stated = [each.get("KeySequence") for each in self.dataset.findall(odm("ItemRef"))]
        places = sorted(whole(each) for each in stated if each is not None)
        if places != list(range(1, len(places) + 1)):
            numbers = ", ".join(map(str, places))
            problem = f"the places of the key are {numbers}"
            yield self._fault(self.dataset, problem, "number them 1, 2 ...")

    def _differs(
        self,
        what: str,
        stated: str,
        stored: str,
        element: etree._Element | None = None,
        of: str = "",
    ) -> Iterator[Diagnostic]:
        if stated != stored:
            head = f"the {what} of {of}" if of else f"the {what}"
            problem = f"{head} is '{stated}', the file has '{stored}'"
            yield self._fault(self.dataset if element is None else element, problem)

    def _fault(self, element: etree._Element, problem: str, remedy: str = "") -> Diagnostic:
        place = Place(self.file, element.sourceline, record=self.member.member.name)
        return Diagnostic("E4315", place, problem, remedy)
