"""pyarrow in a process that is the program's own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


def without_pandas() -> None:
    """Let pyarrow not import pandas until something asks for it.

    With the first list that it is given, pyarrow imports pandas, only to see whether the list is a
    Series of it; that takes a quarter of a second. It looks once. From then on it takes a Series
    for any list, so this is nothing for a process in which others have some.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    nowhere = _Nowhere()
    sys.meta_path.insert(0, nowhere)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(nowhere)


class _Nowhere(MetaPathFinder):
    """Says that there is no pandas."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        """Refuse pandas, and leave any other module to those that find modules."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)
