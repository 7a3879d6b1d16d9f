"""The root command: its verbs, and the exit code of whatever happens in them."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from types import MappingProxyType
from typing import Any

import click

from trialport import __version__
from trialport.cli.interrupts import interruptible
from trialport.cli.lazy import LazyGroup

# A plan is hundreds of thousands of small objects that all stay: looking for garbage among them
# finds none, and takes a tenth of the time of a check.
_COLLECT = (1_000_000, 20, 100)

_TIDY = {"check", "plan", "convert", "validate"}
"""The verbs that leave nothing to tidy up when the process ends: what they open, they close."""

DONE, WITH_ERRORS, NOT_DONE, INTERRUPTED = 0, 1, 2, 130

_VERBS = {
    "new": "Write a study into DIR: an example, or a draft from raw tables.",
    "profile": "Show what the raw tables in DIR hold; no specification is needed.",
    "check": "Check the specification of STUDY; no record is read.",
    "plan": "Show what STUDY will make, from what, and by which SQL.",
    "convert": "Convert the raw records of STUDY to datasets and resources.",
    "report": "Compute the report of the study that a conversion wrote into DIR.",
    "explain": "Say where the value of one cell comes from.",
    "validate": "Check the datasets that a conversion wrote into DIR.",
    "queries": "List what the raw records of STUDY should be asked about.",
    "terms": "Import controlled terminology, list packages, show codelists.",
    "spec": "Show specifications merged, or turn them into workbooks and back.",
    "rule": "Explain the validation rule CODE.",
    "rules": "List the validation rules that hold all WORDS, or all rules.",
    "package": "Lay what a conversion wrote into OUT out as a submission package.",
    "define": "Check a define.xml, or begin a specification from it.",
    "fhir": "Check FHIR resources, lay them into Bundles, or send them to a server.",
    "doctor": "Check this environment: Python, libraries, shipped data, room to write.",
    "xpt": "Look into SAS XPORT files, check them, or turn them into others.",
}


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        args: the words after the name of the program; those it was started with unless given.

    Returns:
        0 done; 1 done, with findings of severity error; 2 not done; 130 interrupted.
    """
    gc.set_threshold(*_COLLECT)
    _show_any_character(sys.stdout)
    _show_any_character(sys.stderr)
    words = list(sys.argv[1:] if args is None else args)
    code = _run(words)
    if args is None and words[:1] and words[0] in _TIDY:
        _leave(code)
    return code


def _run(words: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        code = root.main(args=words, prog_name="trialport", standalone_mode=False, obj=words)
        return code if isinstance(code, int) else DONE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; nothing was left half-written", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return NOT_DONE
    except SystemExit as left:
        # click leaves so after completing in a shell, and where nobody reads on.
        return NOT_DONE if left.code and "_TRIALPORT_COMPLETE" in os.environ else DONE


def _leave(code: int) -> None:
    """End the process without taking a plan apart first.

    That takes a fifth of a check's time, and half a second after a conversion. Where something is
    still to be done at the end, by a profiler or because a stream takes no more, the process is
    left to end as usual.
    """
    if _is_watched():
        return
    try:
        for each in (sys.stdout, sys.stderr):
            if each is not None:  # as it is where the process was started without it
                each.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


def _is_watched() -> bool:
    """Return whether a debugger, a profiler or a measure of coverage follows the process."""
    if sys.gettrace() is not None or sys.getprofile() is not None:
        return True
    monitoring: Any = getattr(sys, "monitoring", None)  # since Python 3.12, for up to six tools
    return monitoring is not None and any(monitoring.get_tool(each) for each in range(6))


class _Root(LazyGroup):
    """The group of all verbs; a fault in any of them becomes lines and an exit code."""

    verbs = MappingProxyType(_VERBS)

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb."""
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            with interruptible():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            from trialport.cli.faults import show_fault

            show_fault(error, as_json=bool(ctx.meta.get("trialport.json")))
            ctx.exit(NOT_DONE)


@click.command(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 done, with findings of severity error; 2 could not be done; "
    "130 interrupted.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def root() -> None:
    """Convert clinical trial records to CDISC SDTM, ADaM, SAS XPORT and FHIR.

    A study is described once, in a folder of YAML files; everything else is made from it.
    """


def _show_any_character(stream: object) -> None:
    """Write what a terminal cannot show as its escape, rather than failing on it."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
