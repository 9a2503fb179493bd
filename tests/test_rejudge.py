"""Kept evidence judged again: no network, the same answer under the same bar, honest otherwise."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
import typer
from made_site import file, page
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from lgaudit.archive import read_snapshot
from lgaudit.archive.reader import Warc
from lgaudit.cli import audit as auditing_command
from lgaudit.cli import auditing, schedule
from lgaudit.cli import judge as judging
from lgaudit.cli import runs as runs_command
from lgaudit.errors import EvidenceError, StoreError
from lgaudit.models import Site
from lgaudit.plan import evidence_of
from lgaudit.rejudge import of_stranger
from lgaudit.replay import Replay, StaticSite
from lgaudit.settings import Settings
from lgaudit.store import Store

HOSTS = ("www.a.example", "www.b.example")
PAGES = {
    "/": page("Home", "/bins", "/gone", "/plan.pdf"),
    "/bins": page("Bins", "/", text="Click <a href=/x>here</a>. <img src=/a.png>" + "word " * 60),
    "/robots.txt": file(b"User-agent: *\nDisallow: /private\n", "text/plain"),
    "/plan.pdf": file(b"%PDF-1.4 broken", "application/pdf"),
}


class NoNetwork(AssertionError):
    """Somebody asked the network."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A finished run of two sites."""
    folder = tmp_path_factory.mktemp("kept")
    with Replay([StaticSite(host, PAGES) for host in HOSTS]) as replay:
        made = Settings(
            pace=0.0,
            browser=False,
            timeout=5.0,
            contact="tests",
            store=f"sqlite:///{folder / 'runs.db'}",
            out=str(folder / "reports"),
            name_map=replay.name_map,
            only_mapped=True,
            ca_file=replay.ca_file,
            allow_private=True,
        )
        sites = [Site(host.split(".")[1], f"https://{host}/") for host in HOSTS]
        assert auditing.run_and_show(sites, made, quiet=True) == 0
    return made


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*words: Any, **more: Any) -> NoReturn:
        raise NoNetwork

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def first_run(kept: Settings) -> str:
    with Store.open(kept.store) as store:
        return next(item.id for item in store.runs() if not store.results(item.id).run.judged)


def command(kept: Settings, out: Path, run: str = "", **more: Any) -> int:
    with pytest.raises(typer.Exit) as left:
        judging.judge(run or first_run(kept), store=kept.store, out=out, quiet=True, **more)
    return left.value.exit_code


def test_under_the_same_bar_it_comes_out_the_same(
    kept: Settings, here: Path, offline: None, capsys: pytest.CaptureFixture[str]
) -> None:
    name = first_run(kept)
    assert command(kept, here / "again") == 0
    assert f"judging the evidence of {name}" in capsys.readouterr().err
    (report,) = (here / "again").glob("*/index.html")
    for table in ("findings.csv", "league.csv", "shares.csv"):
        first = Path(kept.out) / name / table
        assert first.exists() or table == "shares.csv"
        if first.exists():
            assert first.read_bytes() == (report.parent / table).read_bytes(), table
    with Store.open(kept.store) as store:
        before, after = store.results(name).run, store.results("latest").run
        assert after.judged_from == name
        assert after.judged_bar == before.engines.bar
        assert after.judged is not None
        assert after.started == before.started
        assert list(store.results("latest").each_site()) == list(store.results(name).each_site())
        store.delete_run(after.id)


def test_evidence_that_is_gone_is_told(kept: Settings, here: Path, offline: None) -> None:
    file = evidence_of(kept, first_run(kept)).file("b")
    away = here / "away"
    file.rename(away)
    try:
        with pytest.raises(EvidenceError, match=r"1 site is not kept \(b\).*--skip-missing"):
            judging.judge(first_run(kept), store=kept.store, out=here / "out", quiet=True)
        assert command(kept, here / "out", skip_missing=True, only=["content"]) == 0
        with Store.open(kept.store) as store:
            assert [site.slug for site in store.results("latest").sites] == ["a"]
            store.delete_run(store.run_id("latest"))
    finally:
        away.rename(file)


def test_a_run_that_breaks_off_leaves_nothing(
    kept: Settings, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*words: Any) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("lgaudit.rejudge.score", broken)
    with Store.open(kept.store) as store:
        before = [item.id for item in store.runs()]
    with pytest.raises(KeyboardInterrupt):
        judging.judge(before[0], store=kept.store, out=here / "out", quiet=True)
    with Store.open(kept.store) as store:
        assert [item.id for item in store.runs()] == before


def test_a_file_of_ours_is_judged_in_full(kept: Settings, here: Path, offline: None) -> None:
    name = first_run(kept)
    files = [evidence_of(kept, name).file(slug) for slug in ("a", "b")]
    chosen = Settings(store=f"sqlite:///{here / 'o.db'}", out=str(here / "o"))
    assert judging.from_files(files, (), chosen, (), (), format_="terminal", quiet=True) == 0
    (report,) = (here / "o").glob("*/index.html")
    for table in ("findings.csv", "league.csv"):
        assert (report.parent / table).read_bytes() == (Path(kept.out) / name / table).read_bytes()
    with pytest.raises(EvidenceError, match="as another of the files"):
        judging.from_files(files[:1] * 2, (), chosen, (), (), format_="terminal", quiet=True)


def test_what_went_over_the_wire_is_in_it(kept: Settings) -> None:
    path = evidence_of(kept, first_run(kept)).file("a")
    asked = {r.uri.removeprefix("https://www.a.example") for r in Warc(path) if r.kind == "request"}
    assert {"/", "/bins", "/robots.txt", "/plan.pdf", "/gone", "/sitemap.xml"} <= asked
    found = read_snapshot(path)
    assert found is not None
    assert found.visit.started is not None
    assert len(found.visit.pages) >= 2


def test_runs_tell_where_evidence_is_and_remove_it(
    kept: Settings, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(f"sqlite:///{here / 'x.db'}") as store, Store.open(kept.store) as other:
        results = other.results(first_run(kept))
        store.start_run(results.run, results.rules, results.bar, results.sites)
    chosen = Settings(store=f"sqlite:///{here / 'x.db'}")
    where = evidence_of(chosen, results.run.id)
    where.path.mkdir(parents=True)
    where.file("a").write_bytes(b"x" * 100)
    runs_command.show("latest", store=chosen.store)
    said = capsys.readouterr().out
    assert str(where.path) in said.replace("\n", "")
    assert "evidence.bytes\t100" in said
    runs_command.delete("latest", store=chosen.store, yes=True)
    assert not where.path.exists()


def test_a_run_judged_again_is_not_gone_on_with(kept: Settings, here: Path) -> None:
    with Store.open(f"sqlite:///{here / 'x.db'}") as store, Store.open(kept.store) as other:
        results = other.results(first_run(kept))
        run = replace(results.run, judged_from="20260101-000000-abcdef", finished=None)
        store.start_run(run, results.rules, results.bar, results.sites)
    with pytest.raises(StoreError, match="lgaudit judge 20260101-000000-abcdef"):
        auditing.run_and_show(
            (), Settings(store=f"sqlite:///{here / 'x.db'}", out=str(here / "o")), resume="latest"
        )


# --- strangers ----------------------------------------------------------------------------------

HTML = (
    "<!doctype html><html lang=en><title>{0} - Borough</title><body><nav><a href=/>Home</a></nav>"
    "<main><h1>{0}</h1><p>{1}</p><img src=/a.png><a href=/{0}>More of {0}</a></main></body></html>"
)


def stranger(path: Path, pages: dict[str, tuple[int, bytes, list[tuple[str, str]]]]) -> Path:
    """A WARC as warcio writes it."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for url, (status, body, headers) in pages.items():
            head = StatusAndHeaders(f"{status} X", headers, protocol="HTTP/1.1")
            block = io.BytesIO(body)
            made = writer.create_warc_record(url, "response", payload=block, http_headers=head)
            writer.write_record(made)
    return path


def words(name: str) -> bytes:
    return HTML.format(name, " ".join(f"{name}{n}" for n in range(80))).encode()


TEXT = [("Content-Type", "text/html; charset=utf-8")]
CHUNKED = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (words("Tax")[:50], words("Tax")[50:]))
CRAWL: dict[str, tuple[int, bytes, list[tuple[str, str]]]] = {
    "https://www.c.example/": (200, words("Home"), TEXT),
    "https://www.c.example/bins": (
        200,
        gzip.compress(words("Bins"), mtime=0),
        [*TEXT, ("Content-Encoding", "gzip")],
    ),
    "https://www.c.example/tax": (
        200,
        CHUNKED + b"0\r\n\r\n",
        [*TEXT, ("Transfer-Encoding", "chunked")],
    ),
    "https://www.c.example/unpacked": (
        200,
        words("Unpacked"),
        [*TEXT, ("Content-Encoding", "br")],
    ),
    "https://www.c.example/gone": (404, words("Gone"), TEXT),
    "https://www.c.example/moved": (301, b"", [("Location", "/bins")]),
    "https://www.c.example/a.png": (200, b"\x89PNG", [("Content-Type", "image/png")]),
    "https://www.c.example/robots.txt": (200, b"User-agent: *", [("Content-Type", "text/plain")]),
    "https://cdn.example/": (200, words("Other"), TEXT),
    "dns:www.c.example": (200, b"", []),
}


def test_a_strangers_archive_is_judged_without_a_browser(
    here: Path, offline: None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = stranger(here / "crawl.warc.gz", CRAWL)
    found, damage = of_stranger(path, (), Settings())
    visit = found.visit
    assert not damage
    assert visit.site.homepage == "https://www.c.example/"
    assert {p.url.rsplit("/", 1)[1]: p.title.split()[0] for p in visit.pages} == {
        "": "Home", "bins": "Bins", "tax": "Tax", "unpacked": "Unpacked",
    }  # fmt: skip
    assert visit.coverage.found == 5
    assert visit.coverage.audited == 4
    assert visit.coverage.stopped == "archive"
    assert visit.probes.robots_txt == "User-agent: *"
    assert visit.started is not None
    chosen = Settings(store=f"sqlite:///{here / 'o.db'}", out=str(here / "o"))
    assert judging.from_files([path], (), chosen, (), (), format_="terminal", quiet=True) == 0
    with Store.open(chosen.store) as store:
        (result,) = store.results().each_site()
    failed = {f.rule for f in result.findings if f.outcome == "failed"}
    assert "content/summary-missing" in failed
    unasked = {"openness/sitemap", "performance/http2", "statutory/a11y-statement-exists"}
    assert not failed & unasked
    assert "security/hsts" in failed  # the headers are in the archive


def test_names_say_whose_site_it_is(here: Path) -> None:
    path = stranger(here / "crawl.warc.gz", CRAWL)
    named = Site("cdn", "https://cdn.example/")
    assert of_stranger(path, (named,), Settings())[0].visit.site == named
    with pytest.raises(EvidenceError, match=r"holds no page of nobody.*www\.c\.example"):
        of_stranger(path, (Site("nobody", "https://nobody.example/"),), Settings())


def test_the_command_takes_files(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stranger(here / "crawl.warc.gz", CRAWL)
    with pytest.raises(typer.Exit) as left:
        auditing_command.audit(
            ["https://cdn.example/"],
            warcs=[path],
            only=["content"],
            quiet=True,
            store="sqlite:///o.db",
        )
    assert left.value.exit_code == 0
    with Store.open("sqlite:///o.db") as store:
        results = store.results()
        assert results.run.judged_from == "crawl.warc.gz"
        assert [site.homepage for site in results.sites] == ["https://cdn.example/"]
        assert results.run.started < dt.datetime.now(dt.UTC)


# --- timers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "hours"), [("12h", 12), ("30d", 720), ("4W", 672), ("1d", 24)])
def test_periods_are_read(text: str, hours: int) -> None:
    assert schedule.period(text) == dt.timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "0d", "3m", "1.5d", "9999999d"])
def test_other_periods_are_told(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="30d"):
        schedule.period(text)


def test_a_timer_does_nothing_while_a_run_is_young_enough(
    kept: Settings, here: Path, offline: None, capsys: pytest.CaptureFixture[str]
) -> None:
    sites = [f"https://{host}/" for host in HOSTS]
    auditing_command.audit(sites, no_browser=True, store=kept.store, if_older_than="30d")
    said = capsys.readouterr().out
    assert said.startswith(f"lgaudit: nothing to do: run {first_run(kept)}")
    assert said.count("\n") == 1


def test_a_timer_looks_again_when_no_run_will_do(kept: Settings) -> None:
    began = dt.datetime.now(dt.UTC)
    sites = [Site(host.split(".")[1], f"https://{host}/") for host in HOSTS]

    def recent(*chosen: Site, since: int = 1, **more: Any) -> object:
        values = {"store": kept.store, "browser": False} | more
        return schedule.recent(chosen, Settings(**values), began - dt.timedelta(days=since))

    assert recent(*sites)
    assert recent(sites[0])
    assert not recent(*sites, since=-1)  # too old
    assert not recent(*sites, Site("c", "https://www.c.example/"))  # another site
    assert not recent(*sites, browser=True)  # it was without
    assert not recent(*sites, pages=31)  # fewer pages
    assert not recent(*sites, store="sqlite:////nowhere/x.db")


def test_a_run_ends_in_one_line(
    kept: Settings, capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    with Store.open(kept.store) as store:
        auditing.show(store.results(first_run(kept)), here, format_="line")
    said = capsys.readouterr().out
    assert said.startswith(f"lgaudit: run {first_run(kept)}: 2 sites, ")
    assert said.endswith(f"report {(here / 'index.html').resolve()}\n")
    assert said.count("\n") == 1
