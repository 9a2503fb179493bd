"""The browser pool against loopback sites, good and hostile, and the reading of its logs."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio
from selenium.common.exceptions import WebDriverException

from lgaudit.access import NOBODY
from lgaudit.errors import BrowserMissing, SettingsError
from lgaudit.evidence import BrowserEvidence, Page, Timings
from lgaudit.gather import axe, browser, chromium, mishaps, vitals
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.politeness import CircuitOpen, Turn
from lgaudit.models import Outcome, Reason, Verdict
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

A, B = "https://www.a.gov.uk", "https://www.b.gov.uk"
HTML = (("content-type", "text/html; charset=utf-8"),)
STAYS = ("cache-control", "max-age=600")


@dataclass(frozen=True)
class Recorded(StaticSite):
    """A site that remembers what it was asked."""

    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, method, path, headers):
        self.asked.append((path, dict(headers)))
        return super().answer(method, path, headers)


def page(body, head="", status=200):
    text = f'<!doctype html><html lang="en"><head><title>T</title>{head}</head><body>{body}</body>'
    return Answer(status, HTML, text.encode())


def script(source):
    return page(f"<main><h1>One</h1><script>{source}</script></main>")


TUNE = (  # four seconds of silence: 8-bit samples, 1,000 a second
    b"RIFF" + (36 + 4000).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    + b"\x01\x00\x01\x00" + (1000).to_bytes(4, "little") * 2 + b"\x01\x00\x08\x00"
    + b"data" + (4000).to_bytes(4, "little") + b"\x80" * 4000
)  # fmt: skip
SECRETS = """
    localStorage.seen = (localStorage.seen || 0) * 1 + 1;
    const jar = document.cookie; document.cookie = "who=me; max-age=900";
    document.title = localStorage.seen + "|" + jar;
"""
PAGES = {
    "/": page(
        '<main><h1>Home</h1><img id="bad" src="/p.png"><script src="/s.js"></script></main>'
        f'<iframe title="Map" src="{B}/frame"></iframe>',
        '<link rel="stylesheet" href="/s.css">',
    ),
    "/s.css": Answer(200, (("content-type", "text/css"), STAYS), b"main{color:#000}" * 200),
    "/s.js": Answer(200, (("content-type", "text/javascript"), STAYS), b"void 0;" * 300),
    "/two": page("<main><h1>Two</h1></main>", '<link rel="stylesheet" href="/s.css">'),
    "/secrets": script(SECRETS),
    "/dialogs": script("alert(1); document.title = [confirm(2), prompt(3)].join(); print();"),
    "/ask": script("while (!confirm('Sure?')) {}"),
    "/popup": script("document.title = String(window.open('/two'));"),
    "/leave": script("addEventListener('beforeunload', (e) => e.preventDefault());"),
    "/download": Answer(
        200, (("content-type", "application/zip"), ("content-disposition", "attachment")), b"PK"
    ),
    "/text": Answer(200, (("content-type", "text/plain"),), b"plain"),
    "/password": Answer(401, (*HTML, ("www-authenticate", "Basic realm=x")), b"no"),
    "/moved": Answer(302, (("location", "/two"),)),
    "/round": Answer(302, (("location", "/round"),)),
    "/loop": script("for (;;) {}"),
    "/spin": script("setInterval(() => location.replace('/spin?' + Math.random()), 20)"),
    "/late": script(
        "fetch('/data').then((r) => r.text()).then((t) => document.querySelector('h1').append(t))"
    ),
    "/data": Answer(200, (("content-type", "text/plain"),), b" later", delay=0.3),
    "/slow-image": page('<main><h1>S</h1><img src="/never.png" alt="x"></main>'),
    "/never.png": Answer(200, (("content-type", "image/png"),), b"", delay=30),
    "/stuck-axe": script("window.getComputedStyle = () => { for (;;) {} };"),
    "/no-axe": script("Array.prototype.map = () => { throw new Error('no maps today') };"),
    "/no-styles": script("window.getComputedStyle = () => { throw new Error('no styles') };"),
    "/own-axe": script("var axe = {run: () => Promise.resolve('mine')}; document.title = axe.run"),
    "/tojson": script(
        "Array.prototype.toJSON = String.prototype.toJSON = () => 1; Object.prototype.toJSON = 1"
    ),
    "/looks": page(
        "<main><h1>Looks</h1><p>Small words.</p>"
        '<p id="big" style="font-size:1.6em;font-weight:bold">Turnout over time</p>'
        "<p>More people voted by post than ever before, and many were young.</p>"
        '<p style="font-size:1.6em;font-weight:bold">It is large, and a sentence.</p><p>Text</p>'
        '<canvas id="wards"></canvas><canvas id="shapes"></canvas>'
        '<audio id="tune" controls loop src="/tune.wav"></audio>'
        '<div id="map" style="width:200px;height:90px;background:url(/p.png?map)"></div>'
        '<div style="display:none"><canvas id="unseen"></canvas></div></main><script>'
        "for (const id of ['wards', 'unseen'])"
        " document.getElementById(id).getContext('2d').fillText('North ward', 5, 20);"
        "shapes.getContext('2d').fillRect(0, 0, 9, 9);</script>"
    ),
    "/tune.wav": Answer(200, (("content-type", "audio/wav"),), TUNE),
    "/surrogates": script("document.title = 'a\\ud800b'; document.body.append('x\\udfff')"),
    "/jump": page(
        '<div id="gap"></div><main><h1>Jump</h1><p style="height:300px">Text</p></main><script>'
        "requestAnimationFrame(() => setTimeout(() => { gap.style.height = '400px' }, 30));"
        "const end = Date.now() + 100; onload = () => { while (Date.now() < end + 60); };</script>"
        '<img alt="" src="/pause.png">'
    ),
    "/pause.png": Answer(404, (), b"", delay=0.3),
    "/error": page("<main><h1>Broken</h1></main>", status=503),
    "/shadow": script(
        "const host = document.querySelector('h1'); const p = document.createElement('p');"
        "document.body.append(p); p.attachShadow({mode: 'open'}).innerHTML = '<img src=x>'"
    ),
}
OTHER = {
    "/frame": page('<button></button><img src="/p.png">'),
    "/secrets": script(SECRETS),
    "/": page("<main><h1>B</h1></main>"),
}


@pytest.fixture(scope="module")
def sites():
    a, b = Recorded("www.a.gov.uk", PAGES), Recorded("www.b.gov.uk", OTHER)
    with Replay([a, b]) as replay:
        yield a, b, replay


def settings_for(sites, **changes):
    _, _, replay = sites
    given = {"browsers": 1, "page_deadline": 20} | changes
    return Settings(name_map=replay.name_map, ca_file=replay.ca_file, **given)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(sites):
    async with BrowserPool(settings_for(sites)) as pool:
        yield pool


in_browser = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def browser_test(function):
    for mark in in_browser:
        function = mark(function)
    return function


async def one(pool, path, site=A):
    (seen,) = await pool.visit("a", [site + path])
    return seen


def axe_spots(evidence, rule, outcome=Outcome.FAILED):
    found = [r for r in evidence.axe.results if (r.rule, r.outcome) == (rule, outcome)]
    return [node.selector for result in found for node in result.nodes]


@browser_test
async def test_a_visit_sees_each_page_in_order(pool):
    asked = [f"{A}/", Page(f"{A}/moved", f"{A}/two"), f"{A}/error", f"{A}/nothing"]
    home, two, error, nothing = await pool.visit("a", asked)
    assert home.html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert (home.title, home.final_url, home.status) == ("T", f"{A}/", 200)
    assert (two.final_url, two.requests[0].url) == (f"{A}/two", f"{A}/two")
    assert error.status == 503
    assert nothing.status == 404
    assert home.axe.version == pool.versions[1]
    assert pool.versions[0].startswith("Chromium ")
    assert axe_spots(home, "image-alt") == ["#bad", "iframe >>> img"]
    assert axe_spots(home, "button-name") == ["iframe >>> button"]
    assert any(f"{A}/p.png" in line for line in home.console_errors)
    assert home.dialogs == 0


@browser_test
async def test_requests_are_counted_as_on_a_first_visit(pool):
    home, two = await pool.visit("a", [f"{A}/", f"{A}/two"])
    found = {(r.url.removeprefix(A), r.type): r for r in home.requests}
    assert home.requests[0].url == f"{A}/"
    assert list(found) == [
        ("/", "document"),
        ("/p.png", "image"),
        ("/s.css", "stylesheet"),
        ("/s.js", "script"),
        (f"{B}/frame", "document"),
        (f"{B}/p.png", "image"),
    ]
    first, again = found["/s.css", "stylesheet"], two.requests[1]
    assert first.status == 200
    assert first.protocol == "h2"
    assert first.decoded == 3200
    assert 0 < first.transferred < 200
    assert not first.from_cache
    assert dict(first.headers)["content-encoding"] == "gzip"
    assert again.from_cache
    assert (again.transferred, again.decoded) == (first.transferred, first.decoded)
    assert found["/p.png", "image"].status == 404


@browser_test
async def test_the_same_site_twice_gives_the_same_evidence(pool):
    asked = [A + path for path in ("/", "/two", "/dialogs", "/late", "/error", "/shadow")]
    assert await pool.visit("a", asked) == await pool.visit("a", asked)


@browser_test
async def test_nothing_of_a_site_is_left_for_the_next(pool, sites):
    a, _, _ = sites
    before = len(a.asked)
    mine = await pool.visit("a", [f"{A}/secrets", f"{A}/secrets", f"{A}/", f"{A}/two"])
    other = await pool.visit("b", [f"{B}/secrets", f"{A}/secrets", f"{A}/two"])
    assert [evidence.title for evidence in mine[:2]] == ["1|", "2|who=me"]
    assert [evidence.title for evidence in other[:2]] == ["1|", "1|"]
    fetched = [path for path, _ in a.asked[before:]]
    assert fetched.count("/s.css") == 2  # once a site: kept within it, gone after it
    assert not other[2].requests[1].from_cache
    await pool.clear()
    (after,) = await pool.visit("c", [f"{B}/secrets"])
    (again,) = await pool.visit("d", [f"{B}/secrets"])
    assert [after.title, again.title] == ["1|", "1|"]


@browser_test
async def test_it_says_who_it_is(pool, sites):
    a, _, _ = sites
    await one(pool, "/two")
    headers = a.asked[-1][1]
    assert "lgaudit/" in headers["user-agent"]
    assert "Chrome/" in headers["user-agent"]
    assert headers["accept-language"].startswith("en-GB")


@browser_test
async def test_dialogs_are_dismissed_and_counted(pool):
    seen = await one(pool, "/dialogs")
    assert seen.dialogs == 4
    assert seen.title == "false,"
    endless = await one(pool, "/ask")
    assert endless.dialogs == 51
    assert any("too many dialogs" in line for line in endless.console_errors)
    leaving, after = await pool.visit("a", [f"{A}/leave", f"{A}/two"])
    assert (leaving.title, after.final_url) == ("T", f"{A}/two")


@browser_test
async def test_popups_stay_shut(pool):
    assert (await one(pool, "/popup")).title == "null"


@browser_test
@pytest.mark.parametrize(
    ("path", "reason", "detail"),
    [
        ("/download", Reason.NOT_HTML, "application/zip"),
        ("/text", Reason.NOT_HTML, "text/plain"),
        ("/password", Reason.LOGIN, "user name and password"),
        ("/round", Reason.TOO_MANY_REDIRECTS, "ERR_TOO_MANY_REDIRECTS"),
    ],
)
async def test_what_is_no_page_gets_a_verdict(pool, path, reason, detail):
    before, verdict, after = await pool.visit("a", [f"{A}/two", A + path, f"{A}/two"])
    assert verdict.reason is reason
    assert detail in verdict.detail
    assert before == replace(after, requests=before.requests)


@browser_test
async def test_addresses_that_do_not_answer_get_a_verdict(pool):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/"
        seen = await pool.visit("x", ["https://nowhere.gov.uk/", closed])
    assert [verdict.reason for verdict in seen] == [Reason.DNS, Reason.REFUSED]


@browser_test
async def test_redirects_lead_to_the_page_that_is_judged(pool):
    seen = await one(pool, "/moved")
    assert seen.final_url == f"{A}/two"
    assert [(r.url, r.status) for r in seen.requests[:1]] == [(f"{A}/moved", 302)]
    assert seen.status == 200


@browser_test
async def test_what_a_page_fetches_when_loaded_is_waited_for(pool):
    seen = await one(pool, "/late")
    assert "<h1>One later</h1>" in seen.html
    assert [r.status for r in seen.requests if r.url == f"{A}/data"] == [200]


@browser_test
async def test_a_page_that_moves_on_for_ever_is_given_up(pool):
    seen = await one(pool, "/spin")
    if isinstance(seen, Verdict):
        assert seen.reason is Reason.BROWSER_FAILED
    else:
        assert seen.final_url.startswith(f"{A}/spin")
    assert isinstance(await one(pool, "/two"), BrowserEvidence)


@browser_test
async def test_what_only_a_rendered_page_shows_is_told(pool):
    seen = await one(pool, "/looks")
    shown = {(s.kind, s.selector): s.facts for s in seen.rendered}
    assert set(shown) == {
        ("lookalike", "#big"),
        ("canvas", "#wards"),
        ("media", "#tune"),
        ("background", "#map"),
    }
    assert shown["lookalike", "#big"]["text"] == "Turnout over time"
    assert shown["lookalike", "#big"]["words"] == 12
    assert shown["canvas", "#wards"]["drawn"] == ["North ward"]
    tune = shown["media", "#tune"]
    assert (tune["controls"], tune["loop"], tune["autoplay"]) == (True, True, False)
    assert tune["seconds"] in (None, 4)  # None where the browser has no sound
    assert shown["background", "#map"]["source"].endswith("/p.png?map")
    broken = await one(pool, "/no-styles")
    assert broken.rendered == ()


@browser_test
async def test_axe_errors_are_told_and_never_findings(pool):
    broken = await one(pool, "/no-axe")
    assert broken.axe.results == ()
    assert "no maps today" in broken.axe.error
    assert broken.title == "T"
    unsure = await one(pool, "/no-styles")
    outcomes = {result.outcome for result in unsure.axe.results}
    assert Outcome.CANT_TELL in outcomes
    assert Outcome.FAILED not in outcomes


@browser_test
async def test_pages_cannot_get_in_the_way_of_axe(pool):
    own = await one(pool, "/own-axe")
    assert own.title.startswith("() =>")
    for evidence in (own, await one(pool, "/tojson"), await one(pool, "/surrogates")):
        assert evidence.axe.error == ""
        assert {r.rule for r in evidence.axe.results} >= {"html-has-lang", "target-size"}
    assert axe_spots(await one(pool, "/shadow"), "image-alt") == ["p >>> img"]


@browser_test
async def test_layout_shift_is_measured(pool):
    jump, still = await pool.visit("a", [f"{A}/jump", f"{A}/two"])
    assert jump.cls > 0.1
    assert still.cls == 0


@browser_test
async def test_each_load_takes_its_turn(pool):
    turns = []

    @asynccontextmanager
    async def turn(url):
        if url.endswith("/two"):
            raise CircuitOpen("left alone")
        given = Turn()
        yield given
        turns.append((url, given.status))

    seen = await pool.visit("a", [f"{A}/", f"{A}/two", f"{A}/error"], turn)
    assert turns == [(f"{A}/", 200), (f"{A}/error", 503)]
    assert seen[1] == Verdict(Reason.CIRCUIT_OPEN, "left alone")


@browser_test
async def test_the_quiet_pass_times_pages_alone(sites):
    a, b, _ = sites
    async with BrowserPool(settings_for(sites, browsers=2, quiet_loads=2)) as pool:
        b.asked.clear()
        busy = [pool.visit(str(n), [f"{B}/"] * 2) for n in range(2)]
        quiet = pool.quiet("a", [f"{A}/two", f"{A}/password"])
        *visits, timings = await asyncio.gather(*busy, quiet)
        assert all(isinstance(e, BrowserEvidence) for visit in visits for e in visit)
        assert set(timings) == {f"{A}/two"}
        times = timings[f"{A}/two"]
        assert times.loads == 2
        assert 0 < times.fcp <= times.lcp
        assert times.tbt >= 0
        assert [path for path, _ in a.asked].count("/s.css") >= 2  # never from a cache
        after = await one(pool, "/")
        assert axe_spots(after, "image-alt")  # axe-core is back


@browser_test
async def test_hanging_pages_cost_nobody_else_anything(sites):
    settings = settings_for(sites, page_deadline=3)
    async with BrowserPool(settings) as pool:
        asked = [A + path for path in ("/two", "/loop", "/stuck-axe", "/slow-image", "/two")]
        first, loop, stuck, slow, last = await pool.visit("a", asked)
    assert loop.reason is Reason.BROWSER_FAILED
    assert "never stopped" in loop.detail
    assert stuck.title == "T"
    assert stuck.axe.results == ()
    assert "in time" in stuck.axe.error
    assert slow.status == 200
    assert slow.axe.error == ""
    assert [r.status for r in slow.requests if r.url.endswith("/never.png")] == [None]
    assert first == last


@browser_test
@pytest.mark.parametrize("victim", ["chromium", "chromedriver"])
async def test_a_browser_that_is_killed_is_replaced(sites, victim):
    async with BrowserPool(settings_for(sites)) as pool:
        visit = asyncio.create_task(pool.visit("a", [f"{A}/late", f"{A}/two", f"{A}/"]))
        while not any(path == "/data" for path, _ in sites[0].asked[-3:]):
            await asyncio.sleep(0.02)
        driver = pool._workers[0]._tab.chromium._service.process.pid
        family = children(driver)
        os.kill(family[0] if victim == "chromium" else driver, signal.SIGKILL)
        seen = await visit
    assert [evidence.final_url for evidence in seen] == [f"{A}/late", f"{A}/two", f"{A}/"]
    assert all(evidence.axe.error == "" for evidence in seen)


@browser_test
async def test_browsers_are_renewed_after_so_many_pages(sites):
    async with BrowserPool(settings_for(sites, recycle_pages=2)) as pool:
        seen = [pool._workers[0]._tab]
        await pool.visit("a", [f"{A}/two"] * 3)
        seen.append(pool._workers[0]._tab)
        await pool.visit("a", [f"{A}/two"])
        assert pool._workers[0]._tab is seen[1]
        await pool.visit("a", [f"{A}/two"] * 2)
        seen.append(pool._workers[0]._tab)
    assert len(set(seen)) == 3


@browser_test
async def test_nothing_is_left_running_or_on_disk(sites):
    async with BrowserPool(settings_for(sites)) as pool:
        browser = pool._workers[0]._tab.chromium
        driver, profile = browser._service.process.pid, Path(browser._profile)
        family = [driver, *children(driver)]
        assert profile.is_dir()
        assert len(family) > 2
        visit = asyncio.create_task(pool.visit("a", [f"{A}/slow-image"]))
        await asyncio.sleep(0.5)
        visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visit
    await gone(family)
    assert not profile.exists()


@pytest.mark.browser
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_ending_the_program_ends_its_browsers(how):
    program = textwrap.dedent("""
        import asyncio, sys
        from lgaudit.gather.browser import BrowserPool
        from lgaudit.settings import Settings

        async def main():
            async with BrowserPool(Settings(browsers=1)) as pool:
                browser = pool._workers[0]._tab.chromium
                print(browser._service.process.pid, browser._profile, flush=True)
                await asyncio.sleep(60)

        asyncio.run(main())
    """)
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    driver, profile = (await running.stdout.readline()).decode().split()
    family = [int(driver), *children(int(driver))]
    running.send_signal(how)
    await asyncio.wait_for(running.wait(), 20)
    await gone(family)
    end = time.monotonic() + 5
    while Path(profile).exists():
        assert time.monotonic() < end, "the profile is left on disk"
        await asyncio.sleep(0.05)


def children(pid):
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = []
    for parent in (pid, *found):
        found += [child for child, its in pairs if its == parent]
    return found + [c for f in list(found) for c in (p for p, its in pairs if its == f)]


async def gone(family):
    end = time.monotonic() + 10
    while any(alive(pid) for pid in family):
        assert time.monotonic() < end, "processes are left running"
        await asyncio.sleep(0.05)


def alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


async def test_a_missing_browser_is_a_clear_sentence(monkeypatch, tmp_path):
    with pytest.raises(BrowserMissing, match="chromium names /no/such"):
        await BrowserPool(Settings(chromium="/no/such")).start()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "BROWSERS", ("nothing-here",))
    monkeypatch.setattr(chromium, "DRIVERS", ("nothing-here",))
    if Path("/etc/debian_version").exists():
        with pytest.raises(BrowserMissing, match="sudo apt-get install chromium chromium-driver"):
            chromium.find(Settings())
    else:
        assert chromium.find(Settings()) == chromium.Programs("", "")


async def test_browsers_that_are_begun_tell_of_their_faults_when_they_are_waited_for():
    async with browser.ahead(Settings(chromium="/no/such"), NOBODY, 1) as pool:
        with pytest.raises(BrowserMissing, match="chromium names /no/such"):
            await pool.ready()


@pytest.mark.parametrize(
    ("pages", "browsers", "named"), [(1, 1, 0), (31, 4, 0), (32, 5, 0), (400, 5, 0), (400, 2, 2)]
)
async def test_many_pages_are_given_one_browser_more_than_cores(
    monkeypatch, pages, browsers, named
):
    monkeypatch.setattr(browser, "cores", lambda: 4)
    settings = Settings(chromium="/no/such", browsers=named)
    async with browser.ahead(settings, NOBODY, pages) as pool:
        assert pool.size == browsers


@pytest.mark.browser
async def test_browsers_that_nobody_waited_for_are_ended_too(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = children(os.getpid())
    async with browser.ahead(Settings(), NOBODY, 1) as pool:
        while not list(tmp_path.glob("lgaudit-browser-*")):
            await asyncio.sleep(0.01)
        assert pool.size == 1
    await gone([pid for pid in children(os.getpid()) if pid not in before])
    assert not list(tmp_path.glob("lgaudit-browser-*"))


async def test_a_program_that_is_no_browser_is_a_clear_sentence(tmp_path):
    wrong = tmp_path / "browser"
    wrong.write_text("#!/bin/sh\nexit 1\n")
    wrong.chmod(0o755)
    settings = Settings(browsers=1, chromium=str(wrong), chromedriver=str(wrong))
    with pytest.raises(BrowserMissing, match="No browser could be started"):
        await BrowserPool(settings).start()


def test_a_sandbox_that_is_not_allowed_is_a_clear_sentence(monkeypatch):
    gone = WebDriverException("session not created: Chrome instance exited. Examine the log.")
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    assert "apt-get install chromium-sandbox" in chromium._why_not(gone)
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)  # root has no sandbox to lack
    assert "Chrome instance exited" in chromium._why_not(gone)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has that rule about root")
def test_only_root_goes_without_a_sandbox_and_nobody_has_extensions(monkeypatch):
    def flags(user: int) -> list[str]:
        monkeypatch.setattr(chromium.os, "geteuid", lambda: user)
        programs = chromium.Programs("/usr/bin/chromium", "/usr/bin/chromedriver")
        return list(chromium._local_options(Settings(), programs, "/tmp/p", ["--x"]).arguments)

    plain, root = flags(1000), flags(0)
    assert [flag for flag in root if flag not in plain] == ["--no-sandbox"]
    assert not any("sandbox" in flag for flag in plain)
    assert {"--disable-extensions", "--user-data-dir=/tmp/p", "--x"} <= set(plain)


def test_names_and_certificates_become_flags(sites):
    settings = settings_for(sites)
    names, proxy = chromium._address_flags(settings)
    assert "MAP www.a.gov.uk:443 127.0.0.1:" in names
    assert names.endswith("MAP * ~NOTFOUND,EXCLUDE 127.0.0.1,EXCLUDE localhost")
    assert proxy == "--no-proxy-server"
    (private,) = chromium._address_flags(Settings())
    assert "MAP 169.254.*.* ~NOTFOUND" in private
    assert chromium._address_flags(Settings(allow_private=True)) == []
    (trusted,) = chromium._trust_flags(settings)
    assert len(trusted.split("=", 1)[1]) == 44
    with pytest.raises(SettingsError, match="name_map"):
        chromium._address_flags(Settings(name_map={"a.uk,EXCLUDE *": "127.0.0.1:1"}))
    with pytest.raises(SettingsError, match="ca_file"):
        chromium._trust_flags(Settings(ca_file=__file__))


def test_the_user_agent_names_us_and_a_contact():
    assert chromium.user_agent("Chrome/1", Settings()).startswith("Chrome/1 lgaudit/")
    assert chromium.user_agent("C", Settings(contact="a@b.uk")).endswith(" (+a@b.uk)")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("net::ERR_NAME_NOT_RESOLVED", Reason.DNS),
        ("net::ERR_CERT_DATE_INVALID", Reason.TLS),
        ("net::ERR_SSL_PROTOCOL_ERROR", Reason.TLS),
        ("net::ERR_CONNECTION_REFUSED", Reason.REFUSED),
        ("net::ERR_CONNECTION_RESET", Reason.RESET),
        ("net::ERR_CONNECTION_TIMED_OUT", Reason.TIMEOUT),
        ("net::ERR_EMPTY_RESPONSE", Reason.RESET),
        ("net::ERR_TOO_MANY_REDIRECTS", Reason.TOO_MANY_REDIRECTS),
        ("net::ERR_UNSAFE_PORT", Reason.BROWSER_FAILED),
        ("", Reason.BROWSER_FAILED),
    ],
)
def test_network_errors_have_reasons(error, reason):
    assert mishaps.failure(error).reason is reason


def test_a_public_page_may_not_lead_into_a_private_network():
    public, private = "93.184.215.14", "10.0.0.1"
    assert mishaps.led_inside((public, private))
    assert mishaps.led_inside((public, "", "[::1]"))
    assert not mishaps.led_inside((private, private))  # a preview, or a proxy in between
    assert not mishaps.led_inside((private, public))
    assert not mishaps.led_inside((public, public))
    assert not mishaps.led_inside((private,))
    assert not mishaps.led_inside(())


def event(method, **params):
    return {"message": json.dumps({"message": {"method": method, "params": params}})}


def asks(key, url, kind="Image", frame="F", loader="L", **more):
    return event(
        "Network.requestWillBeSent",
        requestId=key, loaderId=loader, frameId=frame, type=kind, request={"url": url}, **more,
    )  # fmt: skip


def answers(key, status=200, head=100, **more):
    return event(
        "Network.responseReceived",
        requestId=key,
        response={"status": status, "encodedDataLength": head, "headers": {}} | more,
    )


def finishes(key, size):
    return event("Network.loadingFinished", requestId=key, encodedDataLength=size)


def test_traffic_begins_with_the_page_that_was_asked_for():
    traffic = vitals.Traffic("https://a.uk/x#top", "F")
    traffic.feed([
        asks("old", "https://a.uk/old.png"),
        asks("S", "https://a.uk/stray", "Document", loader="S"),
        asks("L", "https://a.uk/x", "Document"),
        finishes("old", 5),
        answers("L", mimeType="text/html", remoteIPAddress="1.2.3.4"),
        asks("i", "https://a.uk/i.png"),
        asks("d", "data:image/gif;base64,xx"),
        asks("f", "https://a.uk/favicon.ico", "Other", initiator={"type": "other"}),
        finishes("L", 350),
    ])  # fmt: skip
    assert traffic.in_flight()
    traffic.feed([answers("i", 404), finishes("i", 120)])
    assert not traffic.in_flight()
    assert [(r.url, r.transferred) for r in traffic.requests({})] == [
        ("https://a.uk/x", 250),
        ("https://a.uk/i.png", 20),
    ]
    document = traffic.document()
    assert (document.status, document.mime) == (200, "text/html")
    assert document.addresses == ("1.2.3.4",)


def test_what_never_ends_is_not_waited_for():
    traffic = vitals.Traffic("https://a.uk/", "F")
    traffic.feed([asks("L", "https://a.uk/", "Document"), finishes("L", 1)])
    traffic.feed([asks("e", "https://a.uk/e", "EventSource"), asks("p", "https://a.uk/p", "Ping")])
    assert not traffic.in_flight()


def test_cached_responses_count_the_size_first_seen():
    sizes = {}
    first = vitals.Traffic("https://a.uk/", "F")
    first.feed([asks("L", "https://a.uk/", "Document"), answers("L"), finishes("L", 400)])
    assert first.requests(sizes)[0].transferred == 300
    again = vitals.Traffic("https://a.uk/", "F")
    again.feed([asks("L", "https://a.uk/", "Document"), answers("L", fromDiskCache=True)])
    again.feed([finishes("L", 0)])
    assert (again.requests(sizes)[0].transferred, again.requests(sizes)[0].from_cache) == (
        300,
        True,
    )


@pytest.mark.parametrize(
    ("headers", "head", "size", "expected"),
    [
        ({"Content-Length": "70"}, 100, 400, 70),
        ({"Content-Length": "-70"}, 100, 400, 300),
        ({"Content-Length": "seventy"}, -1, 400, 400),
        ({"Content-Length": "9" * 30}, 100, 400, int("9" * 30)),
        ({}, 500, 400, 0),
    ],
)
def test_sizes_survive_nonsense(headers, head, size, expected):
    traffic = vitals.Traffic("https://a.uk/", "F")
    traffic.feed([asks("L", "https://a.uk/", "Document"), answers("L", head=head, headers=headers)])
    traffic.feed([finishes("L", size)])
    assert traffic.requests({})[0].transferred == expected


def test_layout_shift_takes_the_worst_window():
    assert vitals.layout_shift() == 0
    assert vitals.layout_shift([(0, 0.05), (500, 0.06)]) == 0.11
    assert vitals.layout_shift([(0, 0.05), (1600, 0.06)]) == 0.06
    assert vitals.layout_shift([(0, 0.05)], [(100, 0.06)]) == 0.06
    assert vitals.layout_shift([(n * 900, 0.01) for n in range(20)]) == 0.06


def test_timings_are_medians_of_what_was_measured():
    loads = [{"fcp": 100.4, "lcp": None, "tbt": 0}, {"fcp": 300, "lcp": 350, "tbt": 9}]
    loads.append({"fcp": 120, "lcp": 250, "tbt": 3})
    assert vitals.middle(loads) == Timings(120, 300, 3, 3)
    assert vitals.middle([{"fcp": None, "lcp": None, "tbt": None}]) == Timings(None, None, None, 1)


def test_answers_of_axe_are_read_whatever_they_hold():
    assert axe.read({}) == (
        "",
        replace(axe.read({"error": "x"})[1], error="axe-core gave no answer"),
    )
    _, run = axe.read({
        "document": "d", "version": "4", "passes": ["b"], "inapplicable": None,
        "violations": [{"id": "a", "impact": None, "nodes": [["s", "h", "m"]]}], "incomplete": [],
    })  # fmt: skip
    assert [(r.rule, r.outcome.value, r.impact) for r in run.results] == [
        ("a", "failed", ""),
        ("b", "passed", ""),
    ]
    assert run.results[0].nodes[0].selector == "s"
