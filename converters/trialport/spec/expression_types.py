"""Which types fit where, and the words for those that do not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from trialport.functions.model import Type
from trialport.spec.compiled import Compiled
from trialport.spec.expression_error import ExpressionError

TEXT_LIKE = {Type.TEXT, Type.DTC}


def fits(given: Type, wanted: Type) -> bool:
    """Return whether a value of one type may stand where another is wanted."""
    return given in {wanted, Type.NULL} or (given is Type.DTC and wanted is Type.TEXT)


def type_error(what: str, given: Type, wanted: str) -> ExpressionError:
    """Return E1401 with the function that converts, where there is one."""
    hints = {
        (Type.TEXT, "number"): "use number(...)",
        (Type.DTC, "number"): "use number(...)",
        (Type.NUMBER, "text"): "use number_text(...)",
        (Type.TEXT, "date"): "use complete_date(iso8601(...))",
        (Type.DTC, "date"): "use complete_date(...)",
        (Type.DATE, "text"): "use iso_date(...)",
        (Type.DATE, "ISO 8601 text"): "use iso_date(...)",
        (Type.TEXT, "ISO 8601 text"): "use iso8601(...)",
    }
    return ExpressionError(
        "E1401", f"{what} is {given}, {wanted} is needed", hints.get((given, wanted), "")
    )


def common_type(parts: Sequence[Compiled], node: exp.Expr) -> Type:
    """Return the type that all parts have in common; E1401 where they have none."""
    kinds = {part.type for part in parts} - {Type.NULL}
    if kinds <= TEXT_LIKE:
        return Type.NULL if not kinds else Type.DTC if kinds == {Type.DTC} else Type.TEXT
    if len(kinds) == 1:
        return next(iter(kinds))
    shown = " and ".join(sorted(kinds))
    remedy = "use number(...) or number_text(...)" if Type.NUMBER in kinds else ""
    raise ExpressionError("E1401", f"'{node.sql('duckdb')}' mixes {shown}", remedy)
