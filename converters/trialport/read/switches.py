"""What is asked of one conversion beside the specification: cut-off, subjects, languages ..."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trialport.diagnostics import DataError, Diagnostic, Place, SpecError
from trialport.spec import forms


@dataclass(frozen=True, slots=True)
class Switches:
    """The switches of one conversion.

    Attributes:
        cutoff: the last day that counts, YYYY-MM-DD; the study's own unless given.
        subjects: USUBJID or subject numbers that are chosen; all unless given.
        treatment: a CSV file whose treatments stand for the study's, or None.
        languages: languages that datasets are written in as well, beside those of study.yaml.
        profile: an agency, or a profile of it with its date; that of study.yaml unless given.
    """

    cutoff: str = ""
    subjects: tuple[str, ...] = ()
    treatment: Path | None = None
    languages: tuple[str, ...] = ()
    profile: str = ""

    def __post_init__(self) -> None:
        """Refuse a cut-off that is no day (E2060)."""
        if self.cutoff and not forms.DATE.fits(self.cutoff):
            problem = f"the cut-off '{self.cutoff}' is not {forms.DATE.what}"
            remedy = f"write {forms.DATE.written}"
            raise SpecError([Diagnostic("E2060", Place(), problem, remedy)])


def chosen_subjects(given: str) -> tuple[str, ...]:
    """Return the subjects of a file, one a line, or of a list with commas; in order, each once.

    Raises:
        DataError: E3068 the file is not UTF-8 text, E3069 nobody is named.

    >>> chosen_subjects("101-002, 101-001,101-002")
    ('101-001', '101-002')
    """
    path = Path(given)
    lines = given.split(",")
    if path.is_file():
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (UnicodeDecodeError, OSError) as error:
            raise _fault("E3068", given, "the file of subjects is not text in UTF-8") from error
    names = {each.strip() for each in lines} - {""}
    if not names:
        raise _fault("E3069", given, "no subject is named")
    return tuple(sorted(names))


def _fault(code: str, given: str, problem: str) -> DataError:
    remedy = "name a file with one subject a line, or subjects with commas between them"
    return DataError([Diagnostic(code, Place(given), problem, remedy)])
