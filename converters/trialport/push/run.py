"""A push: what is to be sent, in Bundles, until the server has all of it or refuses the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trialport.diagnostics import Diagnostic, Place, TrialportError, WriteError
from trialport.fhir.findings import Findings
from trialport.push.journal import Journal, open_journal
from trialport.push.look_through import look_through
from trialport.push.output import Entry, Output
from trialport.push.privacy_profile import PrivacyProfile
from trialport.push.rejected import write_rejected
from trialport.push.token import Token

_LARGEST_BUNDLE = 4 * 1024 * 1024
_MOST_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """How resources are sent.

    `size` is the most resources of a Bundle; `retries` how often a request is repeated that the
    server cannot answer for the moment; `timeout` seconds for each; `journal` the folder of
    journals, which lies beside the output unless stated.
    """

    server: str
    privacy: PrivacyProfile
    token: Token | None = field(default=None, repr=False)
    size: int = 200
    retries: int = 5
    timeout: float = 60.0
    ca_file: Path | None = None
    journal: Path | None = None
    allow_http: bool = False
    allow_plain_ids: bool = False


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of the resources, counted by type."""

    server: str
    journal: Path
    rejected_file: Path | None
    resources: dict[str, int]
    created: dict[str, int]
    updated: dict[str, int]
    skipped: dict[str, int]
    rejected: dict[str, int]
    findings: tuple[Diagnostic, ...]


def look(output: Output, settings: Settings) -> dict[str, int]:
    """Return how many resources of each type would be sent; no server is asked.

    Raises:
        WriteError: E4401 the address; E4402 a resource holds what the privacy profile does not
            allow; E4403 the ids were made without a key.
    """
    _need_client()
    from trialport.push.server import checked_address

    checked_address(settings.server, allow_http=settings.allow_http)
    counts, faults = look_through(output, settings.privacy)
    if not output.has_keyed_ids and not settings.allow_plain_ids:
        problem = "the ids of the resources were made without a secret key"
        remedy = "convert with a key for ids, or say --allow-plain-ids where they tell nothing"
        faults.insert(0, Diagnostic("E4403", Place(str(output.folder)), problem, remedy))
    if faults:
        raise WriteError(faults)
    return counts


def push(
    output: Output, settings: Settings, tell: Callable[[str], None] = lambda _: None
) -> Pushed:
    """Send the resources of a folder to a server, each by PUT to its own id.

    What the journal says the server has, with the same content, is not sent again. What the server
    refuses is sent once more when it took others in the meantime, which the refused may refer to.

    Args:
        output: the resources.
        settings: where to, and how.
        tell: is told what is going on.

    Raises:
        WriteError: as `look`; E4405 the server cannot be reached, E4406 it does not let us in,
            E4407 it speaks another version, E4409 the journal is in use.
    """
    counts = look(output, settings)
    from trialport.push.server import Server, checked_address

    address = checked_address(settings.server, allow_http=settings.allow_http)
    folder = settings.journal or output.beside.with_name(f"{output.beside.name}.push")
    with (
        open_journal(folder, address, output.version) as journal,
        Server(
            address,
            output.version,
            token=settings.token,
            ca_file=settings.ca_file,
            retries=settings.retries,
            timeout=settings.timeout,
            tell=tell,
        ) as server,
    ):
        server.check_version()
        journal.begin()
        tally = _Tally()
        for round_ in range(_MOST_ROUNDS):
            for part in _parts(output, settings.size):
                sent = journal.unsent(part) if round_ == 0 else _refused(journal, part)
                tally.skip(part, sent, counts=round_ == 0)
                if sent:
                    tell(f"{sent[0].type}: {tally.sent} of {sum(counts.values())} resources sent")
                    answers = server.put(sent)
                    journal.note(zip(sent, answers, strict=True), round_)
                    tally.count(sent, [each.status for each in answers])
            if not (journal.has_refused() and journal.taken(round_)):
                break
        findings = Findings()
        rejected_file = journal.path.with_suffix(".rejected.ndjson")
        rejected = write_rejected(output, journal, rejected_file, findings)
    return Pushed(
        server=address,
        journal=journal.path,
        rejected_file=rejected_file if rejected else None,
        resources=counts,
        created=dict(tally.created),
        updated=dict(tally.updated),
        skipped=dict(tally.skipped),
        rejected=rejected,
        findings=tuple(findings.all()),
    )


@dataclass(slots=True)
class _Tally:
    """What became of the resources so far."""

    created: Counter[str] = field(default_factory=Counter[str])
    updated: Counter[str] = field(default_factory=Counter[str])
    skipped: Counter[str] = field(default_factory=Counter[str])

    @property
    def sent(self) -> int:
        return self.created.total() + self.updated.total() + self.skipped.total()

    def skip(self, part: list[Entry], sent: list[Entry], *, counts: bool) -> None:
        if counts and len(sent) < len(part):
            self.skipped.update(each.type for each in part)
            self.skipped.subtract(each.type for each in sent)

    def count(self, sent: list[Entry], statuses: list[int]) -> None:
        for entry, status in zip(sent, statuses, strict=True):
            if status == 201:
                self.created[entry.type] += 1
            elif status < 300:
                self.updated[entry.type] += 1


def _parts(output: Output, size: int) -> Iterator[list[Entry]]:
    """Yield the resources in parts of one type each that are not too large for a Bundle."""
    part: list[Entry] = []
    length = 0
    for entry in output.entries():
        is_full = len(part) >= size or length + len(entry.json) > _LARGEST_BUNDLE
        if part and (is_full or part[0].type != entry.type):
            yield part
            part, length = [], 0
        part.append(entry)
        length += len(entry.json)
    if part:
        yield part


def _refused(journal: Journal, part: list[Entry]) -> list[Entry]:
    refused = journal.refused(part)
    return [each for each in part if each.address in refused]


def _need_client() -> None:
    try:
        import httpx  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        problem = f"sending to a server needs the package '{error.name}'"
        remedy = "install the extra: pip install 'trialport[push]'"
        raise TrialportError([Diagnostic("E4411", Place(), problem, remedy)]) from error
