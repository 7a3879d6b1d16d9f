"""The forms that names and written values of a specification may have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial


@dataclass(frozen=True, slots=True)
class Form:
    """One form of text: what it is, how it is written, and the code of the fault.

    `folds` is true for names that SQL compares without regard to case: two of them in one mapping
    that differ in case alone are refused.
    """

    code: str
    what: str
    written: str
    fits: Callable[[str], bool]
    folds: bool = False


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


def _is_column(text: str) -> bool:
    """Say whether a raw column may be called so: 1 to 128 characters, none of them a control."""
    return 0 < len(text) <= 128 and all(unicodedata.category(each) != "Cc" for each in text)


def _is_date(text: str) -> bool:
    """Say whether the text is a day of the calendar, written YYYY-MM-DD."""
    if not _matches(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_EIGHT = partial(_matches, "[A-Z_][A-Z0-9_]{0,7}")
_CAPITALS = "at most 8 capital letters, digits and '_', not beginning with a digit"
_LOWER = partial(_matches, "[a-z_][a-z0-9_]{0,63}")
_SMALL = "small letters, digits and '_', not beginning with a digit"
_WORD = "letters, digits and '_', not beginning with a digit"

# Source: SDTM 2.0 and SAS XPORT version 5: names of datasets and variables, --TESTCD, PARAMCD and
# QNAM have at most 8 characters and do not begin with a digit.
DATASET = Form("E1110", "a dataset name", _CAPITALS, _EIGHT, folds=True)
VARIABLE = Form("E1110", "a variable name", _CAPITALS, _EIGHT, folds=True)
VARIABLE_OF = Form(
    "E1110",
    "the name of a variable, alone or after its dataset",
    f"{_CAPITALS}; DM.AGE with the dataset before it",
    partial(_matches, r"([A-Z_][A-Z0-9_]{0,7}\.)?[A-Z_][A-Z0-9_]{0,7}"),
    folds=True,
)
TEST_CODE = Form("E1110", "a test code", _CAPITALS, _EIGHT, folds=True)
PARAMETER_CODE = Form("E1110", "a parameter code", _CAPITALS, _EIGHT, folds=True)
CONSTANT = Form(
    "E1110",
    "a constant's name",
    "capital letters, digits and '_', not beginning with a digit",
    partial(_matches, "[A-Z_][A-Z0-9_]{0,31}"),
    folds=True,
)
TABLE = Form("E1111", "a raw table's name", _SMALL, _LOWER, folds=True)
ALIAS = Form("E1111", "a name for expressions", _SMALL, _LOWER, folds=True)
ELEMENT = Form(
    "E1113",
    "a FHIR element name",
    "letters and digits, beginning with a small letter or with '_' and a small letter",
    partial(_matches, "_?[a-z][A-Za-z0-9]*"),
)
COLUMN = Form(
    "E1114",
    "a column name",
    "1 to 128 characters, none a control character",
    _is_column,
    folds=True,
)
CODELIST = Form(
    "E1114", "a codelist name", _WORD, partial(_matches, "[A-Za-z_][A-Za-z0-9_]{0,63}"), folds=True
)
WORD = Form("E1114", "a name", _WORD, partial(_matches, "[A-Za-z_][A-Za-z0-9_]{0,63}"), folds=True)

LENGTH = Form(
    "E1105", "a length", "a whole number of bytes from 1", partial(_matches, "[1-9][0-9]{0,4}")
)
NUMBER = Form(
    "E1108",
    "a number",
    "a decimal number such as 5 or -0.25",
    partial(_matches, r"[+-]?([0-9]{1,30}(\.[0-9]{1,30})?|\.[0-9]{1,30})"),
)
DATE = Form("E1109", "a complete date", "a day of the calendar as YYYY-MM-DD", _is_date)
OFFSET = Form(
    "E1116",
    "an offset from UTC",
    "Z, or hours and minutes such as '+08:00'",
    partial(_matches, "Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+]14:00"),
)
