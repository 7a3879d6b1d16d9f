"""A record of a raw table with the vocabulary of a small study, to try expressions on."""

from __future__ import annotations

from trialport.engine.duckdb import Engine
from trialport.functions.model import Type
from trialport.plan.catalogue import Relation
from trialport.plan.scopes import LookupNames, RecordScope
from trialport.spec import sql
from trialport.spec.expressions import Compiled, compile_expression
from trialport.spec.vocabulary import ConstantValue, StudyCodelist, Vocabulary
from trialport.terms.units import Analyte, Unit, Units

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


def evaluated(engine: Engine, text: str, **cells: str | float | None) -> tuple[object, list[str]]:
    """Return the value of an expression for a record with these cells, and the values at fault.

    Cells that are not given are null; `n__collected` stands for the text of number `n`.
    """
    made = compiled(text)
    record = sql.select_of({f"src.{name}": name for name in _COLLECTED})
    return engine, [made, record, cells]
