from __future__ import annotations

from collections.abc import Callable

import pytest

Value = Callable[..., object]


@pytest.mark.parametrize(
    ("condition", "flag", "yes_no"),
    [(True, "Y", "Y"), (False, None, "N"), (None, None, "N")],
)
def test_flags_are_y_or_null_and_yes_no_is_never_null(
    value: Value, condition: bool | None, flag: str | None, yes_no: str
) -> None:
    assert value("flag(CAST(? AS BOOLEAN))", condition) == flag
    assert value("yes_no(CAST(? AS BOOLEAN))", condition) == yes_no
