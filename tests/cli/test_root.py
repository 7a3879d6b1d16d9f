from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from trialport import __version__
from trialport.cli.lazy import LazyGroup
from trialport.cli.root import root

CHECKOUT = Path(__file__).parents[2]
Run = Callable[..., Any]


def _verbs(group: LazyGroup, path: str = "") -> dict[str, tuple[click.Command, str]]:
    """Return every verb by its words, with the line that help lists for it."""
    found: dict[str, tuple[click.Command, str]] = {}
    context = click.Context(group)
    for name, line in group.verbs.items():
        command = group.get_command(context, name)
        assert command is not None
        found[f"{path}{name}"] = (command, line)
        if isinstance(command, LazyGroup):
            found |= _verbs(command, f"{path}{name} ")
    return found


assert isinstance(root, LazyGroup)
VERBS = _verbs(root)


def test_the_version_is_that_of_the_package(run: Run) -> None:
    ran = run("--version")
    assert (ran.code, ran.out, ran.err) == (0, f"trialport {__version__}\n", "")


@pytest.mark.parametrize("verb", VERBS)
def test_the_list_of_commands_shows_the_first_line_of_each(verb: str) -> None:
    command, line = VERBS[verb]
    assert (command.help or "").partition("\n")[0] == line
    assert len(line) <= 72


@pytest.mark.parametrize(
    "verb", [name for name, (each, _) in VERBS.items() if not isinstance(each, LazyGroup)]
)
def test_every_command_shows_an_example_and_can_give_json(verb: str) -> None:
    command, _ = VERBS[verb]
    assert f"Example:\n  trialport {verb} " in (command.epilog or "")
    assert "--json" in [option for each in command.params for option in each.opts]
    assert sum(isinstance(each, click.Option) for each in command.params) <= 19


def test_help_of_every_command_is_given_with_code_0(run: Run) -> None:
    for verb in VERBS:
        ran = run(*verb.split(), "--help")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"Usage: trialport {verb} ")


def test_a_misspelt_command_is_answered_with_the_nearest(run: Run) -> None:
    ran = run("convrt")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no command 'convrt'; did you mean 'convert'?" in ran.err


def test_a_misspelt_command_of_a_group_is_answered_with_the_nearest(run: Run) -> None:
    ran = run("xpt", "to-cvs")
    assert ran.code == 2
    assert "there is no command 'to-cvs'; did you mean 'to-csv'?" in ran.err


def test_a_misspelt_option_is_answered_with_the_nearest(run: Run) -> None:
    ran = run("check", "study", "--jsn")
    assert ran.code == 2
    assert "--json" in ran.err


def test_nothing_asked_is_a_fault_of_usage(run: Run) -> None:
    assert run().code == 2


def test_help_imports_click_and_nothing_heavy() -> None:
    script = (
        "import sys; from trialport.cli import main; main(['--help']); "
        "print(*sorted(each.partition('.')[0] for each in sys.modules), file=sys.stderr); "
        "print(*[each for each in sys.modules if each.startswith('trialport')], file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=CHECKOUT / "converters",
        capture_output=True,
        text=True,
        check=True,
    )
    packages, ours = ran.stderr.splitlines()
    heavy = {"numpy", "pandas", "pyarrow", "duckdb", "sqlglot", "rich", "yaml", "lxml", "difflib"}
    assert not heavy & set(packages.split())
    assert sorted(ours.split()) == [
        "trialport",
        "trialport.cli",
        "trialport.cli.interrupts",
        "trialport.cli.lazy",
        "trialport.cli.root",
    ]


def test_a_check_loads_no_library_of_tables() -> None:
    script = (
        "import sys; from trialport.cli import main; code = main(['check', 'msc_gvhd']); "
        "print(code, *sorted({each.partition('.')[0] for each in sys.modules}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=CHECKOUT / "converters",
        capture_output=True,
        text=True,
        check=True,
    )
    code, *packages = ran.stdout.splitlines()[-1].split()
    assert code == "0"
    assert not {"numpy", "pandas", "pyarrow", "lxml", "pyreadstat"} & set(packages)
    assert {"sqlglot", "duckdb"} <= set(packages), "the rules of the study are proven"


ENDING = (
    "import atexit, sys; atexit.register(lambda: print('taken apart')); "
    "from trialport.cli import main; sys.exit(main())"
)


@pytest.mark.parametrize(
    ("words", "is_taken_apart"),
    [
        ("check {tiny}/study", False),
        ("convert {tiny}/study --raw {tiny}/raw --out {out} --force", False),
        ("convert {tiny}/study --raw {tiny}/missing --out {out} --force", False),
        ("validate {tiny}/raw", False),
        ("--version", True),
    ],
)
def test_a_program_that_closes_what_it_opens_ends_at_once(
    run: Run, tiny: Path, tmp_path: Path, words: str, is_taken_apart: bool
) -> None:
    asked = [each.format(tiny=tiny, out=tmp_path / "out") for each in words.split()]
    ran = subprocess.run(
        [sys.executable, "-c", ENDING, *asked],
        cwd=CHECKOUT / "converters",
        capture_output=True,
        text=True,
        check=False,
    )
    here = run(*asked)
    end = "taken apart\n" if is_taken_apart else ""
    assert (ran.returncode, ran.stdout, ran.stderr) == (here.code, here.out + end, here.err)


@pytest.mark.parametrize(
    "watch",
    [
        "sys.setprofile(lambda *_: None)",
        "import types; sys.monitoring = types.SimpleNamespace(get_tool=lambda tool: tool == 2)",
    ],
)
def test_a_program_that_is_traced_ends_as_usual(tiny: Path, watch: str) -> None:
    traced = ENDING.replace("sys.exit(", f"{watch}; sys.exit(")
    ran = subprocess.run(
        [sys.executable, "-c", traced, "check", tiny / "study"],
        cwd=CHECKOUT / "converters",
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.endswith("taken apart\n")


@pytest.mark.skipif(sys.platform == "win32", reason="asks a shell to close a stream")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_program_without_a_stream_ends_with_the_same_code(tiny: Path, closed: str) -> None:
    words = shlex.join([sys.executable, "-c", ENDING, "check", str(tiny / "study")])
    ran = subprocess.run(
        ["sh", "-c", f"{words} {closed}"],
        cwd=CHECKOUT / "converters",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0
    assert "Error" not in ran.stderr


def test_the_checkout_runs_without_being_installed(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(CHECKOUT / "cli.py"), "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == f"trialport {__version__}\n"


def test_no_color_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool | None] = []

    @click.command()
    @click.pass_context
    def command(ctx: click.Context) -> None:
        seen.append(ctx.color)

    def found(self: LazyGroup, ctx: click.Context, cmd_name: str) -> click.Command:
        del self, ctx, cmd_name
        return command

    monkeypatch.setattr(LazyGroup, "get_command", found)
    for value in ("", "1"):
        monkeypatch.setenv("NO_COLOR", value)
        root.main(args=["check"], standalone_mode=False)
    assert seen == [None, False]


def test_completion_offers_commands(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("_TRIALPORT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "trialport c")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert run().out.split() == ["plain,check", "plain,convert"]


def test_completion_offers_datasets(monkeypatch: pytest.MonkeyPatch, run: Run, tiny: Path) -> None:
    monkeypatch.setenv("_TRIALPORT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"trialport plan {tiny / 'study'} --dataset ")
    monkeypatch.setenv("COMP_CWORD", "4")
    assert run().out.split() == ["plain,AE", "plain,DM"]


def test_completion_offers_shipped_studies(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("_TRIALPORT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "trialport check msc")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert "plain,msc_gvhd" in run().out.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("trialport rule TP010", "TP0101"),
        ("trialport rule core-00002", "CORE-000023"),
        ("trialport spec schema s", "sdtm"),
        ("trialport convert msc_gvhd --only Org", "Organization"),
    ],
)
def test_completion_offers_what_there_is(
    words: str, offered: str, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setenv("_TRIALPORT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    found = run().out.split()
    assert f"plain,{offered}" in found
    begun = words.rpartition(" ")[2].lower()
    assert all(each.removeprefix("plain,").lower().startswith(begun) for each in found)


def test_a_fault_of_a_specification_is_a_document_too_where_asked(run: Run) -> None:
    ran = run("plan", "no/such/study", "--json")
    assert ran.code == 2
    document = json.loads(ran.out)
    assert document["counts"] == {"error": 1, "warning": 0, "note": 0}
    assert [each["code"] for each in document["findings"]] == ["E1002"]
    assert ran.err == "E1002 no/such/study: error: there is no folder of this name\n"
