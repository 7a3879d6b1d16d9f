"""What the rules find in a folder of datasets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trialport.diagnostics import Diagnostic
from trialport.findings.origins import with_known_origins
from trialport.pipeline.planning import plan, raw_files, reduced
from trialport.pipeline.study_rules import ask_rules_of_study, study_rules
from trialport.pipeline.work import Raw, Work
from trialport.study import PlannedStudy

if TYPE_CHECKING:
    from trialport.rules.folder import Asked, Asker


def validate(
    folder: Path | str,
    *,
    sdtmig: str = "",
    encoding: str = "ascii",
    study: Path | str | None = None,
    raw: Raw | None = None,
    drafts: bool = False,
    profile: str = "",
) -> tuple[list[Diagnostic], list[tuple[str, str, str]]]:
    """Return what the rules find in the datasets of a folder, and what was not run and why.

    Each define.xml there is held against its schema and against the files it describes.

    Args:
        folder: what `convert` wrote, or any folder of SAS XPORT files.
        sdtmig: ask CDISC's CORE rules for this version of SDTMIG too, e.g. 3.4.
        encoding: the encoding of the text in the files; it is never guessed.
        drafts: ask CDISC's drafts of CORE rules as well; what they find is a note.
        profile: an agency, or a profile of it with its date, whose criteria are asked.
        study: the specification that the folder was converted by; its own rules are asked too.
        raw: with `study`, the raw records it was converted from: findings name the raw cells and
            the line of the specification behind a value, and edit checks of raw tables are asked.
            What the conversion noted in `findings.json` is told without.

    Raises:
        SpecError: E1240, there is no such version of SDTMIG, E1291 no such profile; the
            specification has faults.
        DataError: raw files cannot be read as their contracts say.

    Returns:
        The findings, and (rule, dataset, reason) of every rule that could not be asked.
    """
    from trialport.define.check import check_defines
    from trialport.profiles import load_profile
    from trialport.rules.criteria import criteria_faults, criteria_not_run
    from trialport.rules.folder import validate_folder
    from trialport.rules.formats import format_differences

    planned = None if study is None else plan(study)[0]
    more = None if planned is None else _asker(planned)
    result, faults = validate_folder(
        Path(folder), encoding=encoding, sdtmig=sdtmig, drafts=drafts, more=more
    )
    found = [*faults, *check_defines(Path(folder), encoding=encoding), *result.diagnostics]
    found += format_differences(Path(folder), encoding=encoding)
    asked = load_profile(profile) if profile else None
    found += criteria_faults(asked, Path(folder), encoding=encoding) if asked else []
    found, not_run = with_known_origins(found, Path(folder)), list(result.not_run)
    not_run += criteria_not_run(asked) if asked else []
    if planned is not None and raw is not None:
        found, further = _with_raw(found, planned, raw)
        not_run += further
    return found, not_run


def _asker(planned: PlannedStudy) -> Asker:
    """Return what asks the study's own rules of datasets."""
    return lambda datasets, connection: ask_rules_of_study(
        planned, datasets, connection, staged=(), about="datasets"
    )


def _with_raw(found: list[Diagnostic], planned: PlannedStudy, raw: Raw) -> Asked:
    """Return findings with their origins, told by making the datasets that they name again.

    The study's edit checks of raw tables are asked as well.
    """
    from trialport.engine.origins import named_datasets, with_origins
    from trialport.rules.of_study import raw_tables_named

    whole = planned.plan
    names = named_datasets(found, [each.name for each in whole.steps])
    part = reduced(whole, names) if names else replace(whole, steps=(), resources=())
    with Work(replace(planned, plan=part), raw, None, None, lambda _: None) as work:
        explained = with_origins(found, work.engine, part, raw_files(planned))
        work.stage(sorted(set(raw_tables_named(study_rules(planned))) - set(work.digests)))
        staged = list(work.digests)
        edits, not_run = ask_rules_of_study(
            planned, (), work.engine.connection, staged=staged, about="raw"
        )
    return [*explained, *edits], not_run
