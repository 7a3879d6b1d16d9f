"""The words and marks that an expression is made of: a closed list, checked before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import sqlglot
from sqlglot import TokenType
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from trialport.diagnostics import shown
from trialport.spec.expression_error import ExpressionError
from trialport.spec.function_names import unknown_function

_MARKS = {
    *(TokenType.L_PAREN, TokenType.R_PAREN, TokenType.COMMA, TokenType.DOT),
    *(TokenType.PLUS, TokenType.DASH, TokenType.STAR, TokenType.SLASH, TokenType.DPIPE),
    *(TokenType.EQ, TokenType.NEQ, TokenType.LT, TokenType.LTE, TokenType.GT, TokenType.GTE),
}
_KEYWORDS = {
    *(TokenType.AND, TokenType.OR, TokenType.NOT, TokenType.IS, TokenType.IN, TokenType.BETWEEN),
    *(TokenType.LIKE, TokenType.CASE, TokenType.WHEN, TokenType.THEN, TokenType.ELSE),
    *(TokenType.END, TokenType.NULL, TokenType.TRUE, TokenType.FALSE),
}
_VALUES = {TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER}
_KNOWN = _MARKS | _KEYWORDS | _VALUES
_ODD_SPELLINGS = {"==", "~~"}
"""Other dialects' spellings of marks that the language has; the parser takes them for the same."""

# Words that name things here, although they are keywords somewhere in SQL: `date`, `first`, `text`.
_NAMES = DuckDB.Parser.ID_VAR_TOKENS | DuckDB.Parser.FUNC_TOKENS | DuckDB.Parser.TYPE_TOKENS
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?")

_INSTEAD: Mapping[str, str] = {
    "==": "write =",
    "~~": "write like",
    "!~~": "write not like",
    "~": "write regexp_matches(text, 'pattern')",
    "!~": "write not regexp_matches(text, 'pattern')",
    "rlike": "write regexp_matches(text, 'pattern')",
    "regexp": "write regexp_matches(text, 'pattern')",
    "similar to": "write regexp_matches(text, 'pattern')",
    "glob": "write like, with % and _",
    "ilike": "write lower(text) like 'pattern'",
    "@": "write abs(number)",
    "isnull": "write is null",
    "notnull": "write is not null",
    "unknown": "write is null",
    "symmetric": "write the lower limit first",
    "[": "write a list as in ('a', 'b')",
    "::": "use number(...), complete_date(...) or number_text(...)",
    "as": "an expression has no name of its own; the key of the variable is its name",
}


def words(text: str) -> list[Token]:
    """Return the words of an expression, each one that the language has.

    Raises:
        ExpressionError: E1301 what cannot be read, E1303 more than one expression, E1304 a
            comment, E1310 what the language lacks.
    """
    try:
        found = sqlglot.tokenize(text, dialect="duckdb")
    except SqlglotError:
        problem = "not an expression: a quote is not closed, or a mark means nothing"
        raise ExpressionError("E1301", problem) from None
    if not found:
        remedy = "write one expression without ';'"
        raise ExpressionError("E1303", "the expression is empty", remedy)
    if any(each.comments for each in found):
        raise ExpressionError(
            "E1304", "a comment inside an expression", "write it as a YAML comment"
        )
    for place, each in enumerate(found):
        _check(each, text)
        called = place + 1 < len(found) and found[place + 1].token_type is TokenType.L_PAREN
        if called and each.token_type is TokenType.VAR:
            unknown_function(each.text)
    _check_phrases(found)
    return found


def _check(word: Token, text: str) -> None:
    """Refuse a word that the language lacks; what may be a name is one from here on."""
    kind = word.token_type
    if kind is TokenType.SEMICOLON:
        problem = "one expression is expected" if text.strip(" ;") else "the expression is empty"
        raise ExpressionError("E1303", problem, "write one expression without ';'")
    if kind is TokenType.NUMBER:
        _check_number(text[word.start : word.end + 1])
        return
    if kind in _KNOWN and word.text not in _ODD_SPELLINGS:
        return
    if kind in _NAMES and _NAME.fullmatch(word.text):
        word.token_type = TokenType.VAR
        return
    remedy = _INSTEAD.get(word.text.casefold(), "")
    if not remedy and _NAME.fullmatch(word.text):
        remedy = f'a column of that name is written "{word.text}"'
    written = shown(text[word.start : word.end + 1])
    raise ExpressionError("E1310", f"{written} is not in the mapping language", remedy)


def _check_number(written: str) -> None:
    if not _NUMBER.fullmatch(written) or float(written) == float("inf"):
        problem = f"not an expression: {shown(written)} is no number"
        raise ExpressionError("E1301", problem, "write it as 5, 0.25 or 1e-3")


def _check_phrases(found: Sequence[Token]) -> None:
    """Refuse phrases whose words are names elsewhere: `is unknown`, `between symmetric`."""
    for before, after in pairwise(found):
        odd = (before.token_type, after.text.casefold()) in {
            (TokenType.IS, "unknown"),
            (TokenType.BETWEEN, "symmetric"),
            (TokenType.BETWEEN, "asymmetric"),
        }
        if odd and after.token_type is TokenType.VAR:
            problem = f"'{before.text} {after.text}' is not in the mapping language"
            raise ExpressionError("E1310", problem, _INSTEAD.get(after.text.casefold(), ""))
