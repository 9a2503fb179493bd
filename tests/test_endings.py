"""Every way a run can end has the right exit code, a sentence, and leaves nothing running.

Bad input, pages that cannot be seen and closed pipes are in test_cli_bad_input.py and
test_check.py; broken baselines in test_baseline.py.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

HEAD = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>Bin days - Example</title>"
    "<meta name=viewport content='width=device-width, initial-scale=1'>"
    "<meta name=description content='When we empty your bins.'></head>"
    "<body><main><h1>Bin days</h1><p>We collect bins on Mondays.</p>{}</main></body></html>"
)
LOGIN = (
    "<!doctype html><html lang=en><title>Sign in</title><h1>Sign in</h1><form method=post>"
    "<label>Name <input name=user></label><label>Password <input type=password name=p></label>"
    "<button>Sign in</button></form>"
)


class Site(http.server.ThreadingHTTPServer):
    """Pages that wait, and what to do when somebody asks for one that does."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.waiting, self.over = threading.Event(), threading.Event()
        self.when_asked: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        if self.path in ("/wait", "/wait.png"):
            self.server.when_asked()
            self.server.waiting.set()
            self.server.over.wait(60)
            return
        if self.path == "/statement":
            self.send_response(302)
            self.send_header("location", "/login")
            self.end_headers()
            return
        pages = {
            "/good": HEAD.format(""),
            "/bad": HEAD.format("<p>To pay, <a href=/good>click here</a>.</p>"),
            "/picture": HEAD.format("<img src=/wait.png alt=Map>"),
            "/login": LOGIN,
        }
        body = pages.get(self.path, "<title>Not found</title><h1>Not found</h1>").encode()
        self.send_response(200 if self.path in pages else 404)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


def start(*words: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "lgaudit", *words],
        cwd=cwd,
        env={**os.environ, "LGAUDIT_RETRIES": "0", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(running: subprocess.Popen[str]) -> tuple[int, str, str]:
    stdout, stderr = running.communicate(timeout=120)
    assert "Traceback" not in stderr, stderr
    return running.returncode, stdout, stderr


def lgaudit(*words: str, cwd: Path) -> tuple[int, str, str]:
    return end(start(*words, cwd=cwd))


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (["check", "{}/wait", "--no-browser"], signal.SIGTERM),
        pytest.param(
            ["check", "{}/picture", "--only", "axe"], signal.SIGINT, marks=pytest.mark.browser
        ),
        (["audit", "{}/wait", "--no-browser", "--store", "s.db"], signal.SIGINT),
    ],
    ids=["check", "check in a browser", "audit"],
)
def test_ctrl_c_and_a_job_that_is_ended(
    site: Site, tmp_path: Path, words: list[str], ending: signal.Signals
) -> None:
    running = start(*(word.format(site.url) for word in words), cwd=tmp_path)
    assert site.waiting.wait(60)
    family = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(ending)
    code, stdout, stderr = end(running)
    assert (code, stdout) == (2, "")
    assert "Stopped." in stderr
    _, left = psutil.wait_procs(family, timeout=15)
    assert left == []


def test_pages_that_ask_who_you_are_are_no_pass(site: Site, tmp_path: Path) -> None:
    code, stdout, stderr = lgaudit("check", f"{site.url}/statement", "--no-browser", cwd=tmp_path)
    assert code == 2
    assert "sign-in page" in stdout
    assert "that is not a pass" in stderr


def test_a_part_that_could_not_be_checked(site: Site, tmp_path: Path) -> None:
    gone = "http://127.0.0.1:9/"
    for page, code in (("/good", 2), ("/bad", 1)):
        words = ("check", site.url + page, gone, "--no-browser", "--only", "content")
        got, stdout, _ = lgaudit(*words, cwd=tmp_path)
        assert (got, "Could not be checked" in stdout) == (code, True)


# Browsers that die


def browsers(pid: int) -> list[psutil.Process]:
    """The browser processes themselves, without the driver."""
    names = ("chromium", "chrome", "google-chrome")
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended meanwhile
            name = process.name()
            if name.startswith(names) and "driver" not in name:
                found.append(process)
    return found


@pytest.mark.browser
@pytest.mark.parametrize("deaths", [1, 100])
def test_a_browser_that_is_killed_is_replaced_and_no_pass(
    site: Site, tmp_path: Path, deaths: int
) -> None:
    killed = []

    def kill() -> None:
        if len(killed) < deaths:
            killed.append(time.monotonic())
            for process in browsers(running.pid):
                with contextlib.suppress(psutil.NoSuchProcess):  # with the one before it
                    process.kill()
        else:
            site.over.set()

    site.when_asked = kill
    words = ("--browsers", "1", "--only", "axe", "--format", "json")
    running = start("check", f"{site.url}/picture", f"{site.url}/good", *words, cwd=tmp_path)
    code, stdout, stderr = end(running)
    told = {page["source"]: page["verdict"] for page in json.loads(stdout)["pages"]}
    assert killed
    assert told[f"{site.url}/good"] == "ok"
    if deaths == 1:
        assert (code, told[f"{site.url}/picture"]) == (0, "ok"), stderr
    else:
        assert (code, told[f"{site.url}/picture"]) == (2, "browser_failed"), stderr
        assert "could not be checked" in stderr


# Full disks

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


@FULL
@pytest.mark.parametrize("name", ["terminal", "html"])
def test_a_full_disk_under_a_report(site: Site, tmp_path: Path, name: str) -> None:
    words = ("check", f"{site.url}/good", "--no-browser", "--only", "content")
    code, _, stderr = lgaudit(*words, "--format", f"{name}=/dev/full", cwd=tmp_path)
    assert code == 2
    assert "/dev/full: cannot be written (No space left on device)" in stderr


@FULL
@pytest.mark.parametrize("name", ["terminal", "json"])
def test_a_full_disk_under_standard_output(site: Site, tmp_path: Path, name: str) -> None:
    words = f"check {site.url}/good --no-browser --only content --format {name}"
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m lgaudit {words} >/dev/full"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "The disk is full" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB that holds a baseline, and nothing more goes in."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True
        )
    except OSError:
        pytest.skip("a small disk cannot be made: there is no mount program here")
    if mounted.returncode:
        pytest.skip("a small disk cannot be made here: mount refused, as it does but for root")
    try:
        (disk / "known.json").write_text('{"lgaudit-baseline": 1, "issues": []}')
        with (disk / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_under_a_baseline_leaves_it_as_it_was(
    site: Site, tmp_path: Path, full: Path
) -> None:
    before = (full / "known.json").read_text()
    words = ("--no-browser", "--only", "content", "--baseline", str(full / "known.json"))
    code, _, stderr = lgaudit("check", f"{site.url}/bad", *words, "--grow-baseline", cwd=tmp_path)
    assert code == 2
    assert "known.json: cannot be written (No space left on device)" in stderr
    assert (full / "known.json").read_text() == before
    assert {file.name for file in full.iterdir()} == {"known.json", "filler"}


def test_a_full_disk_under_the_store(site: Site, tmp_path: Path, full: Path) -> None:
    words = ("--no-browser", "--pages", "1", "--pace", "0", "--store", str(full / "s.db"))
    code, _, stderr = lgaudit("audit", f"{site.url}/good", *words, cwd=tmp_path)
    assert code == 2
    assert "full" in stderr
