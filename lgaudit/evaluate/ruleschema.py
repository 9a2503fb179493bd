"""What a rule file may hold, table by table; a key that is not here is refused.

The first tables are of the rule itself. Those called Made… make up evidence for its examples:
what a browser saw, and facts of a site. Addresses may be relative to ``HOME``.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import msgspec

from lgaudit.evidence import Consent
from lgaudit.models import Kind, Outcome, Reason, Scope, Severity, Status

HOME = "https://www.example.gov.uk/"
Nation = Literal["England", "Northern Ireland", "Scotland", "Wales"]
Words = Annotated[str, msgspec.Meta(min_length=1, pattern=r"\S")]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Criterion = Annotated[str, msgspec.Meta(pattern=r"^[1-4]\.[1-9]\.([1-9]|1[0-9])$")]
RuleId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}$")]
WebAddress = Annotated[str, msgspec.Meta(pattern=r"^(https?://\S+)?$")]


class MadeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One resource a page asked for, or an asset of the home page."""

    url: str
    type: str = "other"
    status: int | None = 200
    headers: dict[str, str] = {}
    transferred: int = 0
    decoded: int = 0
    from_cache: bool = False
    protocol: str = ""
    failed: str = ""
    expect: bool = False


class MadeAxeNode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One element axe-core named."""

    selector: str
    html: str = ""
    message: str = ""


class MadeAxeResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One axe-core rule's answer."""

    rule: str
    outcome: Outcome
    impact: str = ""
    nodes: list[MadeAxeNode] = []


class MadeSighting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a close look saw; ``facts`` are those of its kind."""

    kind: str
    selector: str
    html: str = ""
    facts: dict[str, Any] = {}


class MadeRedirect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One hop."""

    url: str
    status: int
    location: str


class Metrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What browser and network saw of a page; any of the first eleven means a browser looked."""

    browser: bool = False
    rendered_html: str | None = None
    title: str | None = None
    axe: list[MadeAxeResult] | None = None
    cls: float | None = None
    requests: list[MadeRequest] | None = None
    fcp: float | None = None
    lcp: float | None = None
    tbt: float | None = None
    console_errors: list[str] | None = None
    rendered: list[MadeSighting] | None = None
    consent: Consent | None = None
    loads: int = 3
    dialogs: int = 0
    http_version: str = ""
    elapsed_ms: float | None = None
    depth: int = 0
    sampled: bool = True
    verdict: Reason = Reason.OK
    final_url: str = ""
    redirects: list[MadeRedirect] = []


class MadeLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One link that was asked for."""

    url: str
    status: int | None = None
    reason: Reason | None = None
    found_on: tuple[str, ...] = ("/",)
    internal: bool | None = None
    in_main: bool = True
    attempts: int = 1
    expect: bool = False


class MadePdf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was read from a PDF."""

    pages: int = 1
    tagged: bool = False
    title: str = ""
    display_title: bool = False
    lang: str = ""
    created: dt.date | None = None
    modified: dt.date | None = None
    has_form: bool = False
    image_pages: int = 0
    sparse_pages: int = 0
    pages_read: int = 1
    encrypted: bool = False
    error: str = ""


class MadeCsv(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was read from a CSV file."""

    utf8: bool = True
    rows: int = 10
    columns: int = 4
    blank_lead_rows: int = 0
    ragged_rows: int = 0
    empty_headings: int = 0
    error: str = ""


class MadeFeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A news feed that a page announces."""

    url: str = "/news/feed.xml"
    found_on: str = "/"
    reason: Reason = Reason.OK
    detail: str = ""
    entries: int = 10
    latest: dt.date | None = None
    error: str = ""
    expect: bool = False


class MadeDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One linked file."""

    url: str
    link_text: str = ""
    found_on: tuple[str, ...] = ("/",)
    reason: Reason = Reason.OK
    content_type: str = ""
    size: int | None = None
    pdf: MadePdf | None = None
    csv: MadeCsv | None = None
    expect: bool = False


class MadeNotFound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to an address that cannot exist."""

    url: str = "/lgaudit-no-such-page"
    status: int = 404
    html: str = ""
    headers: dict[str, str] = {}
    final_url: str = ""


class MadeDoor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way into the site: where the address led. ``to`` is one more hop each."""

    url: str
    to: list[str] = []
    status: int | None = 200
    reason: Reason = Reason.OK
    headers: dict[str, str] = {}
    expect: bool = False


class MadeHandshake(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a host began to speak TLS. Days are counted from the date of the visit."""

    host: str = "www.example.gov.uk"
    version: str = "TLSv1.3"
    fault: str = ""
    names: tuple[str, ...] = ("example.gov.uk", "www.example.gov.uk")
    age_days: float = 30
    days_left: float = 60
    old: str = "none"


class MadeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text file of the site."""

    text: str = ""
    url: str = "/.well-known/security.txt"
    status: int = 200
    type: str = "text/plain; charset=utf-8"
    reason: Reason = Reason.OK


class MadeScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first characters of one of the home page's own scripts."""

    url: str
    start: str = ""
    expect: bool = False


class MadeLost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One page that could not be seen."""

    url: str
    reason: Reason


class MadeQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question to the site's search and the page of its results."""

    url: str  # as in "/search?q=bin+day"
    task: str  # number in the local government service list
    words: str
    html: str = ""
    reason: Reason = Reason.OK
    status: int = 200
    expect: bool = False


class MadeSearch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked of the site's search."""

    missing: bool = False
    refused: str = ""
    questions: list[MadeQuestion] = []


class SiteFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Facts of a whole visit, for site rules."""

    homepage: str = HOME
    welsh_homepage: str = ""
    links: list[MadeLink] = []
    documents: list[MadeDocument] = []
    assets: list[MadeRequest] = []
    not_found: MadeNotFound | None = None
    alpn: str = ""
    robots_txt: str = ""
    sitemaps: list[str] = []
    verdict: Reason = Reason.OK
    date: dt.date = dt.date(2026, 11, 2)
    browser: str = ""
    extra: dict[str, Any] = {}
    lost: list[MadeLost] = []
    whole: bool = False  # every page of the site was seen
    doors: list[MadeDoor] = []
    handshakes: list[MadeHandshake] = []
    security_txt: MadeFile | None = None
    hosts: list[MadeLink] = []
    feeds: list[MadeFeed] = []
    scripts: list[MadeScript] = []
    search: MadeSearch | None = None


class StandardTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[standard]``: where the rule comes from."""

    name: Words
    clause: str = ""
    url: WebAddress = ""


class AppliesTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[applies_to]``: whom and what the rule is for."""

    nation: list[Nation] = []
    type: list[str] = []
    kind: list[Kind] = []
    not_kind: list[Kind] = []
    language: list[Language] = []


class PageTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[examples.pages]]``: one page of an example."""

    html: str = ""
    lang: str = "en"
    url: str = ""
    status: int = 200
    headers: dict[str, str] = {}
    kind: Kind | None = None
    metrics: Metrics | None = None
    expect: bool = False


class ExampleTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[[examples]]``: pages and the outcome they must get."""

    outcome: Outcome
    note: str = ""
    near_miss: bool = False
    html: str | None = None
    lang: str = "en"
    url: str = ""
    status: int = 200
    headers: dict[str, str] = {}
    kind: Kind | None = None
    metrics: Metrics | None = None
    nation: Literal["", "England", "Northern Ireland", "Scotland", "Wales"] = ""
    council_type: str = ""
    site: SiteFacts | None = None
    pages: list[PageTable] = []


class RuleTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    title: Words
    severity: Severity
    scope: Scope
    status: Status
    why: Words
    fix: Words
    check: Words
    wcag: list[Criterion] = []
    category: str = ""
    meets_at: Share | None = None
    yields_to: list[RuleId] = []
    standard: StandardTable | None = None
    applies_to: AppliesTable | None = None
    options: dict[str, Any] = {}
    examples: Annotated[list[ExampleTable], msgspec.Meta(max_length=100)] = []
