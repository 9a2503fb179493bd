"""Where a site leads: the pages and files about a subject, found the way a resident looks for them.

A subject is a list of phrases in words that residents and councils use, English and Welsh (see
:mod:`lgaudit.evaluate.phrasing`): ``spend* 500`` finds "Spending over £500". Looked at are the
texts of all links, the titles and headings of all pages seen, names of files, and addresses that
were found but not asked for. News is left out: it tells of things and is not the thing.

A visit sees a part of a site, so that nothing was found says little: see :attr:`Signs.whole`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import unquote

from lgaudit import dom, urls
from lgaudit.evaluate.kept import extract, of_visit
from lgaudit.evaluate.phrasing import LONGEST, Lines, folded, which
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind, Reason
from lgaudit.tree import Node

MOST_LINKS = 3_000  # of one page
MOST_TEXTS = 60_000  # of one visit
READ = 20_000  # characters of a link or heading that are looked at, most of them white space
NOT_LINKED = 98  # clicks to a place that nothing seen links to, or more
SHOWN = 5  # pages named as those that link to a place

_GONE = frozenset({Reason.SOFT_404, Reason.DNS})
# Losing these loses nothing a resident could read: there is no page of the site behind them.
_NO_LOSS = frozenset({Reason.NOT_HTML, Reason.OFF_SITE, Reason.DUPLICATE, Reason.SOFT_404})
_NEWS = re.compile(
    r"/(?:latest-|council-)?(?:news|newsroom|press(?:-releases?|-office)?|newyddion|blogs?|events?"
    r"|digwyddiadau)(?:[/?.]|$)",
    re.I,
)
_EXTENSION = re.compile(r"\.(?:html?|aspx?|php|jsp|pdf|docx?|xlsx?|csv|od[ts]|zip)$", re.I)
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|xlsm|csv|od[tsp]|rtf|pptx?|zip|json|txt)$", re.I)
_TO_READ = re.compile(r"\.(?:pdf|docx?|odt|rtf|pptx?)$", re.I)
_WITHOUT_ACCOUNT = re.compile(
    r"without (?:an account|signing|registering|logging|a login)|as a guest|continue as guest"
    r"|anonymous",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Found:
    """One place about a subject."""

    url: str
    text: str  # the words that say so, as they were written
    by: str  # "link", "title", "heading" or "address"
    found_on: tuple[str, ...]  # pages that link there, at most five, nearest the home page first
    depth: int  # clicks from the home page
    page: Page | None = None  # where the visit saw the page itself
    file: bool = False  # a document rather than a page


@dataclass
class _Place:
    """Everything known of one address."""

    url: str
    page: Page | None = None
    depth: int = NOT_LINKED + 1
    found_on: dict[str, int] = field(default_factory=dict)  # page URL -> its depth
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)  # folded -> (by, as written)
    news: bool | None = None  # whether it is a page of news or search, once that was asked


class Signs:
    """All texts that lead somewhere on one visit, ready to be asked. Get it from :func:`signs`."""

    def __init__(self, visit: Snapshot) -> None:
        self._places: dict[str, _Place] = {}
        self._gone = {_key(url) for url in _dead(visit)}
        self._count = 0
        self.said_on: dict[str, frozenset[str]] = {}  # page URL -> what its links say, folded
        self._linked: dict[tuple[str, str], tuple[_Place, str]] = {}  # links: place, text folded
        for page in visit.each_page():
            if page.verdict.ok or page.verdict.reason is Reason.DUPLICATE:
                self._read(page)
        self._linked.clear()
        for document in visit.documents:
            self._note(document.url, "link", document.link_text, document.found_on)
        for url in visit.extra.get("not_sampled", ()):
            self._place(str(url))
        for place in self._places.values():
            self._add(place, "address", address_words(urls.path_of(place.url)))
        self.whole = _saw_all(visit)  # True when every page of the site was seen: absence is sure

    def about(
        self, subject: Sequence[str], *, addresses: Sequence[str] = (), news: bool = False
    ) -> tuple[Found, ...]:
        """Places about a subject, the surest first: seen pages, few other words, few clicks.

        Args:
            subject: phrases, see the module.
            addresses: parts of an address that say as much, such as ``mgRofI.aspx``.
            news: whether pages of news count too.
        """
        hits: dict[str, tuple[int, str, str]] = {}  # key -> (words more, by, text)
        if subject:
            for number, match in self._lines.matches(tuple(subject)):
                line = self._texts[number]
                more = line.count(" ") - match.group().count(" ")
                for key in self._keys[number]:
                    by, text = self._places[key].texts[line]
                    if key not in hits or (_rank(by), more) < (_rank(hits[key][1]), hits[key][0]):
                        hits[key] = (more, by, text)
        wanted = [part.lower() for part in addresses]
        if wanted:
            for key, url in self._addresses:
                if key not in hits and any(map(url.__contains__, wanted)):
                    hits[key] = (0, "address", self._places[key].url)
        found = [
            (self._found(self._places[key], by, text), more)
            for key, (more, by, text) in hits.items()
            if key not in self._gone and (news or not self._is_news(self._places[key]))
        ]
        found.sort(key=lambda f: (f[0].page is None, _rank(f[0].by), f[1], f[0].depth, f[0].url))
        return tuple(place for place, _ in found)

    def which(self, subject: Sequence[str]) -> frozenset[str]:
        """What links, titles and headings say of the subject, folded; what only links say too."""
        if self._count < MOST_TEXTS:
            return frozenset(self._texts[n] for n, _ in self._lines.matches(tuple(subject)))
        return which(subject, frozenset[str]().union(*self.said_on.values()))

    def said(self) -> Iterator[tuple[str, str, str, int]]:
        """What links, titles and main headings say: folded, as written, of which place, clicks.

        Places of news and search, and those that lead to nothing, are left out.
        """
        for key, place in self._places.items():
            if key in self._gone or self._is_news(place):
                continue
            for line, (by, text) in place.texts.items():
                if by in ("link", "title"):
                    yield line, text, place.url, place.depth

    def texts_of(self, url: str) -> tuple[tuple[str, str], ...]:
        """What links, title and main heading say of one place: folded, and as written."""
        place = self._places.get(_key(url))
        if place is None or self._is_news(place):
            return ()
        return tuple((line, text) for line, (by, text) in place.texts.items() if by != "heading")

    def page_of(self, url: str) -> Page | None:
        """The page at an address, where it was seen."""
        place = self._places.get(_key(url))
        return place.page if place is not None else None

    def unseen(self, clicks: int, visit: Snapshot) -> tuple[str, ...]:
        """Pages of the site at most so many clicks from the home page that were not seen."""
        seen = {_key(url) for page in visit.pages for url in (page.url, page.final_url)}
        seen |= {_key(url) for url, verdict in visit.lost if verdict.reason in _NO_LOSS}
        home = visit.site.homepage
        return tuple(
            place.url
            for key, place in self._places.items()
            if place.depth <= clicks
            and key not in seen
            and key not in self._gone
            and not _FILE.search(urls.path_of(place.url))
            and urls.same_site(home, place.url)
        )

    def _read(self, page: Page) -> None:
        place = self._place(page.final_url or page.url)
        place.page, place.depth = page, min(place.depth, page.depth)
        self._add(place, "title", page.title)
        for by, text in _headings(page):
            self._add(place, by, text)
        said = set()
        for link in _links(page):
            known = self._linked.get(link)
            if known is None:  # most links stand on every page
                url, text = link
                known = self._linked[link] = self._place(url), folded(text)
                self._add(known[0], "link", text)
            to, line = known
            to.found_on.setdefault(page.url, page.depth)
            to.depth = min(to.depth, page.depth + 1)
            said.add(line)
        self.said_on[page.url] = frozenset(said)

    def _note(self, url: str, by: str, text: str, found_on: Iterable[str]) -> None:
        place = self._place(url)
        for source in found_on:
            held = self._places.get(_key(source))
            near = held.depth if held is not None else NOT_LINKED
            place.found_on.setdefault(source, near)
            place.depth = min(place.depth, near + 1)
        self._add(place, by, text)

    def _place(self, url: str) -> _Place:
        key = _key(url)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _Place(url)
        return place

    def _add(self, place: _Place, by: str, text: str) -> None:
        line = folded(text)
        if line and line not in place.texts and self._count < MOST_TEXTS:
            place.texts[line] = (by, dom.fold(text)[:LONGEST])
            self._count += 1

    def _found(self, place: _Place, by: str, text: str) -> Found:
        near = sorted(place.found_on, key=lambda url: (place.found_on[url], url))[:SHOWN]
        path = urls.path_of(place.url)
        return Found(
            place.url, text, by, tuple(near), place.depth, place.page, bool(_FILE.search(path))
        )

    def _is_news(self, place: _Place) -> bool:
        if place.news is None:
            page = place.page
            listed = page is not None and page.kind in (Kind.NEWS, Kind.SEARCH)
            place.news = listed or bool(_NEWS.search(urls.path_of(place.url)))
        return place.news

    @cached_property
    def _addresses(self) -> list[tuple[str, str]]:
        """Key and address, in small letters, of every place."""
        return [(key, place.url.lower()) for key, place in self._places.items()]

    @cached_property
    def _by_text(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, place in self._places.items():
            for line in place.texts:
                found.setdefault(line, []).append(key)
        return found

    @cached_property
    def _texts(self) -> list[str]:
        return sorted(self._by_text)

    @cached_property
    def _keys(self) -> list[list[str]]:
        return [self._by_text[line] for line in self._texts]

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._texts)


@extract
def _headings(page: Page) -> list[tuple[str, str]]:
    """The first headings, as "title" or "heading", with what they say."""
    return [
        ("title" if node.tag == "h1" else "heading", node.text()[:READ])
        for node in page.dom.css("h1, h2")[:40]
    ]


@extract
def _links(page: Page) -> list[tuple[str, str]]:
    """Where links of the page lead, and what they say."""
    base = base_of(page)
    found = (
        (urls.normalise(dom.attribute(node, "href"), base), node)
        for node in page.dom.css("a[href], area[href]")[:MOST_LINKS]
    )
    return [(url, link_text(node)[:READ]) for url, node in found if url is not None]


@of_visit
def signs(visit: Snapshot) -> Signs:
    """The signs of a visit, read when first asked for and kept with it."""
    return Signs(visit)


def is_place(url: str) -> bool:
    """True for an address that may be a page to do something at: no file and no news."""
    path = urls.path_of(url)
    return not _FILE.search(path) and not _NEWS.search(path)


def is_file(url: str, *, to_read: bool = False) -> bool:
    """True for the address of a file that people download; ``to_read`` leaves data out."""
    return bool((_TO_READ if to_read else _FILE).search(urls.path_of(url)))


@extract
def asks_to_sign_in(page: Page) -> bool:
    """True when the page's own content asks for a password and offers no way without one."""
    if "password" not in page.lowered or page.main is None:
        return False  # a way to sign in at the top of every page is no wall
    asked = page.main.css_first('input[type="password" i]') is not None
    return asked and not _WITHOUT_ACCOUNT.search(page.text)


def base_of(page: Page) -> str:
    """What the page's relative addresses are resolved against."""
    node = page.dom.css_first("base[href]") if "<base" in page.lowered else None
    written = dom.attribute(node, "href") if node is not None else ""
    return (written and urls.normalise(written, page.final_url)) or page.final_url


def link_text(node: Node) -> str:
    """What a link says: its text, else its label, else the alternative of its picture."""
    text = node.text(deep=True).strip() or dom.attribute(node, "aria-label")
    text = text or dom.attribute(node, "title")
    if not text and (image := node.css_first("img[alt]")) is not None:
        text = dom.attribute(image, "alt")
    return text


def _rank(by: str) -> int:
    """What people wrote says more surely what a place is than a part of a page or an address."""
    return {"heading": 1, "address": 2}.get(by, 0)


@lru_cache(maxsize=32_768)
def _key(url: str) -> str:
    rest = urls.identity(url).split("://", 1)[-1].removeprefix("www.")
    return rest.split("#", 1)[0].rstrip("/")


def address_words(path: str) -> str:
    """The path of an address, or a part of it, as words."""
    return _EXTENSION.sub("", unquote(path)[-LONGEST:]).replace("/", " ")


def _dead(visit: Snapshot) -> list[str]:
    """Addresses that lead to nothing."""
    gone = [url for url, verdict in visit.lost if _leads_nowhere(verdict.reason, verdict.detail)]
    gone += [k.url for k in visit.links if k.status in (404, 410)]
    return gone + [
        d.url for d in visit.documents if _leads_nowhere(d.verdict.reason, d.verdict.detail)
    ]


def _leads_nowhere(reason: Reason, detail: str) -> bool:
    return reason in _GONE or (
        reason is Reason.ERROR_STATUS and detail in ("status 404", "status 410")
    )


def _saw_all(visit: Snapshot) -> bool:
    """True when the crawl ran out of links and lost no page that may have held something."""
    if visit.coverage.stopped != "exhausted" or not visit.pages:
        return False
    return all(
        verdict.reason in _NO_LOSS or _leads_nowhere(verdict.reason, verdict.detail)
        for _, verdict in visit.lost
    ) and not any(page.verdict.reason is Reason.EMPTY_SHELL for page in visit.pages)
