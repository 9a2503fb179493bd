"""What was seen, never an opinion: pages, what a browser saw of them, and whole visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lgaudit import dom
from lgaudit.models import OK, Kind, Outcome, Site, Verdict
from lgaudit.tree import Tree

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

    from lgaudit.tree import Node

LIGHT = 2_000_000  # bytes of HTML in one visit; what is read from them takes 30 times as much
Headers = tuple[tuple[str, str], ...]


def header(headers: Headers, name: str) -> str:
    """The first header of that name, whatever its case, or ''."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class Redirect:
    """One hop: the URL asked, the status that sent us on, and where to."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of ours and its answer, as they went over the wire."""

    method: str
    url: str
    sent: Headers  # without cookies and credentials
    status: int | None  # None: no answer came
    headers: Headers = ()
    body: bytes = b""  # unpacked
    http_version: str = ""
    verdict: Verdict = OK  # why there is no answer, or why its body is not whole
    unread: bool = False  # there may be a body that nobody needed


@dataclass(frozen=True, slots=True)
class Request:
    """One resource a page load asked for. Sizes are bytes on the wire, bodies only."""

    url: str
    type: str  # document, stylesheet, script, image, font, media, xhr, other
    status: int | None
    headers: Headers = ()
    transferred: int = 0  # as on a first visit: what came from the cache counts its wire size
    decoded: int = 0
    from_cache: bool = False
    protocol: str = ""  # h2, h3, http/1.1
    failed: str = ""


@dataclass(frozen=True, slots=True)
class AxeNode:
    """One element axe-core named. ``selector`` joins frames with ' >>> '."""

    selector: str
    html: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class AxeResult:
    """One axe-core rule on one page; ``nodes`` only for failed and cantTell."""

    rule: str
    outcome: Outcome
    impact: str = ""
    nodes: tuple[AxeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class AxeRun:
    """axe-core's answer for a page, or the error it gave instead."""

    version: str
    results: tuple[AxeResult, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Timings:
    """Unthrottled lab timings of the quiet pass, medians over ``loads`` loads, milliseconds."""

    fcp: float | None
    lcp: float | None
    tbt: float | None
    loads: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing a close look saw: what it is, where, and plain facts of it, never an opinion."""

    kind: str
    selector: str = ""
    html: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    block: str = ""  # mark of the shared block (header, footer ...) it stands in, '' when in none


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie a browser holds; never its value."""

    name: str
    domain: str  # without a leading dot
    session: bool = True  # False: kept when the browser is closed


@dataclass(frozen=True, slots=True)
class Choice:
    """One button or link of a cookie banner."""

    text: str
    role: str  # accept, reject, selected, settings, dismiss or other
    button: bool = True  # False: a bare link
    area: int = 0  # square CSS pixels


@dataclass(frozen=True, slots=True)
class Consent:
    """What a first visit stores before any choice, the cookie banner, and what refusing leaves."""

    cookies: tuple[Cookie, ...] = ()
    storage: tuple[str, ...] = ()  # keys of local and session storage
    banner: bool = False
    framed: bool = False  # it seems to be in a frame of another site, whose buttons are unknown
    supplier: str = ""
    text: str = ""
    choices: tuple[Choice, ...] = ()  # of its first layer
    ticked: tuple[str, ...] = ()  # optional purposes that are on before anyone chose
    after_refusing: tuple[Cookie, ...] | None = None  # None: nothing could be pressed to refuse


@dataclass(frozen=True, slots=True)
class Look:
    """One close look at a page: by keyboard, at other sizes, or for what moves."""

    sightings: tuple[Sighting, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)  # of the page as a whole
    error: str = ""  # why it ended early; what was seen until then is kept


@dataclass(frozen=True, slots=True)
class BrowserEvidence:
    """What a browser saw of one page."""

    html: str  # rendered DOM, serialised
    title: str
    final_url: str
    status: int | None
    axe: AxeRun | None = None
    cls: float | None = None  # cumulative layout shift, unitless
    requests: tuple[Request, ...] = ()
    quiet: Timings | None = None
    console_errors: tuple[str, ...] = ()
    dialogs: int = 0  # alerts and confirms that were dismissed
    rendered: tuple[Sighting, ...] | None = None  # media, canvas, picture, font ...
    consent: Consent | None = None  # on the first page of a visit alone
    looks: Mapping[str, Look] = field(default_factory=dict)  # keyboard, layout, motion
    alike: str = ""  # URL of the page of this template that was looked at closely instead


@dataclass(frozen=True)
class Page:
    """One page as it was seen. Text and trees are parsed when first asked for."""

    url: str
    final_url: str
    kind: Kind = Kind.OTHER
    verdict: Verdict = OK
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    encoding: str = "utf-8"
    redirects: tuple[Redirect, ...] = ()
    http_version: str = ""  # "HTTP/2", "HTTP/1.1"; '' when not fetched over HTTP
    elapsed_ms: float | None = None
    depth: int = 0  # clicks from the home page
    sampled: bool = True  # page rules are judged on sampled pages only
    stratum: str = ""  # "structured", "random" or ""
    source: str = ""  # path or URL as the user gave it
    browser: BrowserEvidence | None = None

    def header(self, name: str) -> str:
        """The first response header of that name, or ''."""
        return header(self.headers, name)

    @cached_property
    def response_html(self) -> str:
        """The response body, decoded; never raises."""
        return dom.decode(self.body, self.encoding)

    @property
    def html(self) -> str:
        """The rendered DOM where a browser saw the page, else the response."""
        return self.browser.html if self.browser else self.response_html

    @cached_property
    def lowered(self) -> str:
        """:attr:`html` in small letters, for a quick look whether a word stands in it at all."""
        return self.html.lower()

    @cached_property
    def dom(self) -> Tree:
        """The tree of :attr:`html`."""
        return dom.parse(self.html)

    @cached_property
    def response_dom(self) -> Tree:
        """The tree of the response as sent, before any script ran."""
        return dom.parse(self.response_html) if self.browser else self.dom

    @cached_property
    def main(self) -> Node | None:
        """The element that holds the page's own content."""
        return dom.main_content(self.dom)

    @cached_property
    def text(self) -> str:
        """Visible text of the main content only, blocks separated by new lines."""
        return dom.visible_text(self.main) if self.main is not None else ""

    @cached_property
    def lang(self) -> str:
        """Primary language subtag of the document ('en', 'cy'), or '' when not declared."""
        root = self.dom.css_first("html")
        value = (root.attributes.get("lang") or "") if root is not None else ""
        return value.strip().lower().replace("_", "-").split("-")[0]

    @cached_property
    def title(self) -> str:
        """Text of the title element, white space folded."""
        nodes = self.dom.glance("head title") or self.dom.glance("title")
        return " ".join(nodes[0].text().split()) if nodes else ""

    def but(self, **changes: Any) -> Page:
        """This page with another verdict, kind or place in the sample; what was read stays read.

        Not for changes of what it says: of body, encoding or browser.
        """
        page = replace(self, **changes)
        fields = self.__dataclass_fields__
        page.__dict__.update({k: v for k, v in self.__dict__.items() if k not in fields})
        return page

    def bare(self) -> Page:
        """A copy without parsed trees and what was read from them; this page keeps its own."""
        page = replace(self)
        page.__dict__.update({k: v for k, v in self.__dict__.items() if self._stays(k, v)})
        return page

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: not what was read from it here."""
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def forget(self) -> None:
        """Drop parsed trees and what was read from them; short strings stay.

        Trees are many times the size of the page, and they come back when they are asked for.
        What else was made of this page by :meth:`but` shares them: see :meth:`bare`.
        """
        for name, value in list(self.__dict__.items()):
            if isinstance(value, Tree):
                value.forget()
            elif name == "_kept":  # else what points at itself would wait to be collected
                for made in value.values():
                    if callable(forget := getattr(made, "forget", None)):
                        forget()
            if not self._stays(name, value):
                del self.__dict__[name]

    def _stays(self, name: str, value: object) -> bool:
        short = isinstance(value, str) and name not in ("response_html", "lowered")
        return name in self.__dataclass_fields__ or short or name == "_remembered"

    @cached_property
    def soup(self) -> BeautifulSoup:
        """BeautifulSoup tree, for packs from outside; slow, so built-in checks never use it."""
        from bs4 import BeautifulSoup

        return BeautifulSoup(self.html, "lxml")


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What was read from one PDF, without its content."""

    pages: int = 0
    tagged: bool = False
    title: str = ""
    display_title: bool = False
    lang: str = ""
    created: dt.date | None = None
    modified: dt.date | None = None
    has_form: bool = False
    image_pages: int = 0  # of the pages read, those with an image
    sparse_pages: int = 0  # of the pages read, those with under 20 characters of text
    pages_read: int = 0
    encrypted: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class CsvFacts:
    """What was read from one CSV file, without its content."""

    utf8: bool = True
    rows: int = 0  # with anything in them, the headings included
    columns: int = 0  # of the first row
    blank_lead_rows: int = 0
    ragged_rows: int = 0  # with more or fewer columns than the first
    empty_headings: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A news feed a page announces. ``latest`` is the date of its newest entry."""

    url: str
    found_on: str
    verdict: Verdict
    entries: int = 0
    latest: dt.date | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A linked file that is not a page."""

    url: str
    link_text: str
    found_on: tuple[str, ...]  # page URLs, sorted
    verdict: Verdict = OK
    content_type: str = ""
    size: int | None = None  # bytes
    pdf: PdfFacts | None = None
    csv: CsvFacts | None = None


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """One link asked for after the crawl. ``reason`` is OK when something answered usefully."""

    url: str
    verdict: Verdict
    status: int | None
    found_on: tuple[str, ...]  # page URLs, sorted
    internal: bool
    in_main: bool
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Handshake:
    """How a host began to speak TLS. ``fault`` is '' when its certificate can be trusted."""

    host: str
    version: str = ""  # as OpenSSL writes it: "TLSv1.3"; '' when none was agreed on
    fault: str = ""  # expired, early, name, chain; unreachable when nothing could be agreed on
    names: tuple[str, ...] = ()  # that the certificate is for
    starts: dt.datetime | None = None  # the certificate's own dates
    ends: dt.datetime | None = None
    old: str = ""  # version below 1.2 it accepts as well; "none"; '' when that was not asked


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
