"""A browser's driver on a leash: however this program ends, it and its browser end too."""

from __future__ import annotations

import os
import subprocess
from typing import Any

from selenium.webdriver.chrome.service import Service


class Driver(Service):
    """The driver's process, on a leash before it is asked to start a browser."""

    def __init__(self, profile: str, **more: Any) -> None:
        super().__init__(**more)
        self._profile = profile
        self.leash: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the driver."""
        super().start()
        if hasattr(os, "killpg"):
            self.leash = _leash(self.process.pid, self._profile)


def _leash(group: int, profile: str) -> subprocess.Popen[bytes]:
    """A shell that waits for this program to end, and ends the browser if nobody else did.

    Its standard input closes whatever ends us, be it a signal that cannot be caught.
    """
    wait = 'cat >/dev/null; kill -9 "-$1" 2>/dev/null; sleep 1; rm -rf -- "$2"'
    command = ["sh", "-c", wait, "lgaudit-leash", str(group), profile]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
