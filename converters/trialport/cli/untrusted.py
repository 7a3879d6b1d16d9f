"""`--untrusted`: the command runs once more, in a process that has limits and can be killed."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from trialport.engine.child import Limits

_Command = TypeVar("_Command", bound=Callable[..., Any])
_VARIABLE = "TRIALPORT_LIMITS"
"""As in `limited`, which imports what other systems than Unix lack."""
_KEPT = ("PATH", "LANG", "NO_COLOR", "SOURCE_DATE_EPOCH", "TRIALPORT_ID_KEY", "TRIALPORT_TRACEBACK")
_KEPT_FAMILIES = ("LC_", "OPENBLAS_", "PYTHON")
_LARGEST_TEXT = 64_000_000
_USUAL = {"memory": 4_000_000_000, "cpu": 600, "seconds": 900}


def _limits(
    _ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, int]:
    """Return the limits that are given as `name=value`, the others as usual."""
    from trialport.engine.child import bytes_of

    limits = dict(_USUAL)
    for each in given:
        name, _, value = each.partition("=")
        number = bytes_of(value) if name == "memory" else int(value) if value.isdecimal() else None
        if name not in limits or not number:
            raise click.BadParameter("write memory=2GB (or MB), cpu=300 or seconds=600")
        limits[name] = number
    return limits


def untrusted_options(command: _Command) -> _Command:
    """Add `--untrusted` and its limits to a command."""
    limit = click.option(
        "--limit",
        "limits",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_limits,
        help="A limit of --untrusted: memory=4GB, cpu=600 (seconds of CPU time) or seconds=900 "
        "(on the clock), unless stated; may be repeated.",
    )
    untrusted = click.option(
        "--untrusted/--trusted",
        default=False,
        help="Work in a process of its own that is killed when it reaches a limit, for a "
        "specification by somebody else.  [default: trusted]",
    )
    return untrusted(limit(command))


def limits_here() -> Limits | None:
    """Return the limits that this process works under, or None where it has none."""
    from trialport.engine.child import Limits

    told = os.environ.get(_VARIABLE)
    return Limits(**json.loads(told)) if told else None


def run_untrusted(ctx: click.Context, limits: dict[str, int]) -> int:
    """Run the command under limits and return its exit code; what it writes to stdout is shown.

    Raises:
        WriteError: E3295, a limit was reached.
    """
    with TemporaryDirectory(prefix="trialport-") as folder:
        return _run(ctx, _checked(limits), Path(folder), [], {})


def convert_untrusted(ctx: click.Context, out: Path, limits: dict[str, int], *, force: bool) -> int:
    """Run a conversion under limits and return its exit code.

    The process writes into a private folder beside `out`, which gets the name of `out` only where
    all went well, and is gone otherwise.

    Raises:
        WriteError: E3295, a limit was reached; E4101 to E4103, the folder cannot be written.
    """
    from trialport.write.folder import fresh_folder

    checked = _checked(limits)
    try:
        with fresh_folder(out, force=force) as private:
            made = private / "out"
            code = _run(ctx, checked, private, ["--out", str(made)], {str(made): str(out)})
            if not made.is_dir():
                raise _NothingWrittenError(code)
            _check_files(made)
            _take_out(made, private)
    except _NothingWrittenError as left:
        return left.code
    return code


class _NothingWrittenError(Exception):
    """Leaves a fresh folder without giving it its name."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def _take_out(made: Path, private: Path) -> None:
    """Leave in the private folder what is in `made`, and nothing else."""
    for each in sorted(private.iterdir()):
        if each != made:
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    for each in sorted(made.iterdir()):
        each.rename(private / each.name)
    made.rmdir()


def _checked(limits: dict[str, int]) -> Limits:
    from trialport.diagnostics import Diagnostic, Place, WriteError
    from trialport.engine.child import Limits

    if os.name != "posix":
        problem = "this system sets no limits to a process"
        raise WriteError([Diagnostic("E3295", Place(), problem, "use Linux or macOS")])
    return Limits(**limits)


def _run(
    ctx: click.Context,
    limits: Limits,
    folder: Path,
    options: Sequence[str],
    shown: dict[str, str],
) -> int:
    from trialport.cli.show import emit, note
    from trialport.diagnostics import Diagnostic, Place, WriteError
    from trialport.engine.child import run_limited

    output, errors = folder / ".stdout", folder / ".stderr"
    words = _with_options(ctx.obj, [*options, "--trusted"])
    note(f"untrusted: at most {limits.words()}")
    ended = run_limited(
        [sys.executable, "-m", "trialport.cli.limited", *words],
        limits,
        output=output,
        errors=errors,
        environment=_environment(limits, folder),
    )
    click.echo(_text(errors, shown), err=True, nl=False)
    if ended.hit:
        problem = f"the untrusted specification reached a limit: {ended.hit}; nothing was written"
        remedy = "look for what grows without bound, or allow more by --limit"
        raise WriteError([Diagnostic("E3295", Place(), problem, remedy)])
    emit(_text(output, shown).removesuffix("\n"))
    return ended.code


def _with_options(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """Return the words of a command with options that count last; after `--` there are none."""
    end = words.index("--") if "--" in words else len(words)
    return [*words[:end], *options, *words[end:]]


def _environment(limits: Limits, folder: Path) -> dict[str, str]:
    """Return what the process may know: no token, no variable that it has no use for."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith(_KEPT_FAMILIES)
    }
    home = str(Path(__file__).parents[2])
    return {
        **kept,
        "PYTHONPATH": home,
        "TMPDIR": str(folder),
        _VARIABLE: json.dumps(asdict(limits)),
    }


def _text(path: Path, shown: dict[str, str]) -> str:
    with path.open("rb") as stream:
        text = stream.read(_LARGEST_TEXT).decode("utf-8", "backslashreplace")
    for private, public in shown.items():
        text = text.replace(private, public)
    return text


def _check_files(folder: Path) -> None:
    """Refuse an output that holds anything but files and folders."""
    from trialport.diagnostics import Diagnostic, Place, WriteError

    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            problem = f"the untrusted work left '{path.name}', which is no file"
            raise WriteError([Diagnostic("E3295", Place(), problem, "")])
