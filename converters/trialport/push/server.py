"""A FHIR server: one connection that sends Bundles, waits where asked, and follows no redirect."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from time import sleep
from types import TracebackType
from typing import Self

import httpx
import orjson

from trialport.diagnostics import Diagnostic, Place, WriteError, plain
from trialport.fhir.schema import Version
from trialport.push.answers import Answer, bundle_answers
from trialport.push.output import Entry
from trialport.push.token import Token
from trialport.push.waiting import LONGEST_WAIT, is_transient, retry_after, wait_before

_LARGEST_ANSWER = 64 * 1024 * 1024
_NUMBERS = {"R4": "4.0", "R5": "5.0"}
_TOO_LARGE = 413


class Server:
    """A server at an address that `checked_address` has let pass."""

    def __init__(
        self,
        address: str,
        version: Version,
        *,
        token: Token | None = None,
        ca_file: Path | None = None,
        retries: int = 5,
        timeout: float = 60.0,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        media = f"application/fhir+json; fhirVersion={_NUMBERS[version]}"
        headers = {
            "Accept": media,
            "Content-Type": media,
            "Prefer": "return=minimal",
            "User-Agent": "trialport",
        }
        if token is not None:
            headers["Authorization"] = token.header()
        self._token = token
        self._version = version
        self._retries = retries
        self._tell = tell
        self.address = address
        self._client = httpx.Client(
            headers=headers, verify=_trust(ca_file), timeout=timeout, follow_redirects=False
        )

    def __enter__(self) -> Self:
        """Return the server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._client.close()

    def check_version(self) -> None:
        """Refuse a server that says it speaks another version of FHIR.

        Raises:
            WriteError: E4407; E4405 and E4406 as `put`.
        """
        status, text = self._request("GET", "/metadata")
        try:
            told = orjson.loads(text).get("fhirVersion", "") if status < 300 else ""
        except (orjson.JSONDecodeError, AttributeError):
            told = ""
        if told and not str(told).startswith(_NUMBERS[self._version]):
            problem = f"the server speaks FHIR {plain(str(told))}, not {self._version}"
            raise self._fault("E4407", problem, "send the resources of its version: --fhir")

    def put(self, entries: Sequence[Entry]) -> list[Answer]:
        """Put resources on the server, each by its own id, and return the answers in their order.

        They go as one Bundle of type batch. A server that does not take the Bundle as such gets
        its resources one by one. What the server cannot do for the moment is tried again.

        Raises:
            WriteError: E4405, the server cannot be reached or gives up; E4406, it wants other
                rights, or is somewhere else.
        """
        answers = self._batch(entries)
        for attempt in range(1, self._retries + 1):
            again = [at for at, each in enumerate(answers) if is_transient(each.status)]
            if not again:
                break
            self._pause(wait_before(attempt, None), "the server was busy")
            later = self._batch([entries[at] for at in again])
            for at, answer in zip(again, later, strict=True):
                answers[at] = answer
        return answers

    def _batch(self, entries: Sequence[Entry]) -> list[Answer]:
        status, text = self._request("POST", "", _bundle(entries))
        if status < 300:
            answers = bundle_answers(text, len(entries))
            if answers is None:
                problem = "the server answers with something else than a batch-response"
                raise self._fault("E4406", problem, "give the address of the FHIR service itself")
            return [self._clean(each) for each in answers]
        if len(entries) > 1 and status == _TOO_LARGE:
            half = len(entries) // 2
            return [*self._batch(entries[:half]), *self._batch(entries[half:])]
        return [self._single(each) for each in entries]

    def _single(self, entry: Entry) -> Answer:
        status, text = self._request("PUT", f"/{entry.address}", entry.json)
        return self._clean(Answer(status, "", b"" if status < 300 else text))

    def _clean(self, answer: Answer) -> Answer:
        if self._token is None or not answer.outcome:
            return answer
        outcome = self._token.without(answer.outcome.decode(errors="replace")).encode()
        return Answer(answer.status, answer.version, outcome)

    def _request(self, method: str, path: str, content: bytes | None = None) -> tuple[int, bytes]:
        """Return status and body, after as many tries as allowed."""
        for attempt in range(1, self._retries + 2):
            asked: float | None = None
            try:
                status, asked, text = self._once(method, path, content)
            except httpx.TransportError as error:
                if _is_distrust(error):
                    problem = "the certificate of the server is not trusted"
                    raise self._fault("E4405", problem, "name its authority by --ca-file") from None
                reason = _words(error)
            else:
                if not is_transient(status):
                    return status, text
                reason = f"the server answers {status}"
            if attempt > self._retries or (asked or 0.0) > LONGEST_WAIT:
                remedy = "repeat the command later: it goes on where it ended"
                raise self._fault("E4405", f"{reason}, after {attempt} tries", remedy)
            self._pause(wait_before(attempt, asked), reason)
        raise AssertionError

    def _once(
        self, method: str, path: str, content: bytes | None
    ) -> tuple[int, float | None, bytes]:
        with self._client.stream(method, f"{self.address}{path}", content=content) as response:
            if response.is_redirect:
                to = httpx.URL(response.headers.get("location", "")).host or "another path"
                problem = f"the server sends on to {plain(to)}, which is not followed"
                raise self._fault("E4406", problem, "give the address that is meant by --server")
            if response.status_code in (401, 403):
                problem = f"the server refuses access ({response.status_code})"
                remedy = "give a token that may write, by --token-file or TRIALPORT_FHIR_TOKEN"
                raise self._fault("E4406", problem, remedy)
            parts: list[bytes] = []
            size = 0
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > _LARGEST_ANSWER:
                    raise self._fault("E4406", "the server answers without end", "")
            now = dt.datetime.now(dt.UTC)
            asked = retry_after(response.headers.get("retry-after"), now)
            return response.status_code, asked, b"".join(parts)

    def _pause(self, seconds: float, reason: str) -> None:
        self._tell(f"{reason}; going on in {seconds:.0f} s")
        sleep(seconds)

    def _fault(self, code: str, problem: str, remedy: str) -> WriteError:
        return WriteError([Diagnostic(code, Place(self.address), problem, remedy)])


def checked_address(address: str, *, allow_http: bool = False) -> str:
    """Return the address of a server without a slash at its end.

    Raises:
        WriteError: E4401, it is no address, holds a password or a query, or would send the
            resources without encryption to another machine.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("https", "http") or not url.host:
        raise _no_address("it is no address of a server", "give one like https://host/fhir")
    if url.userinfo or url.query or url.fragment:
        problem = "it holds more than the place of the server"
        raise _no_address(problem, "leave out user, password and query; a token goes by file")
    if (
        url.scheme == "http"
        and url.host not in ("localhost", "127.0.0.1", "::1")
        and not allow_http
    ):
        problem = f"the resources would travel to {url.host} without encryption"
        raise _no_address(problem, "use https, or --allow-http on a network that may see them")
    return str(url).rstrip("/")


def _no_address(problem: str, remedy: str) -> WriteError:
    # The address itself is not shown: it can hold a password.
    return WriteError([Diagnostic("E4401", Place("--server"), problem, remedy)])


def _bundle(entries: Sequence[Entry]) -> bytes:
    listed = [
        # The text of the resource is kept, so that no number is written anew.
        {
            "resource": orjson.Fragment(each.json),
            "request": {"method": "PUT", "url": each.address},
        }
        for each in entries
    ]
    return orjson.dumps({"resourceType": "Bundle", "type": "batch", "entry": listed})


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        place = Place(str(ca_file))
        problem = "the certificates of the authority cannot be read"
        raise WriteError([Diagnostic("E4405", place, problem, "give a file in PEM")]) from error


def _is_distrust(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _words(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return "there is no connection to the server"
    if isinstance(error, httpx.TimeoutException):
        return "the server does not answer in time"
    return "the connection to the server broke"
