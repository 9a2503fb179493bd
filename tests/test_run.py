"""The main job's own promises: faults stay ours and are told, and no browser starts in vain."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from lgaudit import checking
from lgaudit.cli import auditing
from lgaudit.errors import StoreError
from lgaudit.evaluate import rulebook
from lgaudit.evidence import Page
from lgaudit.gather import crawl
from lgaudit.models import Reason, Site
from lgaudit.plan import needs_browser
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.results import SiteResult
from lgaudit.settings import Settings
from lgaudit.store import Store

HTML = (("content-type", "text/html; charset=utf-8"),)
PAGE = (
    b"<!doctype html><html lang=en><title>Bin days - Example</title><main><h1>Bin days</h1>"
    b"<p>We collect bins on Mondays, and on Tuesdays in the villages of the north.</p></main>"
)
HOSTS = ("www.a.example", "www.b.example")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with Replay([StaticSite(host, {"/": Answer(200, HTML, PAGE)}) for host in HOSTS]) as replay:
        yield Settings(
            pace=0.0,
            browser=False,
            timeout=5.0,
            contact="tests",
            store=f"sqlite:///{tmp_path / 'runs.db'}",
            out=str(tmp_path / "reports"),
            name_map=replay.name_map,
            only_mapped=True,
            ca_file=replay.ca_file,
            allow_private=True,
        )


def sites() -> list[Site]:
    return [Site(host.split(".")[1], f"https://{host}/") for host in HOSTS]


def test_a_fault_of_ours_loses_one_site_and_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = crawl.visit

    async def breaking(site: Site, *words: object, **more: object) -> object:
        if site.slug == "a":
            raise ZeroDivisionError("one\nfault")
        return await real(site, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(crawl, "visit", breaking)
    auditing.run_and_show(sites(), settings, quiet=True)
    assert "a was lost to a fault of lgaudit itself: ZeroDivisionError: one fault" in (
        " ".join(capsys.readouterr().err.split())
    )
    with Store.open(settings.store) as store:
        results = store.results()
        lost, seen = results.site("a"), results.site("b")
    assert lost.verdict.reason is Reason.PROGRAM_ERROR
    assert lost.score is not None
    assert lost.score.overall is None
    assert seen.verdict.ok


def test_a_site_that_cannot_be_put_down_is_kept_as_lost(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Store.save_site

    def choosy(self: Store, run_id: str, result: SiteResult, draws: None = None) -> None:
        if result.site.slug == "a" and result.verdict.ok:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        real(self, run_id, result, draws)

    monkeypatch.setattr(Store, "save_site", choosy)
    auditing.run_and_show(sites(), settings, quiet=True)
    with Store.open(settings.store) as store:
        assert store.verdicts(store.run_id("latest")) == {"ok": 1, "program_error": 1}


def test_a_full_disk_ends_the_run_with_one_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(Store, "save_site", full)
    with pytest.raises(StoreError, match="The disk is full"):
        auditing.run_and_show(sites(), settings, quiet=True)


def test_a_fault_while_checking_is_no_pass(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(page: Page, site: Site) -> None:
        if site.slug == "a":
            raise RuntimeError("broken")

    monkeypatch.setattr("lgaudit.gather.exactly.classify", breaking)
    jobs = [checking.Pages(site, ((site.homepage, "as given"),)) for site in sites()[:1]]
    book = rulebook.load()

    class Silent:
        def __getattr__(self, name: str) -> object:
            return lambda *_: None

    def now() -> dt.datetime:
        return dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    async def once() -> list[SiteResult]:
        async with checking.Checker(settings, book, Silent(), now) as checker:  # type: ignore[arg-type]
            return await checker.check(jobs)

    (result,) = asyncio.run(once())
    assert [(p.source, p.verdict.reason) for p in result.pages] == [
        ("as given", Reason.PROGRAM_ERROR)
    ]
    from lgaudit.cli.check import exit_code, weigh
    from lgaudit.evaluate.gates import Gates

    assert exit_code([result], weigh([result], book.rules, Gates("minor"))) == 2


@pytest.mark.parametrize(
    ("only", "needed"),
    [("content", False), ("content/broken-link-internal", False), ("axe", True), ("", True)],
)
def test_browsers_are_for_rules_that_need_one(only: str, needed: bool) -> None:
    assert needs_browser(rulebook.load(only=(only,) if only else ())) is needed


def test_without_such_rules_no_browser_is_looked_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import msgspec

    wants = msgspec.structs.replace(settings, browser=True, chromium="/nowhere/chromium")
    assert auditing.run_and_show(sites(), wants, only=["content"], quiet=True) == 0


def stopped_after_one(settings: Settings, monkeypatch: pytest.MonkeyPatch, **more: object) -> None:
    """Begin a run that ends before its second site is kept."""
    real = Store.save_site
    kept: list[str] = []

    def once(self: Store, run_id: str, result: SiteResult, draws: None = None) -> None:
        if kept:
            raise StoreError("The disk is full.")
        kept.append(result.site.slug)
        real(self, run_id, result, draws)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "save_site", once)
        with pytest.raises(StoreError):
            auditing.run_and_show(sites(), settings, quiet=True, **more)  # type: ignore[arg-type]


def test_a_resumed_run_keeps_its_settings_and_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import msgspec

    stopped_after_one(settings, monkeypatch)
    other = msgspec.structs.replace(settings, pages=7, seed=9)
    assert auditing.run_and_show([], other, resume="latest", quiet=True) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "1 of its 2 sites are left" in said
    assert "(pages 30, seed 1)" in said
    with Store.open(settings.store) as store:
        assert [site.slug for site in store.results().sites] == ["a", "b"]
        assert store.results().run.finished
    with pytest.raises(StoreError, match="there is none to go on with"):
        auditing.run_and_show([], settings, resume="latest", quiet=True)


def test_a_run_goes_on_under_the_very_rules_it_began_with(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_after_one(settings, monkeypatch, only=["content/broken-link-internal"])
    for only, said in ([], "axe, "), (["content/click"], "content/broken-link-internal"):
        with pytest.raises(StoreError, match=f"began with other rules .*{said}"):
            auditing.run_and_show([], settings, resume="latest", quiet=True, only=only)
