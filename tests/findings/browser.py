"""A page in a real browser: Chromium without a window, spoken to over the pipe of its DevTools.

Source: Chrome DevTools Protocol 1.3, `--remote-debugging-pipe`: JSON on descriptors 3 and 4, each
message closed by a zero byte.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser() -> str | None:
    """Return the Chromium that is installed, or None."""
    return next((found for each in _NAMES if (found := shutil.which(each))), None)


class Page:
    """One page that is shown: what it asked for, why that was refused, answers of its scripts."""

    def __init__(self, to: BinaryIO, back: BinaryIO) -> None:
        self._to, self._back, self._number, self._session = to, back, 0, ""
        self.asked: list[str] = []
        self.refused: list[str] = []

    def open(self, file: Path) -> None:
        """Show a file, and wait until it is loaded."""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self._call(f"{domain}.enable")
        self._call("Page.navigate", url=file.as_uri())
        while self._message().get("method") != "Page.loadEventFired":
            pass

    def value(self, script: str) -> Any:  # noqa: ANN401 - whatever the script gives
        """Return what a script gives as a plain value."""
        done = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        self._call("Input.insertText", text=text)

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while (answer := self._message()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def _message(self) -> dict[str, Any]:
        text = b""
        while (byte := self._back.read(1)) != b"\0":
            assert byte, "the browser has ended"
            text += byte
        message: dict[str, Any] = json.loads(text)
        if message.get("method") == "Network.requestWillBeSent":
            self.asked.append(message["params"]["request"]["url"])
        if message.get("method") == "Network.loadingFailed":
            self.refused.append(message["params"].get("blockedReason", ""))
        return message


@contextmanager
def shown(program: str, folder: Path) -> Generator[Page, None, None]:
    """Start the browser with a profile in a folder, and end it."""
    (reads, to), (back, writes) = os.pipe(), os.pipe()
    command = [
        *(program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
        *("--no-first-run", "--disable-background-networking", f"--user-data-dir={folder}"),
    ]

    def at_3_and_4() -> None:
        os.dup2(reads, 3)
        os.dup2(writes, 4)

    process = subprocess.Popen(
        command,
        close_fds=False,
        preexec_fn=at_3_and_4,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(reads)
    os.close(writes)
    try:
        with os.fdopen(to, "wb") as stream, os.fdopen(back, "rb") as answers:
            yield Page(stream, answers)
    finally:
        process.terminate()
        process.wait(timeout=20)
