"""The pages of docs/reference that are written from the code and from data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from .errors import errors_page
from .functions import functions_page
from .rules import rules_page
from .specification_keys import specification_keys_page

__all__ = ["PAGES"]

PAGES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "errors.md": errors_page,
        "functions.md": functions_page,
        "rules.md": rules_page,
        "specification-keys.md": specification_keys_page,
    }
)
"""What makes each page, by its file name in docs/reference."""
