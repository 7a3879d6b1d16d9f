"""Write the pages of docs/reference that are made from the code and from data.

The page of the command line is made here, from what each command says of itself; the others in
`reference_pages`. `python docs/build_reference.py` writes them, `--check` tells which are stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

HERE = Path(__file__).parent
PAGE = HERE / "reference" / "command-line.md"
WIDTH = 80

_HEAD = """# The command line

This page is written by `make docs` from `trialport --help`; change the commands, not the page.

- stdout holds the result and nothing else; counts, notes and progress go to stderr.
- Findings are one line each: `code place: severity: problem; remedy`, errors first. At most 100 are
  listed; the rest is counted, and `findings.json` or `--json` has all of them.
- `--json` writes one document with the same content. Findings in it have the keys `code`,
  `severity`, `file`, `line`, `record`, `column`, `problem` and `remedy`; what is not known is left
  out.
- `NO_COLOR` turns colours off, wherever it comes from. `TRIALPORT_TRACEBACK=1` shows where a fault
  of trialport itself (`E9001`) comes from. `SOURCE_DATE_EPOCH` is the time that written files bear.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | done, with findings of severity error |
| 2 | could not be done; nothing was written |
| 130 | interrupted; nothing is left half-written |

Code 2 stands for faults of usage, files that cannot be read or written, a specification with faults
(except for `check`, whose result they are), `--strict` with findings of severity error, and faults
of trialport itself.
"""


def main() -> int:
    """Write the pages, or compare them; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail where stale")
    is_check = parser.parse_args().check
    return check(pages()) if is_check else write(pages())


def write(made: Mapping[Path, str]) -> int:
    """Write the pages, and return the exit code."""
    for path, text in made.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


def check(made: Mapping[Path, str]) -> int:
    """Tell which pages are stale, and return the exit code."""
    stale = [
        path
        for path, text in made.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        sys.stderr.write(f"{path.relative_to(HERE.parent)} is stale; run `make docs`\n")
    return 1 if stale else 0


def pages() -> dict[Path, str]:
    """Return the text of every page that is made from the code, by its path."""
    # The folder of this script is where Python looks first, but not while doctests are collected.
    from reference_pages import PAGES

    return {PAGE: page()} | {PAGE.parent / name: made() for name, made in PAGES.items()}


def page() -> str:
    """Return the page."""
    from trialport.cli.root import root

    sections = [
        f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"
        for context in _contexts(root, None, "trialport")
    ]
    return "\n".join([_HEAD, *sections])


def _contexts(
    command: click.Command, parent: click.Context | None, name: str
) -> Iterator[click.Context]:
    """Yield the command and, below a group, its commands in their order."""
    context = click.Context(
        command, parent, info_name=name, terminal_width=WIDTH, help_option_names=["-h", "--help"]
    )
    yield context
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            below = command.get_command(context, each)
            assert below is not None
            yield from _contexts(below, context, each)


if __name__ == "__main__":
    sys.exit(main())
