"""A small server that behaves as told: stores what is PUT, and is busy, slow or hostile on demand.

It stands where a test needs an answer that no server gives when asked; tests/interop has a real
one.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

Reply = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


@dataclass
class FhirServer:
    """The store of the server, what it was asked, and what it is told to answer."""

    address: str = ""
    store: dict[str, Any] = field(default_factory=dict[str, Any])
    puts: list[str] = field(default_factory=list[str])
    requests: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    authorizations: set[str] = field(default_factory=set[str])
    replies: list[Reply | None] = field(default_factory=list[Reply | None])
    """Answers to the next POST and PUT requests; None stands for an ordinary one."""
    refuse: Callable[[dict[str, Any]], tuple[int, str] | None] = lambda _: None
    """Status and words for a resource that is not taken."""
    before: Callable[[], None] = lambda: None
    """What happens before an ordinary answer."""
    capability: dict[str, Any] = field(
        default_factory=lambda: {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
    )

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        """Return the reply to a request."""
        self.requests.append((method, path))
        if path == "/fhir/metadata":
            return 200, {}, json.dumps(self.capability).encode()
        told = self.replies.pop(0) if self.replies else None
        if told is not None:
            return told
        self.before()
        if method == "PUT":
            status, response = self._put(path.removeprefix("/fhir/"), json.loads(body))
            return status, {}, json.dumps(response.get("outcome", {})).encode()
        entries = json.loads(body)["entry"]
        put = [self._put(each["request"]["url"], each["resource"])[1] for each in entries]
        listed = [{"response": each} for each in put]
        answer = {"resourceType": "Bundle", "type": "batch-response", "entry": listed}
        return 200, {}, json.dumps(answer).encode()

    def _put(self, url: str, resource: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.puts.append(url)
        refused = self.refuse(resource)
        if refused is not None:
            status, words = refused
            issue = {"severity": "error", "code": "invalid", "diagnostics": words}
            outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
            return status, {"status": str(status), "outcome": outcome}
        status = 200 if url in self.store else 201
        self.store[url] = resource
        return status, {"status": "201 Created" if status == 201 else "200 OK", "etag": 'W/"1"'}


@contextmanager
def serving(*, tls: bool = False) -> Generator[FhirServer]:
    """Yield a server on a free port of this machine."""
    told = FhirServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            told.authorizations.add(self.headers.get("Authorization", ""))
            status, headers, body = told.answer(self.command, self.path, self.rfile.read(length))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do  # noqa: N815 - names of the library

        def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401 - as the library has it
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(DATA / "server.pem", DATA / "server.key")
        web.socket = context.wrap_socket(web.socket, server_side=True)
    told.address = f"{'https' if tls else 'http'}://127.0.0.1:{web.server_port}/fhir"
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        web.shutdown()
        web.server_close()
