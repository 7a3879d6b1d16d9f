"""A report made: declared analyses, transport files read, results computed, two files written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trialport.diagnostics import Diagnostic, Place, TrialportError
from trialport.report.declared import conversion_of, declared_report
from trialport.xport.atomic import atomic_file

if TYPE_CHECKING:
    from trialport.report.results import Results


def make_report(
    folder: Path | str, *, study: Path | str | None = None, out: Path | str | None = None
) -> tuple[Path, Path]:
    """Write `report.html` and `report.json`, and return where they are.

    Args:
        folder: what a conversion wrote; its transport files are all that is read of the data.
        study: folder of the specification, or the name of a shipped study; the shipped study of
            the same identifier unless given.
        out: folder to write into; `folder` unless given.

    Raises:
        TrialportError: the extra `stats` is not installed (E4520), a dataset, a variable or an arm
            is missing (E4521-E4523), the folder is none of ours (E4524), no report is declared
            (E4525), report.yaml has faults, or a file cannot be written (E4034).
    """
    results = report_results(Path(folder), study=None if study is None else Path(study))
    from trialport.report.document import report_json
    from trialport.report.page import report_html

    target = Path(folder if out is None else out)
    page, data = target / "report.html", target / "report.json"
    for path, text in ((page, report_html(results)), (data, report_json(results))):
        with atomic_file(path) as stream:
            stream.write(text.encode())
    return page, data


def report_results(folder: Path, *, study: Path | None = None) -> Results:
    """Return what `make_report` writes, as values."""
    made = conversion_of(folder)
    report = declared_report(made.study, study)
    _require_extra()
    from trialport.report.compute import computed
    from trialport.report.datasets import read_datasets

    return computed(made, report, read_datasets(folder, report))


def _require_extra() -> None:
    """Refuse to go on without the packages of the extra."""
    try:
        import comprisk  # noqa: F401  # pyright: ignore[reportUnusedImport]
        import lifelines  # noqa: F401  # pyright: ignore[reportUnusedImport]
        import scipy  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        problem = f"the statistics of a report need the package '{error.name}'"
        remedy = "install the extra: pip install 'trialport[stats]'"
        raise TrialportError([Diagnostic("E4520", Place(), problem, remedy)]) from error
