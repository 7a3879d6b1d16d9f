"""A YAML language server as an editor runs it: installed by npm, spoken to over stdio."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

VERSION = "1.19.2"
_CACHE = Path(__file__).parent / ".node"
_ANSWER = 120
"""Seconds that the server may take to answer."""


@cache
def installed() -> tuple[str, str]:
    """Install the server unless that was done; return its program, or '' and why there is none."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing:
        return "", f"{' and '.join(missing)} not installed"
    program = _CACHE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
    wanted = _CACHE / "node_modules" / "yaml-language-server" / "package.json"
    if wanted.exists() and json.loads(wanted.read_text())["version"] == VERSION:
        return str(program), ""
    _CACHE.mkdir(exist_ok=True)
    what = f"yaml-language-server@{VERSION}"
    options = ("--no-audit", "--no-fund", "--no-package-lock", "--prefix", str(_CACHE))
    ran = subprocess.run(
        ["npm", "install", *options, what],
        capture_output=True,
        text=True,
        check=False,
    )
    return ("", "npm cannot get yaml-language-server") if ran.returncode else (str(program), "")


class LanguageServer:
    """A running server; requests wait for their answer, diagnostics are asked for by file."""

    def __init__(self, folder: Path, schemas: Mapping[str, list[str]]) -> None:
        program, reason = installed()
        if reason:
            pytest.skip(reason)
        self._folder = folder
        self._settings = {
            "yaml": {
                "schemas": {(folder / name).as_uri(): paths for name, paths in schemas.items()},
                "schemaStore": {"enable": False},
                "validate": True,
                "hover": True,
                "completion": True,
            }
        }
        self._process = subprocess.Popen(
            ["node", program, "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._answers: dict[int, queue.Queue[Any]] = {}
        self._diagnostics: dict[str, queue.Queue[list[Any]]] = {}
        self._number = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        """Begin to speak with the server."""
        root = self._folder.as_uri()
        capabilities = {
            "textDocument": {
                "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
                "hover": {"contentFormat": ["markdown"]},
            },
            "workspace": {"configuration": True},
        }
        folders = [{"uri": root, "name": "study"}]
        self._ask(
            "initialize",
            {
                "processId": None,
                "rootUri": root,
                "capabilities": capabilities,
                "workspaceFolders": folders,
            },
        )
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": self._settings})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def open(self, path: str, text: str) -> list[Any]:
        """Open a file, and return the diagnostics that the server publishes of it."""
        uri = (self._folder / path).as_uri()
        self._diagnostics[uri] = queue.Queue()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        return self._diagnostics[uri].get(timeout=_ANSWER)

    def completion(self, path: str, line: int, character: int) -> dict[str, str]:
        """Return what is offered at a place, with its documentation; lines count from 0."""
        told = self._ask("textDocument/completion", self._at(path, line, character))
        items = told["items"] if isinstance(told, dict) else told
        return {each["label"]: _markup(each.get("documentation")) for each in items}

    def hover(self, path: str, line: int, character: int) -> str:
        """Return what is shown at a place."""
        told = self._ask("textDocument/hover", self._at(path, line, character))
        return _markup(told["contents"]) if told else ""

    def _at(self, path: str, line: int, character: int) -> dict[str, Any]:
        uri = (self._folder / path).as_uri()
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}

    def _ask(self, method: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        self._number += 1
        answers: queue.Queue[Any] = queue.Queue()
        self._answers[self._number] = answers
        self._send({"id": self._number, "method": method, "params": parameters})
        return answers.get(timeout=_ANSWER)

    def _tell(self, method: str, parameters: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while line := stream.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
                while stream.readline().strip():
                    pass
                self._take(json.loads(stream.read(length)))

    def _take(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            self._answers[message["id"]].put(message.get("result"))
        elif method == "textDocument/publishDiagnostics":
            found = message["params"]
            if found["uri"] in self._diagnostics:
                self._diagnostics[found["uri"]].put(found["diagnostics"])
        elif "id" in message:
            self._send({"id": message["id"], "result": self._reply(method, message["params"])})

    def _reply(self, method: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        if method == "workspace/configuration":
            return [self._settings.get(each.get("section", "")) for each in parameters["items"]]
        return None


def _markup(content: Any) -> str:  # noqa: ANN401 - any JSON
    text = content.get("value", "") if isinstance(content, dict) else str(content or "")
    return text.replace("\\", "")
