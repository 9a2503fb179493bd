"""Cookies before consent and the banner, seen by a real browser on made-up pages."""

from __future__ import annotations

import asyncio

import pytest

from lgaudit.evaluate import trackers
from lgaudit.evidence import BrowserEvidence, Consent
from lgaudit.gather.browser import BrowserPool
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

A = "https://www.a.gov.uk"
HTML = (("content-type", "text/html; charset=utf-8"),)
SETS = "document.cookie='_ga=1; max-age=900; path=/'; localStorage.setItem('seen', '1');"
BANNER = """
<div id="cookie-bar" class="bar"><p>We use cookies to count visits. {more}</p>{buttons}</div>
<script>{script}</script>
"""
NO = "<button type=button id=no>Reject all</button>"
YES = "<button type=button>Accept all</button>"


def page(body: str) -> Answer:
    text = f'<!doctype html><html lang="en"><title>T</title><main><h1>Home</h1></main>{body}'
    return Answer(200, HTML, text.encode())


def banner(buttons: str, script: str = SETS, more: str = "") -> Answer:
    return page(BANNER.format(buttons=buttons, script=script, more=more))


GONE = (
    "document.getElementById('no').onclick = () => {"
    " document.cookie = '_ga=; max-age=0; path=/'; document.cookie = 'choice=no; path=/';"
    " document.querySelector('.bar').remove() };"
)
SHADOW = """<div id="usercentrics-root"></div><script>
document.getElementById('usercentrics-root').attachShadow({mode: 'open'}).innerHTML =
 '<div role="dialog"><p>Cookies and consent</p><button>Deny</button>' +
 '<button>Accept All</button></div>';
</script>"""
PAGES = {
    "/": banner(YES + NO + '<a href="/cookies">Cookie policy</a>', SETS + GONE),
    "/one-way": banner(YES + "<a href='#settings'>Settings</a>"),
    "/ticked": banner(
        YES + NO,
        SETS,
        "<label><input type=checkbox checked disabled> Essential</label>"
        "<label><input type=checkbox checked> Marketing</label>",
    ),
    "/form": banner(f"<form method=post action=/sent>{YES}<button>Reject cookies</button></form>"),
    "/welsh": banner("<button>Derbyn pob cwci</button><button>Gwrthod cwcis</button>"),
    "/shadow": page(SHADOW),
    "/hidden": page(
        "<div class=cookie-banner hidden>Cookies <button>Accept</button></div>"
        "<p>Our biscuits are baked by hand. <button>Accept the recipe</button></p>"
    ),
    "/notice": banner("<button>OK</button>", ""),
    "/away": banner(YES + NO, "document.getElementById('no').onclick=()=>location.replace('/two')"),
    "/two": page(""),
    "/stuck": banner(YES + NO, "document.getElementById('no').onclick=()=>{for(;;){}}"),
    "/sent": Answer(500, HTML, b"a form was sent"),
}


@pytest.fixture(scope="module")
def seen() -> dict[str, BrowserEvidence]:
    site = StaticSite("www.a.gov.uk", PAGES)
    with Replay([site]) as replay:
        settings = Settings(
            name_map=replay.name_map, ca_file=str(replay.ca_file), browsers=2, page_deadline=15
        )
        wanted = [path for path in PAGES if path not in ("/sent", "/two")]

        async def look() -> dict[str, BrowserEvidence]:
            async with BrowserPool(settings) as pool:
                tasks = [pool.visit(path, [A + path, A + "/two"], consent=True) for path in wanted]
                found = await asyncio.gather(*tasks)
            for _, second in found:
                assert isinstance(second, BrowserEvidence)
                assert second.consent is None
            return {p: pair[0] for p, pair in zip(wanted, found, strict=True)}  # type: ignore[misc]

        return asyncio.run(look())


def consent(seen: dict[str, BrowserEvidence], path: str) -> Consent:
    found = seen[path].consent
    assert found is not None
    return found


def roles(found: Consent) -> list[str]:
    return [choice.role for choice in found.choices]


@pytest.mark.browser
def test_a_banner_that_refuses(seen: dict[str, BrowserEvidence]) -> None:
    found = consent(seen, "/")
    assert [c.name for c in found.cookies] == ["_ga"]
    assert not found.cookies[0].session
    assert found.storage == ("seen",)
    assert found.banner
    assert roles(found) == ["accept", "reject", "settings"]
    assert found.after_refusing is not None
    assert [c.name for c in found.after_refusing] == ["choice"]
    assert 'id="cookie-bar"' in seen["/"].html  # the page was kept as it was before


@pytest.mark.browser
def test_banners_of_other_kinds(seen: dict[str, BrowserEvidence]) -> None:
    assert roles(consent(seen, "/one-way")) == ["accept", "settings"]
    assert consent(seen, "/one-way").after_refusing is None
    assert consent(seen, "/ticked").ticked == ("Marketing",)
    assert roles(consent(seen, "/welsh")) == ["accept", "reject"]
    assert roles(consent(seen, "/shadow")) == ["reject", "accept"]
    assert consent(seen, "/shadow").supplier == "Usercentrics"
    assert roles(consent(seen, "/notice")) == ["dismiss"]
    assert not consent(seen, "/hidden").banner


@pytest.mark.browser
def test_no_form_is_ever_sent(seen: dict[str, BrowserEvidence]) -> None:
    found = consent(seen, "/form")
    assert roles(found) == ["accept", "reject"]
    assert found.after_refusing is None


@pytest.mark.browser
def test_banners_that_fight_back_keep_the_page(seen: dict[str, BrowserEvidence]) -> None:
    assert "<h1>Home</h1>" in seen["/away"].html
    assert "<h1>Home</h1>" in seen["/stuck"].html


def test_trackers_are_known_by_whole_names() -> None:
    assert trackers.of_cookie("_ga_AB12") is not None
    assert trackers.of_cookie("my_ga") is None
    assert trackers.of_request("https://facebook.com.example.org/x.js") is None
    assert trackers.of_request("https://connect.facebook.net/x.js").kind == "social"  # type: ignore[union-attr]
    kinds = {t.kind for t in trackers.known()}
    assert kinds == {"advertising", "social", "recording", "statistics", "functional"}
    assert all(t.source.startswith("https://") for t in trackers.known())
