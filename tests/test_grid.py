"""Browsers of a real Selenium Grid see what this machine's do; a node that dies loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import json
import shutil
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import grid
import msgspec
import pytest
from scale_sites import Councils, audited, by_a_browser

from lgaudit.errors import BrowserMissing, GridDown, LgauditError, SettingsError
from lgaudit.evidence import BrowserEvidence
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.grid import Address, browsers
from lgaudit.models import Verdict
from lgaudit.settings import Settings
from lgaudit.store import Store

COUNCILS = Councils("alder", "birch")


@pytest.fixture(scope="module")
def served() -> Iterator[Settings]:
    with COUNCILS.served() as settings:  # the browser of the nodes, not the headless shell
        yield msgspec.structs.replace(settings, chromium=shutil.which("chromium") or "")


@pytest.fixture(scope="module")
def two_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[grid.Grid]:
    with grid.running(tmp_path_factory.mktemp("grid"), 2) as running:
        yield running


@pytest.fixture(scope="module")
def here(
    served: Settings, two_nodes: grid.Grid, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What one machine says; no Grid, nothing to compare it with."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        return audited(COUNCILS, served, tmp_path_factory.mktemp("here"), monkeypatch)


@pytest.mark.browser
def test_a_page_in_a_browser_of_a_grid_is_what_this_machine_sees(
    served: Settings, tmp_path: Path
) -> None:
    def see(settings: Settings) -> BrowserEvidence:
        async def seeing() -> BrowserEvidence | Verdict:
            async with BrowserPool(settings) as pool:
                (found,) = await pool.visit("alder", ["https://www.alder.example/alder-1"])
            return found

        found = asyncio.run(seeing())
        assert isinstance(found, BrowserEvidence)
        return found

    one = msgspec.structs.replace(served, browsers=1)
    with grid.alone(tmp_path) as running:
        there = see(msgspec.structs.replace(one, grid=running.url))
    here = see(one)
    assert (there.html, there.status, there.rendered) == (here.html, here.status, here.rendered)
    assert there.axe == here.axe
    assert there.axe is not None
    assert "color-contrast" in {found.rule for found in there.axe.results if found.nodes}
    assert [(r.url, r.status) for r in there.requests] == [(r.url, r.status) for r in here.requests]


@pytest.mark.browser
def test_one_machine_and_two_workers_with_a_grid_say_the_same(
    served: Settings,
    two_nodes: grid.Grid,
    here: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed (lgaudit[cluster])")
    settings = msgspec.structs.replace(served, grid=two_nodes.url, cluster="local:2")
    assert audited(COUNCILS, settings, tmp_path, monkeypatch) == here


@pytest.mark.browser
def test_a_node_that_dies_and_then_a_grid_that_goes_away_lose_nothing(
    served: Settings,
    two_nodes: grid.Grid,
    here: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []

    def asked(host: str, path: str, headers: Mapping[str, str]) -> None:
        if by_a_browser(headers):
            seen.append(host + path)
            if len(seen) == 3:
                two_nodes.kill_busy()
            if len(seen) == 7:
                two_nodes.close()

    monkeypatch.setattr(COUNCILS, "asked", asked)
    store = f"sqlite:///{tmp_path / 'runs.db'}"
    settings = msgspec.structs.replace(served, grid=two_nodes.url, browsers=1, store=store)
    with pytest.raises(GridDown, match=r"is safe.*go on with `lgaudit audit --resume`"):
        audited(COUNCILS, settings, tmp_path / "out", monkeypatch)
    assert seen.count(seen[2]) == 2  # opened again elsewhere
    with Store.open(store) as kept:
        assert len(kept.finished_sites(kept.unfinished_run())) == 1
    alone = msgspec.structs.replace(settings, grid="", browsers=0)
    assert audited(COUNCILS, alone, tmp_path / "out", monkeypatch, resume="latest") == here
    assert b"axe/color-contrast" in here["findings.csv"]


@contextlib.contextmanager
def answering(body: bytes) -> Iterator[str]:
    """A server that says the same to everybody."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://user:secret@127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def status(*nodes: tuple[str, int, list[str]]) -> bytes:
    told = [
        {
            "availability": up,
            "maxSessions": most,
            "slots": [{"stereotype": {"browserName": name}} for name in names],
        }
        for up, most, names in nodes
    ]
    return json.dumps({"value": {"ready": True, "nodes": told}}).encode()


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        (b"<h1>It works!</h1>", GridDown, "not as a Selenium Grid 4"),
        (b'{"value": []}', GridDown, "not as a Selenium Grid 4"),
        (status(), BrowserMissing, "no node is ready"),
        (status(("DOWN", 1, ["chrome"])), BrowserMissing, "no node is ready"),
        (status(("UP", 2, ["firefox"])), BrowserMissing, "it has firefox"),
    ],
)
def test_what_is_no_use_as_a_grid(body: bytes, error: type[LgauditError], said: str) -> None:
    with answering(body) as url, pytest.raises(error, match=said) as told:
        browsers(Settings(grid=url))
    assert "secret" not in str(told.value)


def test_as_many_browsers_as_its_nodes_have_room_for() -> None:
    nodes = ("UP", 2, ["chrome", "chrome", "chrome", "firefox"]), ("UP", 8, ["chrome"])
    with answering(status(*nodes, ("DRAINING", 4, ["chrome"] * 4))) as url:
        assert browsers(Settings(grid=url)) == 3


def test_a_grid_that_does_not_answer_and_one_that_is_none() -> None:
    (port,) = grid.free_ports(1)
    with pytest.raises(GridDown, match=r"does not answer .*leave --grid out"):
        browsers(Settings(grid=f"http://127.0.0.1:{port}"))
    for wrong in ("grid:4444", "ftp://grid", "http://", "http://grid:99999", "http://u:secret@"):
        with pytest.raises(SettingsError, match="not the address of a Selenium Grid") as told:
            Address(wrong)
        assert "secret" not in str(told.value)
