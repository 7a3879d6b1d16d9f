"""The constants, codelists and units that the expressions of a study may use."""

from __future__ import annotations

from collections.abc import Mapping
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
    """What the expressions of one study may name beside the data."""

    studyid: str
    constants: Mapping[str, ConstantValue] = field(default_factory=dict)
    codelists: Mapping[str, StudyCodelist] = field(default_factory=dict)
    units: Units | None = None

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

    def check_unit(self, unit: str) -> None:
        """Raise E1224 for a unit that nothing is known of."""
        if self.units is not None and self.units.unit(unit) is None:
            remedy = did_you_mean(unit, self.units.units)
            raise ExpressionError("E1224", f"unknown unit '{unit}'", remedy)
