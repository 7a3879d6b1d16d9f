"""The constants, codelists and units that the expressions of a study may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from trialport.diagnostics import did_you_mean
from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.expression_error import ExpressionError
from trialport.terms.codelists import Codelist
from trialport.terms.units import Units

FEW_TERMS = 100
"""Up to so many collected texts a codelist is a constant of the query, which is far cheaper to plan
than a join, and as fast for a million records; a larger one is joined."""


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

    @property
    def sponsor_terms(self) -> tuple[str, ...]:
        """Return the submission values that no published codelist has."""
        return tuple(
            each for each in self.terms if self.published is None or each not in self.published
        )

    def mapped(self, value: exp.Expr) -> exp.Expr:
        """Return SQL for the submission value; null where the value has no term."""
        macro = "tp_codelist" if len(self._collected()) <= FEW_TERMS else "tp_large_codelist"
        mapped = sql.call(macro, value, sql.text(self.name))
        return sql.call("tp_number", mapped) if self.numeric else mapped

    def decoded(self, value: exp.Expr) -> exp.Expr:
        """Return SQL for the decode of a submission value; null where it is no term."""
        return sql.call("tp_term_decode", value, sql.text(self.name))

    def rows(self) -> Iterator[tuple[str, str, str, str | None]]:
        """Yield codelist, collected text, submission value and decode: what the SQL reads."""
        for collected, value in self._collected().items():
            yield self.name, collected, value, self.terms.get(collected)

    def _collected(self) -> dict[str, str]:
        """Return the submission value of each collected text.

        A submission value stands for itself, unless the study maps it to another.
        """
        return {**{each: each for each in self.terms}, **self.map}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the expressions of one study may name beside the data.

    `persons` maps an earlier subject number of a person to the number that stays.
    """

    studyid: str
    constants: Mapping[str, ConstantValue] = field(default_factory=dict)
    codelists: Mapping[str, StudyCodelist] = field(default_factory=dict)
    units: Units | None = None
    persons: Mapping[str, str] = field(default_factory=dict[str, str])

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
