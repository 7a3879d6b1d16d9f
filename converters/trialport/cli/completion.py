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
    """Return the codes of the shipped rules."""
    del ctx, parameter
    from trialport.rules.shipped import shipped_rules

    return [each.code for each in shipped_rules() if each.code.startswith(incomplete.upper())]
