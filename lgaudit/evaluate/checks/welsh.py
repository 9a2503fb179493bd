"""Checks of the Welsh Language Standards: Welsh pages exist, are Welsh, and are easy to reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lgaudit import dom, urls
from lgaudit.evaluate.checks.language import detect
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    page_check,
    passed,
    site_check,
    spot,
)
from lgaudit.evaluate.page_language import votes
from lgaudit.evaluate.phrasing import folded
from lgaudit.evaluate.wayfinding import base_of
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind, Reason, Spot
from lgaudit.tree import Node

SURE = 0.95
READ = 8_000  # characters
FIRST_LINKS = 20
_SWITCH = frozenset({"cymraeg", "yn gymraeg", "welsh", "cymraeg welsh", "fersiwn gymraeg"})
_NOT_PAIRED = frozenset({Kind.NEWS, Kind.SEARCH, Kind.MEETING, Kind.DOCUMENT, Kind.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class _Way:
    """How an English page leads to Welsh: the address and the page there, where it was seen."""

    page: Page
    url: str
    there: Page | None


@site_check
def welsh_home(visit: Snapshot, *, minimum_words: int = 30) -> Result:
    """The home page leads to a home page in Welsh, or is in Welsh itself."""
    home = next((p for p in visit.audited if p.depth == 0), None)
    if home is None:
        return cant_tell("The homepage was not seen.")
    if language(home, minimum_words) == "cy":
        return passed("The homepage itself is in Welsh.")
    ways = list(_ways(home))
    if visit.site.welsh_homepage:
        ways.append(visit.site.welsh_homepage)
    if not ways and _scripted(home):
        return cant_tell("The homepage switches to Welsh in place.")
    if not ways:
        return failed("The homepage has no link to a Welsh one.", [Spot("", home.url)])
    seen = _by_address(visit)
    pages = [seen[key] for key in map(_key, ways) if key in seen]
    spoken = [language(page, minimum_words) for page in pages]
    if "cy" in spoken:
        return passed(pages[spoken.index("cy")].url)
    if pages and set(spoken) == {"en"}:
        return failed(
            "What is linked as the Welsh homepage is in English.", [Spot("", pages[0].url)]
        )
    return cant_tell(
        "The Welsh homepage was not seen, or has too little text.", [Spot("", ways[0])]
    )


@site_check
def welsh_pairs(
    visit: Snapshot, *, share: float = 0.95, minimum_pages: int = 5, minimum_words: int = 50
) -> Result:
    """English pages that were seen lead to a Welsh version of themselves.

    News, meetings, searches and documents are left out, and so are pages of other hosts.
    """
    english = list(_english(visit, minimum_words))
    if len(english) < minimum_pages:
        return cant_tell(f"Only {len(english)} English pages were seen.")
    home = _homes(visit)
    seen = _by_address(visit)
    without, unsure = [], 0
    for page in english:
        every = list(_ways(page))
        ways = [way for way in every if _key(way) not in home or page.depth == 0]
        if not ways and (every or not _scripted(page)):
            without.append(page)
        elif all(_key(way) not in seen for way in ways):
            unsure += 1
    paired = 1 - len(without) / len(english)
    told = f"{len(english) - len(without)} of {len(english)} English pages lead to a Welsh one."
    if paired >= share:
        more = f" {unsure} of those were not seen." if unsure else ""
        return passed(told + more, metric=paired)
    return failed(told, [Spot("", page.url) for page in without[:50]], metric=paired)


@site_check
def switch_stays(visit: Snapshot, *, minimum_pages: int = 2) -> Result:
    """The link to Welsh on a page leads to that page, not to the home page or to nothing."""
    homes, gone = (
        _homes(visit),
        {_key(url) for url, v in visit.lost if _is_gone(v.reason, v.detail)},
    )
    judged, wrong = 0, []
    for page in visit.audited:
        if page.depth == 0 or page.lang == "cy":
            continue
        ways = [_key(way) for way in _ways(page)]
        if not ways:
            continue
        judged += 1
        if all(way in homes or way in gone for way in ways):
            wrong.append(page)
    if not judged:
        return inapplicable("No page but the homepage has a link to Welsh.")
    if len(wrong) >= minimum_pages:
        message = f"On {len(wrong)} of {judged} pages the link to Welsh leads home or nowhere."
        return failed(message, [Spot("", page.url) for page in wrong[:50]])
    return passed()


@page_check
def welsh_stated(page: Page, *, words: Sequence[str] = ("cymraeg", "welsh")) -> Result:
    """An English page with a Welsh version has a visible link that says so among its first."""
    if page.lang not in ("", "en") or language(page, 50) == "cy":
        return inapplicable("The page is not in English.")
    base = base_of(page)
    alternates = [n for n in page.dom.css("link[rel~=alternate i][hreflang]") if _cy(n, "hreflang")]
    links = page.dom.css("a[href]")
    switches = [n for n in links if _is_switch(n)]
    if not alternates and not switches:
        return inapplicable("The page names no Welsh version.")
    if any(not dom.hidden(n) for n in switches):
        early = [n.mem_id for n in links[:FIRST_LINKS]]
        if any(n.mem_id in early for n in switches) or len(switches) > 1:
            return passed()
        return cant_tell("The link to Welsh comes late on the page.", [spot(switches[0])])
    if any(word in folded(n.text()) for n in links[:FIRST_LINKS] for word in words):
        return passed()
    where = urls.normalise(dom.attribute(alternates[0], "href"), base) if alternates else ""
    return failed(f"The Welsh version {where or ''} is not linked to.")


@page_check
def welsh_declared(page: Page, *, minimum_words: int = 50) -> Result:
    """A page in Welsh is marked as Welsh."""
    if language(page, minimum_words) != "cy":
        return inapplicable("The page is not in Welsh, or has too little text.")
    if page.lang == "cy":
        return passed()
    declared = f"lang=“{page.lang}”" if page.lang else "no language"
    return failed(f"The page is in Welsh and declares {declared}.", [Spot("html", "")])


@page_check
def welsh_not_english(page: Page, *, minimum_words: int = 100) -> Result:
    """A page that is said to be Welsh has no English main text."""
    if page.lang != "cy":
        return inapplicable("The page does not say that it is Welsh.")
    spoken = language(page, minimum_words)
    if not spoken:
        return inapplicable("There is too little text to tell its language.")
    if spoken == "en":
        return failed("The page is declared Welsh, and its text is English.", [Spot("html", "")])
    return passed()


@site_check
def menus_translated(visit: Snapshot, *, share: float = 0.5, minimum_links: int = 4) -> Result:
    """Menus of Welsh pages are not mostly those of the English ones."""
    english: set[str] = set()
    welsh: list[tuple[Page, list[str]]] = []
    for page in visit.each_page():
        if not page.verdict.ok:
            continue
        if page.lang == "cy":
            welsh.append((page, _menu(page)))
        elif page.lang == "en":
            english.update(_menu(page))
    judged = [(page, menu) for page, menu in welsh if len(menu) >= minimum_links]
    if not english or not judged:
        return inapplicable("No menus of pages in both languages were seen.")
    same = [page for page, menu in judged if sum(t in english for t in menu) > share * len(menu)]
    if not same:
        return passed()
    message = f"{len(same)} of {len(judged)} Welsh pages have an English menu."
    return failed(message, [Spot("", page.url) for page in same[:50]])


@site_check
def welsh_forms(visit: Snapshot, *, minimum_words: int = 30) -> Result:
    """Forms that Welsh pages lead to are in Welsh."""
    seen = _by_address(visit)
    forms: dict[str, Page] = {}
    for page in visit.pages:
        if not page.verdict.ok or page.lang != "cy" or page.main is None:
            continue
        base = base_of(page)
        for node in page.main.css("a[href]")[:300]:
            target = seen.get(_key(urls.normalise(dom.attribute(node, "href"), base) or ""))
            if target is not None and target.kind is Kind.FORM:
                forms[target.url] = target
    spoken = {url: language(page, minimum_words) for url, page in forms.items()}
    known = {url: code for url, code in spoken.items() if code}
    if not known:
        return inapplicable("No form that a Welsh page leads to was seen.")
    left = sorted(url for url, code in known.items() if code == "en")
    if not left:
        return passed()
    message = "Welsh pages lead to English forms."
    home = urls.host_of(visit.site.homepage)
    own = [url for url in left if urls.host_of(url) == home]
    places = [Spot("", url) for url in left]
    return (
        failed(message, places) if own else cant_tell(f"{message} They are a supplier's.", places)
    )


def language(page: Page, minimum_words: int) -> str:
    """'cy' or 'en' when small words and the detector agree on the main text, else ''."""
    text = page.text[:READ]
    if len(text.split()) < minimum_words:
        return ""
    english, welsh = votes(text)
    likely = "cy" if welsh > 2 * english else "en" if english > 2 * welsh else ""
    if not likely:
        return ""
    code, sure = detect(text)
    return likely if code == likely and sure >= SURE else ""


def _english(visit: Snapshot, minimum_words: int) -> Iterator[Page]:
    host = urls.host_of(visit.site.homepage)
    for page in visit.audited:
        if page.kind in _NOT_PAIRED or urls.host_of(page.final_url) != host:
            continue
        if page.lang in ("", "en") and language(page, minimum_words) == "en":
            yield page


def _ways(page: Page) -> Iterator[str]:
    """Addresses that the page calls its Welsh version."""
    base = base_of(page)
    for node in page.dom.css("link[rel~=alternate i][hreflang][href]"):
        if _cy(node, "hreflang") and (url := urls.normalise(dom.attribute(node, "href"), base)):
            yield url
    for node in page.dom.css("a[href]"):
        url = urls.normalise(dom.attribute(node, "href"), base) if _is_switch(node) else None
        if url and _key(url) != _key(page.final_url):
            yield url


def _scripted(page: Page) -> bool:
    """True when a button, or a link that stays on the page, may switch to Welsh by script."""
    return any(_is_switch(node) for node in page.dom.css("a, button, [role=button], option"))


def _is_switch(node: Node) -> bool:
    if _cy(node, "hreflang"):
        return True
    text = node.text()
    return len(text) < 60 and folded(text) in _SWITCH


def _cy(node: Node, name: str) -> bool:
    return dom.attribute(node, name).strip().lower().split("-")[0] == "cy"


def _menu(page: Page) -> list[str]:
    links = page.dom.css("header nav a, nav a, [role=navigation] a")[:60]
    texts = [folded(node.text()) for node in links]
    return [text for text in texts if text and text not in _SWITCH and text != "english"]


def _homes(visit: Snapshot) -> set[str]:
    """Keys of home pages in either language."""
    homes = {visit.site.homepage, visit.site.welsh_homepage}
    for page in visit.audited:
        if page.depth == 0:
            homes.update((page.url, page.final_url))
            homes.update(_ways(page))
    return {_key(url) for url in homes if url}


def _by_address(visit: Snapshot) -> dict[str, Page]:
    pages = [page for page in visit.pages if page.verdict.ok]
    return {_key(url): page for page in pages for url in (page.url, page.final_url)}


def _key(url: str) -> str:
    return urls.identity(url).split("://", 1)[-1].removeprefix("www.").rstrip("/")


def _is_gone(reason: Reason, detail: str) -> bool:
    return reason is Reason.SOFT_404 or (
        reason is Reason.ERROR_STATUS and detail in ("status 404", "status 410")
    )
