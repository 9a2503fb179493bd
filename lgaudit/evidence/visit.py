"""One visit to one site, and the one-off looks at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lgaudit.evidence.linked import Document, Feed, LinkCheck
from lgaudit.evidence.page import Page
from lgaudit.evidence.wire import Handshake, Request
from lgaudit.models import Site, Verdict

LIGHT = 2_000_000  # bytes of HTML in one visit; what is read from them takes 30 times as much


@dataclass(frozen=True, slots=True)
class PrivateNote:
    """Something the site's owner must know and nobody else: kept apart, never published."""

    host: str
    what: str
    found_on: tuple[str, ...] = ()  # page URLs


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the search of a site: the words residents use for a task."""

    task: str  # number in the local government service list
    words: str
    url: str = ""  # address that asks it; '' when it was not asked after all
    page: Page | None = None  # the answer


@dataclass(frozen=True, slots=True)
class SiteSearch:
    """What a site's own search answered. Without ``form`` nothing was asked, and it says why."""

    form: str = ""  # address that its form sends words to
    missing: bool = False  # the home page has no search
    refused: str = ""  # why it was not asked, or not asked everything
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Probes:
    """One-off looks at a site."""

    not_found: Page | None = None  # answer to an address that cannot exist
    alpn: str = ""  # h2 or http/1.1, as the main host negotiated
    robots_txt: str = ""
    sitemaps: tuple[str, ...] = ()
    assets: tuple[Request, ...] = ()  # stylesheets and scripts of the home page, fetched once
    script_starts: tuple[tuple[str, str], ...] = ()  # URL and first characters of those scripts
    doors: tuple[Page, ...] = ()  # home pages with and without www, http and https; no bodies
    handshakes: tuple[Handshake, ...] = ()
    security_txt: Page | None = None
    feeds: tuple[Feed, ...] = ()
    hosts: tuple[LinkCheck, ...] = ()  # other hosts of its own that it links to, a link of each
    search: SiteSearch | None = None  # None: nobody wanted it asked


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a site was seen. ``lost`` maps a reason to the number of pages lost to it."""

    found: int = 0
    eligible: int = 0
    sampled: int = 0
    audited: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)
    stopped: str = ""  # why the crawl ended: exhausted, pages, bytes, minutes, circuit_open ...

    def fraction(self, audited: int) -> float:
        """The part of the site that so many pages are, 0..1; 0 when its size is not known."""
        size = self.eligible
        if self.stopped not in ("", "exhausted"):
            size = max(size, self.found)  # an unfinished crawl knows of more pages than it read
        return min(1.0, audited / size) if size > 0 else 0.0


@dataclass(frozen=True)
class Snapshot:
    """One visit to one site."""

    site: Site
    verdict: Verdict  # whether the site could be seen at all: the home page's verdict
    pages: tuple[Page, ...] = ()
    lost: tuple[tuple[str, Verdict], ...] = ()  # URLs not audited and why
    documents: tuple[Document, ...] = ()
    links: tuple[LinkCheck, ...] = ()
    probes: Probes = Probes()
    coverage: Coverage = Coverage()
    started: dt.datetime | None = None
    finished: dt.datetime | None = None
    browser: str = ""  # name and version, '' when none looked
    extra: Mapping[str, Any] = field(default_factory=dict)
    private: tuple[PrivateNote, ...] = ()  # never kept with the rest

    def each_page(self) -> Iterator[Page]:
        """Every page in turn; of a large visit, trees are dropped when the next is asked for."""
        for page in self.pages:
            yield page
            if not self.light:
                page.forget()

    @cached_property
    def light(self) -> bool:
        """True when the trees of all pages may be held at once: parsing them anew takes longer."""
        size = sum(len(p.body) + (len(p.browser.html) if p.browser else 0) for p in self.pages)
        return size <= LIGHT

    @property
    def audited(self) -> tuple[Page, ...]:
        """Pages that page rules are judged on: sampled, and seen as a resident would."""
        return tuple(p for p in self.pages if p.sampled and p.verdict.ok)
