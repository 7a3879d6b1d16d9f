"""A record of a raw table with the vocabulary of a small study, to try expressions on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp
from trialport.engine.duckdb import Engine
from trialport.functions.model import Type
from trialport.plan.catalogue import Relation
from trialport.plan.scopes import LookupNames, RecordScope
from trialport.spec import sql
from trialport.spec.expressions import Compiled, compile_expression
from trialport.spec.vocabulary import ConstantValue, StudyCodelist, Vocabulary
from trialport.terms.units import load_units

COLUMNS = {
    "t": Type.TEXT,
    "u": Type.TEXT,
    "n": Type.NUMBER,
    "m": Type.NUMBER,
    "d": Type.DTC,
    "e": Type.DTC,
    "疾病 名": Type.TEXT,
    "a.b": Type.TEXT,
    'say "x"': Type.TEXT,
    "it's": Type.TEXT,
    "select": Type.TEXT,
}
"""Columns of raw table `ae`; the numbers have been collected as texts `n__collected` ..."""

_COLLECTED = {
    name: name if kind is Type.TEXT else f"{name}__collected" for name, kind in COLUMNS.items()
}
_AE = Relation("raw.ae", "ae", COLUMNS, "__row", tuple(COLUMNS), _COLLECTED)
_EX = Relation(
    "EX",
    "EX",
    {"EXDOSE": Type.NUMBER, "EXSTDTC": Type.DTC, "EXTRT": Type.TEXT, "EXDT": Type.DATE},
    "__id",
    (),
)

_UNITS = Path(__file__).parents[2] / "mappings" / "terminology" / "units.yaml"

VOCABULARY = Vocabulary(
    "TRIAL-1",
    {
        "CUTOFF": ConstantValue(sql.date("2023-06-30"), Type.DATE),
        "REGISTRY": ConstantValue(sql.text("ChiCTR1"), Type.TEXT),
        "WINDOW": ConstantValue(sql.number("100"), Type.NUMBER),
    },
    {
        "NY": StudyCodelist("NY", {"是": "Y", "否": "N"}, {"Y": "Yes", "N": "No"}),
        "VISIT": StudyCodelist("VISIT", {"SCR": "1", "D0": "3"}, {}, numeric=True),
    },
    load_units(_UNITS.read_text(encoding="utf-8")),
)


def scope() -> RecordScope:
    """Return the names of one record: `src`, a joined `rand`, a set `given`, a lookup `dm`."""
    return RecordScope(
        "AE",
        {"src": _AE, "rand": _AE},
        {"given": LookupNames("given", _EX, True), "dm": LookupNames("dm", _EX, False)},
        targets=frozenset({"AETERM", "AESEV"}),
        variables={"AETERM": Type.TEXT, "AESEV": Type.NUMBER},
    )


def compiled(text: str) -> Compiled:
    """Return the expression compiled for that record."""
    return compile_expression(text, scope(), VOCABULARY)


def engine() -> Engine:
    """Return an engine that knows the codelists and units."""
    made = Engine(threads=1)
    units = VOCABULARY.units
    assert units is not None
    made.load_codelists(row for each in VOCABULARY.codelists.values() for row in each.rows())
    made.load_conversions(units.conversions(), units.names)
    return made


def evaluated(
    engine: Engine, text: str, cells: dict[str, str | float | None] | None = None
) -> tuple[object, list[object]]:
    """Return what an expression gives for a record with these cells, and the values at fault.

    Cells that are not given are null; `n__collected` is the text that number `n` was collected as.
    """
    made = compiled(text)
    given = cells or {}
    numbers = {name for name, kind in COLUMNS.items() if kind is Type.NUMBER}
    record = exp.select(
        *(
            sql.alias(
                _cell(given.get(name), "DOUBLE" if name in numbers else "VARCHAR"), f"src.{name}"
            )
            for name in dict.fromkeys([*COLUMNS, *_COLLECTED.values()])
        )
    )
    values = [made.sql, *(each.value for each in made.faults)]
    query = exp.select(*(each.copy() for each in values)).from_(record.subquery("record"))
    value, *faults = engine.rows(query)[0]
    return value, [each for each in faults if each is not None]


def _cell(value: str | float | None, kind: str) -> exp.Expr:
    literal = exp.Null() if value is None else exp.convert(value)
    return exp.cast(literal, kind)


def cases(texts: Mapping[str, str]) -> list[Any]:
    """Return a parameter for each text, with its name as the id."""
    return [pytest.param(text, id=name) for name, text in texts.items()]
