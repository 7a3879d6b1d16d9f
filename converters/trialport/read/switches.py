"""What is asked of one conversion beside the specification: cut-off, subjects, languages ..."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
        id_key: the secret under which the ids of FHIR resources are made; none unless given.
        limits: limits of memory and time that the process works under, by their names.
        explains: whether the records of sets are kept, so that a value made of one is explained.
    """

    cutoff: str = ""
    subjects: tuple[str, ...] = ()
    treatment: Path | None = None
    languages: tuple[str, ...] = ()
    profile: str = ""
    id_key: bytes = field(default=b"", repr=False)
    explains: bool = False
    limits: Mapping[str, int] = field(default_factory=dict[str, int])

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


_SHORTEST_KEY = 16
_KEY_VARIABLE = "TRIALPORT_ID_KEY"


def id_key(file: Path | None, environment: Mapping[str, str]) -> bytes:
    """Return the key of keyed ids: the bytes of a file, else of TRIALPORT_ID_KEY, else none.

    White space at the ends does not count, so that an editor's line feed makes no other key.

    Raises:
        DataError: E3079, the file cannot be read, or the key has fewer than 16 bytes.
    """
    if file is None:
        key, place = environment.get(_KEY_VARIABLE, "").encode(), Place(_KEY_VARIABLE)
        if not key:
            return b""
    else:
        place = Place(str(file))
        try:
            key = file.read_bytes()
        except OSError as error:
            problem = f"the key cannot be read: {error.strerror}"
            raise DataError([Diagnostic("E3079", place, problem)]) from error
    key = key.strip()
    if len(key) < _SHORTEST_KEY:
        problem = f"the key of ids has {len(key)} bytes, fewer than {_SHORTEST_KEY}"
        remedy = "make one, e.g. with: openssl rand -hex 32"
        raise DataError([Diagnostic("E3079", place, problem, remedy)])
    return key
