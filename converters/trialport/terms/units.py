"""Units of measurement: which unit a spelling means, and exact conversions between units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias, cast

import yaml

from trialport.diagnostics import Diagnostic, Place, SpecError

Node: TypeAlias = "str | list[Node] | dict[str, Node]"
_Line: TypeAlias = tuple[Fraction, Fraction]
"""A factor and an offset: the value in one unit times the one plus the other is that in another."""

_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LETTERS = str.maketrans({"μ": "u", "µ": "u", "×": "x", "·": ".", "／": "/"})
_SUPERSCRIPTS = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_BLANKS = re.compile(r"\s+")
_TEN = re.compile(r"^(?:[x*]?10(?:\*\*|\*|\^|e\+?)|1(?:\.0)?e\+?)0?(\d+)", re.IGNORECASE)
_CARET = re.compile(r"(?<!^10)\^")
_DIGITS = 28
# Nothing is guessed: every scalar stays the text that was written, and no object is made.
_LOADER: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its value times `factor` plus `offset` is the value in the base of its kind.

    `name` is the submission value of codelist UNIT where `in_ct`; `ucum` is empty where UCUM has
    no code for it.
    """

    name: str
    kind: str
    factor: Fraction
    offset: Fraction
    ucum: str
    in_ct: bool


@dataclass(frozen=True, slots=True)
class Link:
    """An equation that holds for one analyte: value in `target` = value x factor + offset."""

    source: str
    target: str
    factor: Fraction
    offset: Fraction


@dataclass(frozen=True, slots=True)
class Units:
    """The known units, their spellings, and the analytes that link kinds of units."""

    units: Mapping[str, Unit]
    spellings: Mapping[str, str]
    analytes: Mapping[str, tuple[Link, ...]]

    def unit(self, text: str) -> Unit | None:
        """Return the unit that the text spells, or None: `mg/dl`, `μmol/L`, `x10^9/L`, `斤`.

        A text that is exactly the name of a unit is that unit. Case is disregarded otherwise,
        except between two units that differ in nothing else.
        """
        if text in self.units:
            return self.units[text]
        plain = _levelled(text)
        name = self.spellings.get(plain)
        if name is None:
            name = self.spellings.get(plain.casefold())
        return self.units[name] if name else None

    def factor(
        self, from_unit: str, to_unit: str, analyte: str = ""
    ) -> tuple[Decimal, Decimal] | None:
        """Return factor and offset of `to = from x factor + offset`, or None.

        Args:
            from_unit: any spelling, e.g. as collected.
            to_unit: any spelling, e.g. a submission value.
            analyte: test code or name by which kinds are linked, e.g. GLUC for mg/dL to mmol/L.

        Returns:
            Decimals, exact where they are finite, else to 28 digits.
        """
        source, target = self.unit(from_unit), self.unit(to_unit)
        if source is None or target is None:
            return None
        path = self._path(source.kind, target.kind, analyte)
        if path is None:
            return None
        line = _line(source, path, target)
        return _decimal(line[0]), _decimal(line[1])

    def convert(
        self, value: Decimal, from_unit: str, to_unit: str, analyte: str = ""
    ) -> Decimal | None:
        """Return the value in the other unit, unrounded, or None where no conversion is known."""
        found = self.factor(from_unit, to_unit, analyte)
        return None if found is None else value * found[0] + found[1]

    @property
    def names(self) -> list[tuple[str, str]]:
        """Each text that is known to mean a unit, with the unit: its name first, then spellings."""
        spellings = self.spellings.items()
        return [(each, each) for each in self.units] + [
            (spelling, name) for spelling, name in spellings if name and spelling not in self.units
        ]

    def conversions(self) -> Iterator[tuple[str, str, str, float, float]]:
        """Yield every known conversion: from (a unit), to (a unit), analyte, factor, offset.

        Conversions inside a kind of units come with analyte `''`; those that an analyte makes
        possible come with its name, and only where there is none without it.
        """
        by_kind: dict[str, list[Unit]] = {}
        for unit in self.units.values():
            by_kind.setdefault(unit.kind, []).append(unit)
        for analyte, start, end, path in self._paths(by_kind):
            for source in by_kind[start]:
                line = _to_base(source, path)
                for target in by_kind[end]:
                    yield source.name, target.name, analyte, *_floats(line, target)

    def _paths(self, kinds: Iterable[str]) -> Iterator[tuple[str, str, str, list[_Line]]]:
        """Yield analyte, start, end and path of all kinds of units that convert to one another."""
        for kind in kinds:
            yield "", kind, kind, []
        for analyte in self.analytes:
            edges = list(self._edges(analyte))
            linked = list(dict.fromkeys(kind for kind, _, _ in edges))
            for start in linked:
                paths = _paths_from(start, edges)
                for end in linked:
                    if end != start and end in paths:
                        yield analyte, start, end, paths[end]

    def _path(self, start: str, end: str, analyte: str) -> list[_Line] | None:
        """Return the equations between the bases of two kinds, over one or several links."""
        return _paths_from(start, list(self._edges(analyte))).get(end)

    def _edges(self, analyte: str) -> Iterator[tuple[str, str, _Line]]:
        """Yield the equations that links give from one kind of units to another, and back."""
        for link in self.analytes.get(analyte, ()):
            source, target = self.units[link.source], self.units[link.target]
            from_base = (1 / source.factor, -source.offset / source.factor)
            line = _then(from_base, (link.factor, link.offset))
            line = _then(line, (target.factor, target.offset))
            yield source.kind, target.kind, line
            yield target.kind, source.kind, (1 / line[0], -line[1] / line[0])


@lru_cache(maxsize=8)
def load_units(*texts: str) -> Units:
    """Return the units of one or several YAML texts; a later one adds to the earlier ones.

    Raises:
        SpecError: E1241, a factor, an offset or a molar mass is not a decimal number; E1242, a
            link names a unit that is not defined.
    """
    parts = [cast("dict[str, Node]", yaml.load(each, _LOADER) or {}) for each in texts]
    entries = [each for part in parts for each in _entries(part)]
    units = {unit.name: unit for unit, _ in entries}
    analytes = {
        name: tuple(_links(name, cast("dict[str, Node]", facts)))
        for part in parts
        for name, facts in cast("dict[str, Node]", part.get("analytes", {})).items()
    }
    unknown = [
        _unknown_unit(analyte, name)
        for analyte, links in analytes.items()
        for link in links
        for name in (link.source, link.target)
        if name not in units
    ]
    if unknown:
        raise SpecError(unknown)
    ambiguous = [text for part in parts for text in cast("list[str]", part.get("ambiguous", []))]
    return Units(units, _spellings(entries, ambiguous), analytes)


def _entries(part: Mapping[str, Node]) -> Iterator[tuple[Unit, list[str]]]:
    """Yield each unit of a text with its aliases."""
    for kind, group in cast("dict[str, dict[str, Node]]", part.get("kinds", {})).items():
        for entry in cast("list[dict[str, Node]]", group["units"]):
            name = cast("str", entry["unit"])
            unit = Unit(
                name=name,
                kind=kind,
                factor=_number(entry.get("factor", "1"), name),
                offset=_number(entry.get("offset", "0"), name),
                ucum=cast("str", entry.get("ucum", "")),
                in_ct=entry.get("ct", "yes") != "no",
            )
            yield unit, cast("list[str]", entry.get("aliases", []))


def _spellings(
    entries: Iterable[tuple[Unit, list[str]]], ambiguous: Iterable[str]
) -> dict[str, str]:
    """Return levelled spelling to unit; without regard to case where that stays unambiguous."""
    exact: dict[str, str] = {}
    folded: dict[str, set[str]] = {}
    for unit, aliases in entries:
        for spelling in (unit.name, unit.ucum, *aliases):
            plain = _levelled(spelling)
            exact.setdefault(plain, unit.name)
            folded.setdefault(plain.casefold(), set()).add(unit.name)
    in_any_case = {text: names.copy().pop() for text, names in folded.items() if len(names) == 1}
    refused = dict.fromkeys((_levelled(each) for each in ambiguous), "")
    return {text: name for text, name in (in_any_case | exact | refused).items() if text}


def _levelled(text: str) -> str:
    """Return the text with one micro sign, no blanks, and powers of ten as `10^9`.

    >>> _levelled("×10⁹ / L"), _levelled("10*9/L"), _levelled("μmol/L"), _levelled("m²")
    ('10^9/L', '10^9/L', 'umol/L', 'm2')
    """
    plain = _BLANKS.sub("", text.translate(_LETTERS))
    plain = _SUPERSCRIPTS.sub(lambda found: "^" + found[0].translate(_POWERS), plain)
    return _CARET.sub("", _TEN.sub(r"10^\1", plain))


def _links(analyte: str, facts: Mapping[str, Node]) -> Iterator[Link]:
    """Yield the equations that the facts about an analyte give."""
    nought = Fraction(0)
    if "molar_mass" in facts:
        molar = 1 / _number(facts["molar_mass"], analyte)
        yield Link("g/L", "mol/L", molar, nought)
        yield Link("g", "mol", molar, nought)
    if "valence" in facts:
        yield Link("mmol/L", "mEq/L", _number(facts["valence"], analyte), nought)
    if "iu_per_copy" in facts:
        yield Link("copies/mL", "IU/mL", _number(facts["iu_per_copy"], analyte), nought)
    if facts.get("iu_is_u") == "yes":
        yield Link("IU/L", "U/L", Fraction(1), nought)
    for each in cast("list[dict[str, str]]", facts.get("links", [])):
        offset = _number(each.get("offset", "0"), analyte)
        yield Link(each["from"], each["to"], _number(each["factor"], analyte), offset)


def _number(text: Node, name: str) -> Fraction:
    try:
        return Fraction(Decimal(cast("str", text)))
    except (ArithmeticError, ValueError) as error:
        remedy = "write it as a decimal, e.g. 0.001"
        problem = f"'{text}' of '{name}' is not a decimal number"
        raise SpecError([Diagnostic("E1241", Place(), problem, remedy)]) from error


def _unknown_unit(analyte: str, name: str) -> Diagnostic:
    problem = f"analyte '{analyte}' links unit '{name}', which is not defined"
    return Diagnostic("E1242", Place(), problem, "define the unit under 'kinds'")


def _paths_from(start: str, edges: Iterable[tuple[str, str, _Line]]) -> dict[str, list[_Line]]:
    """Return the equations from a kind of units to each that edges lead to, over the fewest."""
    reached: dict[str, list[_Line]] = {start: []}
    front = [start]
    while front:
        kind = front.pop(0)
        for origin, target, line in edges:
            if origin == kind and target not in reached:
                reached[target] = [*reached[kind], line]
                front.append(target)
    return reached


def _line(source: Unit, path: Iterable[_Line], target: Unit) -> _Line:
    """Return factor and offset from one unit to another, over the links between their kinds."""
    line = _to_base(source, path)
    return _then(line, (1 / target.factor, -target.offset / target.factor))


def _to_base(source: Unit, path: Iterable[_Line]) -> _Line:
    """Return factor and offset from a unit to the base of the kind at the end of the path."""
    line = (source.factor, source.offset)
    for step in path:
        line = _then(line, step)
    return line


def _floats(line: _Line, target: Unit) -> tuple[float, float]:
    """Return factor and offset to a unit, from a line to its base, as the nearest doubles.

    A quotient of integers is the nearest double too, and takes no common divisor to be looked for:
    there are more than ten thousand of them.
    """
    factor = line[0]
    offset = line[1] - target.offset if target.offset else line[1]
    over, under = target.factor.denominator, target.factor.numerator
    return (
        factor.numerator * over / (factor.denominator * under),
        offset.numerator * over / (offset.denominator * under),
    )


def _then(first: _Line, second: _Line) -> _Line:
    """Return the line that carries out one line after another: factor and offset."""
    return first[0] * second[0], first[1] * second[0] + second[1]


def _decimal(number: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(number.numerator) / Decimal(number.denominator)
