"""What is being made, shown on a terminal while it is made."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def progress(*, shown: bool) -> Generator[Callable[[str], None]]:
    """Yield a function that shows the name it is given, on stderr; the line goes away at the end.

    Nothing is shown where stderr is no terminal.
    """
    if not (shown and sys.stderr is not None and sys.stderr.isatty()):
        yield lambda _: None
        return
    # rich costs more to import than click itself.
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR")))
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("the specification", total=None)
        yield lambda name: bar.update(task, description=name)
