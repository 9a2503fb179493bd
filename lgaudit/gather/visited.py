"""The pages of one visit as they come in: which are new, which are another's double."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from lgaudit import dom, urls
from lgaudit.evidence import Page
from lgaudit.gather import discover, shown
from lgaudit.gather.frontier import key_of
from lgaudit.models import Kind, Reason, Verdict
from lgaudit.tree import Node

SAME_FROM = 50  # words; shorter texts may be equal by chance
# What was asked for turned out to be no page of the site: another is sampled in its place.
NOT_PAGES = frozenset(
    {Reason.NOT_HTML, Reason.OFF_SITE, Reason.DUPLICATE, Reason.SOFT_404, Reason.ROBOTS}
)
GONE = frozenset({404, 410})


@dataclass
class Visited:
    """Pages by the key of the address asked for."""

    pages: dict[str, Page] = field(default_factory=dict)
    same_text: set[str] = field(default_factory=set)  # URLs of pages that say what another says
    _texts: dict[bytes, str] = field(default_factory=dict)
    _finals: dict[str, str] = field(default_factory=dict)

    def get(self, url: str) -> Page | None:
        """The page fetched for an address, or None."""
        return self.pages.get(key_of(url))

    def keep(self, page: Page) -> Page:
        """Remember a page; one that is another's double gets the verdict ``duplicate``."""
        if page.verdict.ok:
            other = self._double(page)
            earlier = self.pages.get(key_of(other)) if page.kind is Kind.HOME and other else None
            if earlier is not None and earlier.verdict.ok:  # an archive may begin with any page
                double = Verdict(Reason.DUPLICATE, f"same as {page.url}")
                self.pages[key_of(other)] = earlier.but(verdict=double)
            elif other:
                page = page.but(verdict=Verdict(Reason.DUPLICATE, f"same as {other}"))
        self.pages[key_of(page.url)] = page.bare()  # trees are many times the size of the page
        return page

    def seen_at(self, url: str) -> bool:
        """True when a page was fetched for, or ended at, this address."""
        return key_of(url) in self.pages or key_of(url) in self._finals

    def _double(self, page: Page) -> str:
        final = self._finals.setdefault(key_of(page.final_url), page.url)
        if final != page.url:
            return final
        canonical = discover.canonical_of(page) if "?" in page.final_url else None
        if canonical and _only_query_differs(canonical, page.final_url):
            return canonical
        main = shown.main_of(page.dom)
        words = shown.letters_of(main).split() if main is not None else []
        if len(words) < SAME_FROM and (main is None or not _says_enough(main)):
            return ""
        mark = hashlib.sha256("".join(words).encode("utf-8", "replace")).digest()
        first = self._texts.setdefault(mark, page.url)
        if first == page.url:
            return ""
        self.same_text.add(page.url)
        return first


def is_page(page: Page) -> bool:
    """False for answers that show there is no page at the address, rather than one we lost."""
    if page.verdict.reason is Reason.ERROR_STATUS and page.status in GONE:
        return False
    return page.verdict.reason not in NOT_PAGES


def _says_enough(main: Node) -> bool:
    return len(dom.opening_text(main, SAME_FROM).split()) >= SAME_FROM


def _only_query_differs(canonical: str, url: str) -> bool:
    """A canonical address is believed only then; too many sites call every page the home page."""
    same_place = urls.path_of(canonical) == urls.path_of(url) and urls.host_of(
        canonical
    ).removeprefix("www.") == urls.host_of(url).removeprefix("www.")
    return same_place and key_of(canonical) != key_of(url)
