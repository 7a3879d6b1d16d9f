"""A bound for texts that are put together, which could grow from variable to variable."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec import sql
from trialport.spec.expressions import Compiled, Fault

MOST_CHARACTERS = 32_767
"""What a cell of a workbook and a character variable of SAS hold."""

_GROWING = {"concat", "replace", "lpad", "rpad"}


def bounded(made: Compiled) -> Compiled:
    """Return a text that is null, and a fault, where it has too many characters.

    What only chooses among texts, or cuts them, is left as it is.
    """
    if made.type not in {Type.TEXT, Type.DTC} or not _grows(made.sql):
        return made
    length = sql.call("length", made.sql)
    too_long = exp.GT(this=length, expression=exp.Literal.number(MOST_CHARACTERS))
    fault = Fault(
        "E3251",
        sql.when(too_long, length),
        f"the text has {{value}} characters, {MOST_CHARACTERS} are allowed",
        "correct the record, or put together less",
        made.uses,
    )
    tree = sql.when(exp.Not(this=exp.Paren(this=too_long)), made.sql)
    return replace(made, sql=tree, faults=(*made.faults, fault))


def _grows(tree: exp.Expr) -> bool:
    if isinstance(tree, exp.Column | exp.Literal):
        return False
    return any(
        isinstance(each, exp.DPipe) or str(each.this) in _GROWING
        for each in tree.find_all(exp.DPipe, exp.Anonymous)
    )
