"""The constants, codelists and units that the expressions of a study may use."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from trialport.diagnostics import did_you_mean
from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.parse import ExpressionError
from trialport.terms.codelists import Codelist
from trialport.terms.units import Units


@dataclass(frozen=True, slots=True)
class ConstantValue:
    """A constant of the study as SQL."""

    sql: exp.Expr
    type: Type


@dataclass(frozen=True, slots=True)
class StudyCodelist:
    """A codelist as the study uses it: collected value -> submission value -> decode.

    `published` is the codelist of the pinned terminology, where there is one; `terms` are all
    submission values with their decodes, those of the sponsor included.
    """

    name: str
    map: Mapping[str, str]
    terms: Mapping[str, str]
    numeric: bool = False
    published: Codelist | None = None

    @property
    def title(self) -> str:
        """Return the name with the NCI code, as messages show it."""
        return f"{self.name} ({self.published.code})" if self.published else self.name

    def mapped(self, value: exp.Expr) -> exp.Expr:
        """Return SQL for the submission value; null where the value has no term."""
        pairs = {**{each: each for each in self.terms}, **self.map}
        if not self.numeric:
            return _case(value, pairs, sql.text)
        return _case(value, pairs, sql.number)

    def decoded(self, value: exp.Expr) -> exp.Expr:
        """Return SQL for the decode of a submission value; null where it is no term."""
        return _case(value, self.terms, sql.text)


def _case(value: exp.Expr, pairs: Mapping[str, str], literal: type | object) -> exp.Expr:
    """Return one `case` over the pairs; values that stay as they are share one branch."""
    make = literal  # a function from text to literal
    same = [key for key, result in pairs.items() if key == result] if make is sql.text else []
    ifs: list[exp.If] = []
    if same:
        kept = exp.In(this=sql.paren(value.copy()), expressions=[sql.text(each) for each in same])
        ifs.append(exp.If(this=kept, true=value.copy()))
    for key, result in pairs.items():
        if same and key == result:
            continue
        test = exp.EQ(this=sql.paren(value.copy()), expression=sql.text(key))
        ifs.append(exp.If(this=test, true=make(result)))  # type: ignore[operator]
    return exp.Case(ifs=ifs) if ifs else exp.Null()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the expressions of one study may name beside the data.

    `standard_units` are the units that the study's tests standardise to: the targets of
    `in_unit` where its target is not written as a text.
    """

    studyid: str
    constants: Mapping[str, ConstantValue] = field(default_factory=dict)
    codelists: Mapping[str, StudyCodelist] = field(default_factory=dict)
    units: Units | None = None
    standard_units: tuple[str, ...] = ()

    def constant(self, name: str) -> ConstantValue:
        """Return a constant of study.yaml; STUDYID is always there. E1204 where there is none."""
        if name == "STUDYID":
            return ConstantValue(sql.text(self.studyid), Type.TEXT)
        if name not in self.constants:
            remedy = did_you_mean(name, [*self.constants, "STUDYID"])
            raise ExpressionError("E1204", f"unknown constant 'study.{name}'", remedy)
        return self.constants[name]

    def codelist(self, name: str) -> StudyCodelist:
        """Return a codelist of terminology.yaml. E1206 where there is none."""
        if name not in self.codelists:
            problem = f"unknown codelist '{name}'"
            raise ExpressionError("E1206", problem, did_you_mean(name, self.codelists))
        return self.codelists[name]

    def unit_targets(self, literal: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return the units that a conversion may lead to."""
        return literal if literal is not None else self.standard_units

    def converted(
        self,
        value: exp.Expr,
        given: exp.Expr,
        target: exp.Expr,
        analyte: exp.Expr | None = None,
        *,
        targets: Collection[str],
        analytes: Collection[str] | None = None,
    ) -> exp.Expr:
        """Return SQL for the number in the target unit; null where no factor is known.

        The product is rounded half up at 12 decimals, so that 98 * 0.1 is 9.8 and not
        9.800000000000001.
        """
        ifs: list[exp.If] = []
        for unit in targets:
            for spelling, factor, offset, which in self._conversions(unit, analyte, analytes):
                tests = [
                    exp.EQ(this=sql.paren(given.copy()), expression=sql.text(spelling)),
                    exp.EQ(this=sql.paren(target.copy()), expression=sql.text(unit)),
                ]
                if which and analyte is not None:
                    tests.append(exp.EQ(this=sql.paren(analyte.copy()), expression=sql.text(which)))
                condition = sql.every(tests)
                assert condition is not None
                ifs.append(exp.If(this=condition, true=_scaled(value, factor, offset)))
        return exp.Case(ifs=ifs) if ifs else exp.Null()

    def _conversions(
        self, unit: str, analyte: exp.Expr | None, analytes: Collection[str] | None
    ) -> list[tuple[str, str, str, str]]:
        """Return (spelling, factor, offset, analyte) of every unit that converts to `unit`."""
        if self.units is None:
            return [(unit, "1", "0", "")]
        wanted = [""] if analyte is None else ["", *(analytes or self.units.analytes)]
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for which in wanted:
            for spelling in dict.fromkeys([*self.units.units, *self.units.spellings]):
                pair = self.units.factor(spelling, unit, which)
                if pair is not None and (spelling, "") not in found:
                    found[spelling, which] = (format(pair[0], "f"), format(pair[1], "f"))
        return [(s, factor, offset, which) for (s, which), (factor, offset) in found.items()]


def _scaled(value: exp.Expr, factor: str, offset: str) -> exp.Expr:
    plain = float(factor) == 1 and float(offset) == 0
    if plain:
        return value.copy()
    product = exp.Mul(this=sql.paren(value.copy()), expression=sql.number(factor))
    if float(offset) != 0:
        product = exp.Add(this=product, expression=sql.number(offset))
    return sql.call("tp_round_half_up", product, sql.number("12"))
