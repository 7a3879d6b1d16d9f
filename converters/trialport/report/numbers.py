"""Numbers as a publication writes them, and how they differ from those printed."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from trialport.report.results import Kind, Value

NOT_ESTIMABLE = "n.e."
_SLACK = 1e-9


def value_words(value: Value) -> str:
    """Return the numbers of a value as text.

    >>> value_words(Value(Kind.COUNT_PERCENT, (52, 54.1667), decimals=1))
    '52 (54.2)'
    >>> value_words(Value(Kind.RATIO, (0.3518, 0.1274, 0.9716), decimals=2))
    '0.35 (0.13–0.97)'
    """
    if math.isnan(value.numbers[0]):
        return NOT_ESTIMABLE
    if value.kind is Kind.P:
        return p_words(value.numbers[0])
    if value.kind in (Kind.COUNT, Kind.COUNT_PERCENT):
        texts = [str(int(value.numbers[0])), *(rounded(each, 1) for each in value.numbers[1:])]
    else:
        texts = [rounded(each, value.decimals) for each in value.numbers]
    return _joined(texts)


def printed_words(value: Value) -> str:
    """Return the printed figures of a value as text, '' where there are none."""
    return _joined(list(value.printed)) if value.printed else ""


def p_words(p: float) -> str:
    """Return a p-value with three decimals, the smallest as '<.001', the largest as '>.999'.

    >>> [p_words(each) for each in (0.0364, 0.00002, 1.0)]
    ['.036', '<.001', '>.999']
    """
    if p < 0.001:
        return "<.001"
    if p >= 0.9995:
        return ">.999"
    return rounded(p, 3).removeprefix("0")


def rounded(number: float, decimals: int) -> str:
    """Return a number with so many decimals, halves rounded up as tables have it.

    >>> rounded(22.75, 1), rounded(float("nan"), 1)
    ('22.8', 'n.e.')
    """
    if not math.isfinite(number):
        return NOT_ESTIMABLE
    # The shortest text of the number, so that 0.285 is not taken for 0.28499999999999998.
    digits = Decimal(repr(round(number, 12)))
    return str(digits.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def differences(value: Value) -> tuple[float, ...]:
    """Return by how much each number differs from the printed one, 0 where it rounds to that.

    A printed '<.001' or '>.999' is met by any number on that side of it.
    """
    return tuple(map(_difference, value.numbers, value.printed))


def agrees(value: Value) -> bool:
    """Say whether every number is as printed."""
    return not any(differences(value))


def difference_words(value: Value) -> str:
    """Return 'as printed', or the differences: decimals as printed, three of p-values.

    >>> difference_words(Value(Kind.RATIO, (0.352, 0.127, 0.972), (".35", ".12", ".96")))
    '0, +0.01, +0.01'
    """
    if not value.printed:
        return ""
    if agrees(value):
        return "as printed"
    least = 3 if value.kind is Kind.P else 0
    decimals = (max(least, _decimals(each)) for each in value.printed)
    return ", ".join(map(_signed, differences(value), decimals))


def _difference(number: float, printed: str) -> float:
    bound = float(printed.lstrip("<>"))
    if printed.startswith("<"):
        return 0.0 if number < bound else number - bound
    if printed.startswith(">"):
        return 0.0 if number > bound else number - bound
    half = 0.5 * 10.0 ** -_decimals(printed) + _SLACK
    return 0.0 if abs(number - bound) <= half else number - bound


def _signed(difference: float, decimals: int) -> str:
    if difference == 0:
        return "0"
    if not math.isfinite(difference):
        return NOT_ESTIMABLE
    text = rounded(abs(difference), decimals)
    return f"{'+' if difference > 0 else '−'}{text}"


def _decimals(printed: str) -> int:
    return len(printed.partition(".")[2])


def _joined(texts: list[str]) -> str:
    """Return figures as tables write them: 'a', 'a (b)', 'a (b–c)'."""
    return texts[0] if len(texts) == 1 else f"{texts[0]} ({'–'.join(texts[1:])})"
