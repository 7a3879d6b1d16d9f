"""What a clinical function of the mapping language is: its forms, its SQL, its documentation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """The types that expressions have.

    DTC is ISO 8601 text that may be partial; wherever TEXT is asked for, DTC will do.
    """

    TEXT = "text"
    DTC = "ISO 8601 text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function form."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Form:
    """One way to call a function: its parameters and what it is in SQL.

    `sql` is the body of a DuckDB macro over the parameter names. It calls other clinical functions
    by their macro names (`tp_` and the name).
    """

    parameters: tuple[Parameter, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Function:
    """A clinical function with its one definition.

    Attributes:
        name: as written in a specification; in SQL the macro is called `tp_<name>`.
        returns: type of the result.
        forms: the ways to call it, told apart by the number of arguments.
        doc: what it returns, one sentence.
        unit: unit of the result, where it has one.
        nulls: what null arguments give.
        source: standard, version and section, or the reason for the rule.
        examples: expression and its result as DuckDB text (None for null), all run by the tests.
        fails: a null result from a first argument that is not null is a finding.
    """

    name: str
    returns: Type
    forms: tuple[Form, ...]
    doc: str
    nulls: str
    source: str
    examples: tuple[tuple[str, str | None], ...]
    unit: str = ""
    fails: bool = False

    @property
    def macro(self) -> str:
        """Return the name of the DuckDB macro."""
        return f"tp_{self.name}"

    @property
    def create(self) -> str:
        """Return the statement that defines the macro, all forms at once."""
        forms = ", ".join(
            f"({', '.join(each.name for each in form.parameters)}) AS ({form.sql})"
            for form in self.forms
        )
        return f"CREATE OR REPLACE MACRO {self.macro} {forms}"
