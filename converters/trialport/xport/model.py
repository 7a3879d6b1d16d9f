"""What a transport file describes: members (datasets) and their variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LONGEST_LABEL = 40
"""Bytes that the label of a dataset or variable has room for."""

MISSING_SUFFIX = "__missing"
"""A text column `AVAL__missing` beside the numbers of AVAL holds special missing values.

Its values are `.A` to `.Z`, `._` or `.`; it is NULL where AVAL is a number or plainly missing.
The lower-case suffix can be in no variable name, so the column never clashes with a variable.
"""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a member.

    `length` is bytes in the file: 1 to 200 for text, 3 to 8 for numbers; None means measured
    (text) or 8 (numbers). `format` and `informat` are SAS texts such as `DATE9.`, `8.2`, `$20.`.
    """

    name: str
    label: str
    type: Literal["char", "num"]
    length: int | None = None
    format: str = ""
    informat: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One dataset of a transport file: its name, its label and its variables in file order."""

    name: str
    label: str
    variables: tuple[Variable, ...]
