"""What strange pages do to a browser: it ends in time and reaches nothing it was not given."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from behaviour import HIDDEN, Behaviour
from misbehaviour import ROWS
from rude import plain
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from test_misbehaviour import Hosts, Seen

from lgaudit.evidence import BrowserEvidence
from lgaudit.gather import appetite, chromium
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.gateway import Gateway
from lgaudit.models import Reason
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

HERE = [row for row in ROWS if row.seen == "browser" and not row.test]
AFTER = "http://www.after.gov.uk/"
pytestmark = pytest.mark.browser


@contextlib.contextmanager
def hidden(reached: list[str]) -> Iterator[int]:
    """A port of this machine that notes whoever comes, over TCP in both families or UDP."""
    with contextlib.ExitStack() as held:
        tcp = held.enter_context(socket.socket())
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        udp = held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", port))
        ends = [tcp, udp]
        with contextlib.suppress(OSError):  # a machine without IPv6
            six = held.enter_context(socket.socket(socket.AF_INET6))
            six.bind(("::1", port))
            ends.append(six)
        for end in ends:
            end.settimeout(0.0)
            if end is not udp:
                end.listen()
        yield port
        for end in ends:  # whoever came is still in the queue
            with contextlib.suppress(OSError):
                reached.append(str(end.recv(99) if end is udp else end.accept()[1]))


async def see_all(told: dict[str, Any], seen: Seen, server: Hosts) -> None:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    where = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    names = dict.fromkeys(server.hosts, where)
    settings = Settings(name_map=told["names"] | names, ca_file=told["ca"], browsers=1,
                        browser_roams=True, page_deadline=20.0)  # fmt: skip
    async with BrowserPool(settings, axe_rules=("image-alt",)) as pool:
        for row in HERE:
            first, *after = await pool.visit(row.name, [row.home, AFTER][: 2 if _risky(row) else 1])
            verdict = first if not isinstance(first, BrowserEvidence) else None
            seen.found[row.name] = (verdict.reason if verdict else Reason.OK, first, after)
            seen.asked[row.name] = server.by_host[row.host]
        worker = "https://www.worker.gov.uk/"
        await pool.visit("worker", [worker, worker])
        seen.found["worker"] = await pool.visit("again", [worker])
        options = pool._workers[0]._tab
        assert options is not None
        seen.found["flags"] = Path(f"/proc/{_browser_of(options)}/cmdline").read_bytes()
    listener.close()


def _risky(row: Behaviour) -> bool:
    return row.verdict is not Reason.OK or "next page" in row.then


def _browser_of(tab: Any) -> int:
    import psutil

    driver = psutil.Process(tab.chromium._service.process.pid)
    return next(p.pid for p in driver.children(recursive=True) if "chrom" in p.name())


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    found, home = Seen(), tmp_path_factory.mktemp("home")
    worker = StaticSite(
        "www.worker.gov.uk",
        {
            "/": _html("<script>navigator.serviceWorker.register('/sw.js')</script><h1>Mine</h1>"),
            "/sw.js": Answer(
                200,
                (("content-type", "text/javascript"),),
                b"oninstall = () => skipWaiting();"
                b"onactivate = (e) => e.waitUntil(clients.claim());"
                b"onfetch = (e) => e.respondWith(new Response('<title>Taken over</title>',"
                b"{headers: {'content-type': 'text/html'}}));",
            ),
        },
    )
    with (
        hidden(found.hidden) as port,
        Replay([worker]) as replay,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("HOME", str(home))
        patch.setattr(appetite, "MOST", 2_500_000_000)  # spare the machine that runs this
        patch.chdir(home)
        served = {row.host: _with(port, row) for row in HERE}
        served["www.after.gov.uk"] = {"/": plain(200, b"<title>After</title><h1>After</h1>")}
        told = {"names": replay.name_map, "ca": replay.ca_file}
        asyncio.run(see_all(told, found, Hosts(served)))
        found.found["files"] = [
            path for path in home.rglob("*") if path.is_file() and "evil" in path.name
        ]
        found.found["downloads"] = (home / "Downloads").exists()
    return found


def _html(body: str) -> Answer:
    return Answer(200, (("content-type", "text/html"),), f"<title>T</title>{body}".encode())


def _with(port: int, row: Behaviour) -> dict[str, Any]:
    assert row.answers is not None
    mark, number = HIDDEN.encode(), str(port).encode()
    return {
        path: a.replace(mark, number) if isinstance(a, bytes) else a
        for path, a in row.answers().items()
    }


@pytest.mark.parametrize("row", HERE, ids=lambda row: row.name)
def test_a_page_gets_its_verdict_and_the_next_is_seen(row: Behaviour, seen: Seen) -> None:
    reason, found, after = seen.found[row.name]
    assert reason is row.verdict, found
    for page in after:
        assert isinstance(page, BrowserEvidence)
        assert page.title == "After"
    if row.check is not None:
        row.check(found, seen.asked[row.name])


def test_no_private_address_is_reached(seen: Seen) -> None:
    assert seen.found
    assert seen.hidden == []


def test_no_file_is_written(seen: Seen) -> None:
    assert seen.found["files"] == []
    assert not seen.found["downloads"]


def test_a_service_worker_is_gone_for_the_next_site(seen: Seen) -> None:
    (again,) = seen.found["worker"]
    assert again.title == "T"


def test_the_browser_has_a_sandbox_but_for_root_and_no_extensions(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flags = seen.found["flags"].split(b"\0")
    assert b"--disable-extensions" in flags
    assert (b"--no-sandbox" in flags) == (os.geteuid() == 0)
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    programs = chromium.Programs("/usr/bin/chromium", "/usr/bin/chromedriver")
    options = chromium._local_options(Settings(), programs, str(tmp_path), [])
    assert not any("no-sandbox" in argument for argument in options.arguments)


# The gateway by itself


def answer_of(gateway: Gateway, host: str, port: int) -> int:
    """What SOCKS says to a browser that wants to go there."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as line:
        line.sendall(b"\x05\x01\x00")
        assert line.recv(2) == b"\x05\x00"
        name = host.encode()
        line.sendall(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + port.to_bytes(2, "big"))
        return line.recv(10)[1]


@pytest.fixture
def gate() -> Iterator[Any]:
    addresses = {"inside.example": ["127.0.0.1"], "router.example": ["10.1.2.3", "fd00::1"]}

    def lookup(name: str) -> Iterable[str]:
        if name not in addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return addresses[name]

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        gateway = Gateway(Settings(name_map={"www.a.gov.uk": f"127.0.0.1:{port}"},
                                   browser_roams=True), lookup)  # fmt: skip
        yield SimpleNamespace(way=gateway, port=port)
        gateway.close()
        for thread in threading.enumerate():
            if thread.name == "gateway":
                thread.join(10)
                assert not thread.is_alive()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "a.localhost", "::1", "0.0.0.0", "10.0.0.1", "172.16.0.1",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "fe80::1", "fd00::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "inside.example", "router.example",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(gate: Any, host: str) -> None:
    assert answer_of(gate.way, host, gate.port) == 2
    known = gate.way.why(f"http://[{host}]/" if ":" in host else f"http://{host}/")
    assert known is not None
    assert known.reason is Reason.PRIVATE_ADDRESS


def test_what_was_given_is_reached_until_the_next_site_begins(gate: Any) -> None:
    assert answer_of(gate.way, "www.a.gov.uk", 443) == 0
    gate.way.give(f"http://localhost:{gate.port}/")
    assert answer_of(gate.way, "127.0.0.1", gate.port) == 0
    assert answer_of(gate.way, "10.0.0.1", 80) == 2
    gate.way.give("http://169.254.169.254/")
    assert answer_of(gate.way, "169.254.169.254", 80) == 2
    gate.way.forget()
    assert answer_of(gate.way, "127.0.0.1", gate.port) == 2
    assert answer_of(gate.way, "nowhere.example", 80) == 4
    assert gate.way.why("http://nowhere.example/x").reason is Reason.DNS


INSIDE = (  # all lead to this machine, where they are not kept out
    *("127.0.0.1", "127.1.2.3", "2130706433", "0x7f.1", "0.0.0.0", "localhost", "localhost."),
    *("a.localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"),
)
ASK_ALL = """
const [urls, done] = arguments;
for (const url of urls) {
  const where = url.slice(7, -1);
  const turn = {urls: `turn:${where}?transport=tcp`, username: "a", credential: "b"};
  const iceServers = [turn, {urls: `stun:${where}`}];
  const call = new RTCPeerConnection({iceServers});
  call.createDataChannel("way out");
  call.createOffer().then((offer) => call.setLocalDescription(offer));
}
Promise.allSettled(urls.map((url) => fetch(url, {mode: "no-cors"}))).then((answers) => {
  const told = answers.map((answer) => answer.status);
  setTimeout(() => done(told), 1500);
});
"""


def end_all(processes: Iterable[psutil.Process]) -> None:
    """The headless shell outlives its driver."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def test_a_browser_without_a_gateway_asks_nothing_that_is_written_as_private() -> None:
    programs = chromium.find(Settings())
    options = chromium.browser_options(Settings(grid="http://grid.example:4444"))
    options.binary_location = programs.browser
    options.add_argument("--no-sandbox")
    reached: list[str] = []
    with contextlib.ExitStack() as held:
        port = held.enter_context(hidden(reached))
        service = Service(programs.driver)
        driver = webdriver.Chrome(options=options, service=service)
        held.callback(end_all, psutil.Process(service.process.pid).children(recursive=True))
        held.callback(driver.quit)
        driver.set_script_timeout(60)
        driver.get("data:text/html,<title>A page</title>")
        told = driver.execute_async_script(ASK_ALL, [f"http://{host}:{port}/" for host in INSIDE])
    assert told == ["rejected"] * len(INSIDE)
    assert reached == []


@pytest.mark.parametrize(
    "said",
    [b"GET / HTTP/1.1\r\n\r\n", b"\x04\x01\x00\x50", b"\x05", b"\x05\x01\x00\x05\x02\x00\x01"],
)
def test_what_is_not_socks_is_hung_up_on(gate: Any, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", gate.port and gate.way.port), timeout=20) as line:
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            assert line.recv(100) in (b"", b"\x05\x00")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system does not tell")
async def test_what_holds_too_much_memory_is_not_waited_for() -> None:
    never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    assert 10_000_000 < appetite.held_by(os.getpgid(0)) < appetite.MOST
    with pytest.raises(appetite.TooHungry):
        await appetite.watched(never, 60, lambda: appetite.MOST + 1)
    with pytest.raises(TimeoutError):
        await appetite.watched(never, 0.1, lambda: 0)
    never.set_result(7)
    assert await appetite.watched(never, 60, lambda: appetite.MOST + 1) == 7
