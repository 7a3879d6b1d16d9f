"""`trialport validate`: the rules, asked of what a conversion wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trialport.cli.options import encoding_option, example, json_option, quiet_option
from trialport.cli.show import (
    MOST_LINES,
    counts,
    counts_line,
    emit,
    finding_line,
    in_order,
    json_text,
    note,
    plain,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from trialport.diagnostics import Diagnostic
    from trialport.findings.dispositions import Disposition
    from trialport.findings.judged import Judged
    from trialport.rules.core.reference import Compared

    NotRun = Sequence[tuple[str, str, str]]

_NOTHING_THERE = "E3085"
"""The folder holds no transport file, so there is nothing to judge."""

_FORMATS = ("text", "summary", "json", "sarif", "junit", "html")
_WITH_ENGINE = ("text", "json")
_SUFFIXES = {".json": "json", ".sarif": "sarif", ".xml": "junit", ".html": "html"}


@click.command(
    "validate", epilog=example("trialport validate out/msc_gvhd --output out/findings.html")
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--core/--no-core", default=True, help="Ask CDISC's CORE rules, too (the default).")
@click.option(
    "--sdtmig",
    metavar="VERSION",
    default="3.4",
    show_default=True,
    help="The version of SDTMIG whose CORE rules are asked.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="How findings are told; by the suffix of --output, or text, unless stated.",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the findings into FILE, replacing it, instead of stdout.",
)
@click.option(
    "--dispositions",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="What was decided about findings: a YAML file, or the folder of a study that has it as "
    "dispositions.yaml.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The findings of an earlier run, as --json wrote them; only new ones decide the exit "
    "code.",
)
@click.option(
    "--study",
    metavar="STUDY",
    type=click.Path(path_type=Path),
    help="The specification that DIR was converted by: its own rules are asked, too. With --raw, "
    "findings name the raw cells and the line of the specification behind a value.",
)
@click.option(
    "--raw",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The raw files that DIR was converted from; see --study.",
)
@click.option(
    "--drafts",
    is_flag=True,
    help="Ask CDISC's drafts of CORE rules as well: hints, told as notes and never as errors.",
)
@click.option(
    "--profile",
    metavar="NAME",
    default="",
    help="An agency (fda, nmpa, pmda), or a profile of it with its date, whose criteria for "
    "turning a submission back are asked.",
)
@click.option(
    "--with-core",
    is_flag=True,
    help="Ask CDISC's reference engine as well, and show rule by rule where the two differ.",
)
@click.option(
    "--core-python",
    metavar="FILE",
    envvar="TRIALPORT_CORE_PYTHON",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The Python that has cdisc-rules-engine, for --with-core.",
)
@click.option(
    "--core-cache",
    metavar="DIR",
    envvar="TRIALPORT_CORE_CACHE",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The folder of the engine's cache, for --with-core; it is trusted.",
)
@encoding_option
@json_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    folder: Path,
    *,
    core: bool,
    sdtmig: str,
    form: str | None,
    output: Path | None,
    dispositions: Path | None,
    baseline: Path | None,
    study: Path | None,
    raw: Path | None,
    drafts: bool,
    profile: str,
    with_core: bool,
    core_python: Path | None,
    core_cache: Path | None,
    encoding: str,
    as_json: bool,
) -> None:
    """Check the datasets that a conversion wrote into DIR.

    Every rule is asked of every dataset it applies to. Findings are one line each; a rule that
    could not be asked is listed too, with the reason. The exit code is 1 where a finding is an
    error that was neither accepted nor called a false positive, and is not in the baseline.
    """
    if raw is not None and study is None:
        raise click.UsageError("--raw needs --study")
    form = form or _form(output, as_json=as_json)
    if with_core and (core_python is None or core_cache is None):
        raise click.UsageError("--with-core needs --core-python and --core-cache")
    if with_core and form not in _WITH_ENGINE:
        raise click.UsageError(f"--with-core is told as {' or '.join(_WITH_ENGINE)}")
    from trialport.diagnostics import DataError
    from trialport.findings.baseline import load_baseline
    from trialport.findings.dispositions import load_dispositions
    from trialport.findings.judged import judge
    from trialport.pipeline import compare_with_engine, validate

    decided = load_dispositions(dispositions) if dispositions else ()
    known = load_baseline(baseline) if baseline else None
    guide = sdtmig if core else ""
    found, not_run = validate(
        folder,
        sdtmig=guide,
        encoding=encoding,
        study=study,
        raw=raw,
        drafts=drafts,
        profile=profile,
    )
    if any(each.code == _NOTHING_THERE for each in found):
        raise DataError(found)
    judged = judge(in_order(found), [each for each in decided if _is_asked(each, core=core)], known)
    compared: list[Compared] = []
    if with_core and core_python is not None and core_cache is not None:
        compared = compare_with_engine(
            folder, python=core_python, cache=core_cache, sdtmig=sdtmig, encoding=encoding
        )
    text = _told(form, folder, judged, not_run, compared)
    if output is None:
        emit(text.rstrip("\n"))
    else:
        _write(text, output)
    if form in ("text", "summary") or output is not None:
        note(_counts(judged, not_run))
    ctx.exit(1 if any(each.weighs for each in judged) else 0)


def _form(output: Path | None, *, as_json: bool) -> str:
    """Return the format that is meant where none is stated."""
    if as_json:
        return "json"
    return _SUFFIXES.get(output.suffix, "text") if output is not None else "text"


def _is_asked(decided: Disposition, *, core: bool) -> bool:
    """Return whether a decision is about something that this run can find.

    E1 to E32 are about specifications and raw records, which this command does not read.
    """
    if decided.code.startswith(("E1", "E2", "E31", "E32")):
        return False
    return core or not decided.code.startswith("CORE")


def _told(
    form: str,
    folder: Path,
    judged: Sequence[Judged],
    not_run: NotRun,
    compared: Sequence[Compared],
) -> str:
    """Return the findings in one of the formats."""
    if form == "json":
        return _document(folder, judged, not_run, compared)
    if form == "sarif":
        from trialport import __version__
        from trialport.findings.sarif import sarif

        return json_text(sarif(judged, not_run, version=__version__))
    if form == "junit":
        from trialport.findings.junit import junit

        return junit(judged, not_run).decode()
    if form == "html":
        from trialport.findings.page import findings_page

        return findings_page(str(folder), judged, not_run)
    if form == "summary":
        return _summary(judged)
    return "\n".join([_lines(judged, not_run), *_differences(compared)])


def _lines(judged: Sequence[Judged], not_run: NotRun) -> str:
    shown = sorted(judged, key=lambda each: not each.weighs)[:MOST_LINES]
    lines = [_line(each) for each in shown]
    if len(judged) > len(shown):
        note(f"{len(judged) - len(shown)} more: --json shows them all")
    for code, dataset, reason in not_run:
        place = f"{code} {dataset}" if dataset else code
        lines.append(f"{place}: not run: {plain(reason)}")
    return "\n".join(lines)


def _line(judged: Judged) -> str:
    state = f" [{plain(judged.state)}]" if judged.state else ""
    return f"{finding_line(judged.finding)}{state}"


def _summary(judged: Sequence[Judged]) -> str:
    from trialport.findings.judged import causes

    heads = ("code", "severity", "dataset", "variable", "records", "state", "first problem")
    rows = [
        (
            *(each.code, each.severity.value, each.dataset, each.variable or "-"),
            *(each.records, each.state or "open", each.findings[0].finding.problem),
        )
        for each in causes(judged)
    ]
    return table(heads, rows) if rows else ""


def _differences(compared: Sequence[Compared]) -> list[str]:
    """Return a line for each rule that the reference engine judges otherwise, and one of sums."""
    lines: list[str] = []
    for each in compared:
        if not each.is_same:
            only = [_some(each.ours - each.theirs), _some(each.theirs - each.ours)]
            told = f"ours {len(each.ours)}, engine {len(each.theirs)}"
            lines.append(
                f"{each.rule}: differs: {told}; only ours: {only[0]}; only engine: {only[1]}"
            )
    if compared:
        same = sum(each.is_same for each in compared)
        both = sum(all(each.ran) for each in compared)
        lines.append(
            f"reference engine: {len(compared)} rules, {both} run by both; "
            f"{same} with the same records flagged, {len(compared) - same} with others"
        )
    return lines


def _some(records: Collection[tuple[str, int]]) -> str:
    named = [f"{name} record {row}" if row else name for name, row in sorted(records)[:3]]
    more = [f"{len(records) - 3} more"] if len(records) > 3 else []
    return ", ".join([*named, *more]) or "none"


def _document(
    folder: Path, judged: Sequence[Judged], not_run: NotRun, compared: Sequence[Compared]
) -> str:
    from trialport.findings.judged import causes, state_counts
    from trialport.pipeline import finding_json

    return json_text(
        {
            "folder": str(folder),
            "not_run": [
                dict(zip(("rule", "dataset", "reason"), each, strict=True)) for each in not_run
            ],
            "counts": counts(_findings(judged)),
            "states": state_counts(judged),
            "causes": [
                {
                    "code": each.code,
                    "severity": each.severity.value,
                    "dataset": each.dataset,
                    "variable": each.variable,
                    "records": each.records,
                    "state": each.state or "open",
                    "fingerprints": sorted({one.fingerprint for one in each.findings}),
                }
                for each in causes(judged)
            ],
            "findings": [finding_json(each.finding) | each.to_json() for each in judged],
            **({"reference_engine": [each.to_json() for each in compared]} if compared else {}),
        }
    )


def _counts(judged: Sequence[Judged], not_run: NotRun) -> str:
    from trialport.findings.judged import state_counts

    states = [f"{count} {state}" for state, count in state_counts(judged).items()]
    return "; ".join([counts_line(_findings(judged)), *states, f"{len(not_run)} not run"])


def _findings(judged: Sequence[Judged]) -> list[Diagnostic]:
    return [each.finding for each in judged]


def _write(text: str, output: Path) -> None:
    from trialport.xport.atomic import atomic_file

    with atomic_file(output) as stream:
        stream.write(f"{text.rstrip()}\n".encode())
