"""What a shell can complete: names of studies, datasets and rules."""

from __future__ import annotations

import re
from pathlib import Path

import click
from click.shell_completion import CompletionItem

_NAME = re.compile(r"^(?:dataset|resource):\s*([A-Za-z0-9]+)", re.MULTILINE)


def complete_studies(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the shipped studies, and leave folders to the shell."""
    del ctx, parameter
    from trialport.templates import shipped

    names = sorted(each.name for each in (shipped() / "studies").iterdir() if each.is_dir())
    found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return [*found, CompletionItem(incomplete, type="dir")]


def complete_datasets(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the datasets and resource types that the files of the study name."""
    del parameter
    from trialport.study import study_folder

    # An option that still lacks its value keeps click from assigning the arguments before it.
    study = ctx.params.get("study") or next(iter(ctx.args), "")
    folder = study_folder(Path(str(study)))
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/*.yaml"))]
    names = {name for text in texts for name in _NAME.findall(text)}
    return sorted(name for name in names if name.startswith(incomplete))


def complete_rules(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the codes of the shipped rules, and the ids of the CORE rules where one is begun."""
    del ctx, parameter
    from trialport.rules.core.shipped import core_rules
    from trialport.rules.shipped import shipped_rules

    begun = incomplete.upper()
    codes = [each.code for each in shipped_rules()]
    if begun.startswith("C"):
        codes += [each.id for each in core_rules()]
    return [each for each in codes if each.startswith(begun)]


def complete_kinds(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the kinds of files of a specification."""
    del ctx, parameter
    from trialport.pipeline.schemas import file_kinds

    return [each.name for each in file_kinds() if each.name.startswith(incomplete)]
