"""`trialport rules`: all validation rules, or those that words and options leave."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from trialport.cli.options import example, json_option, quiet_option
from trialport.cli.show import emit, json_text, note, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialport.rules.core.model import CoreRule, Scope


@dataclass(frozen=True, slots=True)
class _Entry:
    """One rule in the list."""

    code: str
    set: str
    severity: str
    applies_to: str
    title: str
    cited: tuple[str, ...]

    def has(self, word: str) -> bool:
        """Return whether a word stands anywhere in the entry, in capitals or not."""
        told = (self.code, self.applies_to, self.title, *self.cited)
        return any(word.casefold() in each.casefold() for each in told)


@click.command("rules", epilog=example("trialport rules RFSTDTC --set core --sdtmig 3.4"))
@click.argument("words", nargs=-1)
@click.option(
    "--set", "chosen", type=click.Choice(["own", "core"]), help="Only trialport's own, or CORE."
)
@click.option("--sdtmig", metavar="VERSION", help="Only CORE rules of this version of SDTMIG.")
@json_option
@quiet_option
def command(
    words: tuple[str, ...], *, chosen: str | None, sdtmig: str | None, as_json: bool
) -> None:
    """List the validation rules that hold all WORDS, or all rules.

    WORDS are looked for in code, datasets and classes, title, and what CDISC, FDA and Pinnacle 21
    call the rule (CG0151, FB3207, SD0012). `trialport rule CODE` explains one rule.
    """
    entries = [
        each
        for each in _entries(sdtmig)
        if (chosen or each.set) == each.set
        and (sdtmig is None or each.set == "core")
        and all(each.has(word) for word in words)
    ]
    if as_json:
        emit(json_text({"rules": [asdict(each) for each in entries]}))
        return
    heads = ("code", "severity", "applies to", "title")
    if entries:
        rows = ((each.code, each.severity, each.applies_to, each.title) for each in entries)
        emit(table(heads, rows))
    note(f"{len(entries)} rule{'s' * (len(entries) != 1)}")


def _entries(sdtmig: str | None) -> Iterator[_Entry]:
    """Yield every rule, our own first; of the CORE rules those of a version where one is given."""
    from trialport.rules.core.shipped import core_rules
    from trialport.rules.shipped import shipped_rules

    for rule in shipped_rules():
        applies_to, ids = ", ".join(rule.applies_to), _ids(rule.code)
        yield _Entry(rule.code, "own", rule.severity.value, applies_to, rule.title, ids)
    for each in core_rules():
        if sdtmig is None or each.applies_to("SDTMIG", sdtmig):
            yield _core(each)


def _core(rule: CoreRule) -> _Entry:
    about = ", ".join(part for part in map(_scope, (rule.classes, rule.domains)) if part) or "all"
    title = " ".join(rule.description.split())
    return _Entry(rule.id, "core", "warning", about, title, _ids(rule.id))


def _ids(code: str) -> tuple[str, ...]:
    """Return what others call the rule."""
    from trialport.rules.crosswalk import crosswalk

    return tuple(id_ for ids in crosswalk().of(code).values() for id_ in ids)


def _scope(scope: Scope) -> str:
    """Return what a rule is about, '' where that is everything."""
    included = ", ".join(each for each in scope.include if each != "ALL")
    excluded = f"not {', '.join(scope.exclude)}" if scope.exclude else ""
    return ", ".join(each for each in (included, excluded) if each)
