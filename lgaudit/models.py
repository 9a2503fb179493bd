"""The nouns of the program that carry no evidence: councils, rules, findings, scores, runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """EARL and ACT outcomes, https://www.w3.org/TR/act-rules-format/#output-outcome."""

    PASSED = "passed"
    FAILED = "failed"
    INAPPLICABLE = "inapplicable"
    CANT_TELL = "cantTell"
    UNTESTED = "untested"


class Severity(StrEnum):
    """axe-core's impacts, least to most harmful."""

    MINOR = "minor"
    MODERATE = "moderate"
    SERIOUS = "serious"
    CRITICAL = "critical"

    @property
    def order(self) -> int:
        """0 for minor up to 3 for critical."""
        return list(Severity).index(self)


class Status(StrEnum):
    """Whether a rule counts: only ``scored`` rules move a score."""

    SCORED = "scored"
    PROBATION = "probation"
    ADVICE = "advice"


class Scope(StrEnum):
    """Whether a rule is judged once a page or once a site."""

    PAGE = "page"
    SITE = "site"


class Kind(StrEnum):
    """What sort of page this is to a resident."""

    HOME = "home"
    SERVICE = "service"
    CONTACT = "contact"
    STATEMENT = "statement"
    NEWS = "news"
    SEARCH = "search"
    FORM = "form"
    DOCUMENT = "document"
    MEETING = "meeting"
    NOT_FOUND = "not-found"
    OTHER = "other"


class Reason(StrEnum):
    """Why a page is evidence (``ok``) or is not."""

    OK = "ok"
    BLOCKED = "blocked"
    CAPTCHA = "captcha"
    LOGIN = "login"
    COOKIE_WALL = "cookie_wall"
    SOFT_404 = "soft_404"
    ERROR_STATUS = "error_status"
    EMPTY_SHELL = "empty_shell"
    NOT_HTML = "not_html"
    OFF_SITE = "off_site"
    ROBOTS = "robots"
    DNS = "dns"
    TLS = "tls"
    REFUSED = "refused"
    RESET = "reset"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    PRIVATE_ADDRESS = "private_address"
    BROWSER_FAILED = "browser_failed"
    DUPLICATE = "duplicate"
    BUDGET = "budget"
    CIRCUIT_OPEN = "circuit_open"
    PROGRAM_ERROR = "program_error"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one document is evidence. ``detail`` says in a few words what gave it away."""

    reason: Reason
    detail: str = ""

    @property
    def ok(self) -> bool:
        """True only when the page is what a resident would see."""
        return self.reason is Reason.OK


OK = Verdict(Reason.OK)


@dataclass(frozen=True, slots=True)
class Council:
    """One row of the register."""

    slug: str
    name: str
    nation: str  # England, Scotland, Wales, Northern Ireland
    region: str
    type: str  # one of register.TYPES
    homepage: str
    gss_code: str = ""
    population: int | None = None  # residents
    population_year: int | None = None
    welsh_homepage: str = ""
    opened: dt.date | None = None
    closed: dt.date | None = None
    successors: tuple[str, ...] = ()  # slugs
    latitude: float | None = None  # degrees, WGS 84
    longitude: float | None = None
    extra: Mapping[str, str] = field(default_factory=dict)  # unknown columns, passed through


@dataclass(frozen=True, slots=True)
class Site:
    """One website to look at, and the councils it serves (0, 1 or several)."""

    slug: str  # the first council's slug, or the host for a site given as a URL
    homepage: str
    councils: tuple[Council, ...] = ()
    welsh_homepage: str = ""

    @property
    def nation(self) -> str:
        """The nation of its councils, or '' when unknown."""
        return self.councils[0].nation if self.councils else ""


@dataclass(frozen=True, slots=True)
class Standard:
    """Where a rule comes from."""

    name: str
    clause: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """Limits of a rule; an empty tuple means no limit."""

    nation: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    not_kind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the bar, as read from its file."""

    id: str  # "content/link-text-generic"
    title: str
    severity: Severity
    scope: Scope
    status: Status
    category: str  # accessibility, content, performance ...
    check: str  # name of a check in the vocabulary
    why: str = ""
    fix: str = ""
    standard: Standard | None = None
    wcag: tuple[str, ...] = ()  # "1.1.1"
    applies_to: AppliesTo = AppliesTo()
    options: Mapping[str, Any] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    meets_at: float | None = None  # share at which the rule counts as met; None: the bar's default
    yields_to: tuple[str, ...] = ()  # ids of rules that tell of the same defect before this one
    timing: bool = False  # outcome depends on a clock, so it may differ between two equal runs
    source: str = ""  # file it was read from

    @property
    def pack(self) -> str:
        """The folder part of the id."""
        return self.id.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class ExamplePage:
    """One page of an example, with what the check may need to see."""

    html: str = ""
    url: str = "https://www.example.gov.uk/example"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: Kind = Kind.OTHER
    metrics: Mapping[str, Any] = field(default_factory=dict)
    lang: str = "en"  # of the document put around a fragment
    expect: bool = False  # a site rule must name this page


@dataclass(frozen=True, slots=True)
class Example:
    """A rule's test and its documentation: these pages must get this outcome."""

    outcome: Outcome
    pages: tuple[ExamplePage, ...]
    note: str = ""
    near_miss: bool = False
    nation: str = ""
    council_type: str = ""
    site: Mapping[str, Any] = field(default_factory=dict)  # facts of a site rule: links, documents


@dataclass(frozen=True, slots=True)
class Spot:
    """One place on a page: a CSS selector and a short piece of its source."""

    selector: str
    snippet: str
    message: str = ""  # what is wrong just here, when the finding's message is not enough
    fingerprint: str = ""  # identity of the defect, see evaluate.issues
    line: int = 0  # of the start tag in the page's source, from 1; 0: not known for sure
    template: str = ""  # file that the element was made from, where that is known
    template_line: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule said of one page (or of a site, when ``url`` is empty)."""

    rule: str
    url: str
    outcome: Outcome
    message: str = ""
    spots: tuple[Spot, ...] = ()
    metric: float | None = None  # a timing or size the rule measured, in the rule's unit
    fingerprint: str = ""  # identity of a finding that has no spots, see evaluate.issues


# A class with the fields of a finding that is not frozen.
_Unfrozen = make_dataclass(
    "_Unfrozen",
    [(own.name, Any, field(default=own.default)) for own in fields(Finding)],
    slots=True,
    eq=False,
)


def plain_finding(rule: str, url: str, outcome: Outcome, message: str) -> Finding:
    """A :class:`Finding` without places. Hundreds are made for each page.

    To fill the fields of a frozen class takes three times as long as those of another, so it is
    made of one that has the same fields.
    """
    made: Any = _Unfrozen(rule, url, outcome, message)
    made.__class__ = Finding
    found: Finding = made
    return found


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 90% interval; all three on the same scale."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RuleScore:
    """How one site does on one rule. ``share`` is None when nothing could be judged."""

    rule: str
    share: float | None  # 0..1
    passed: int
    failed: int
    cant_tell: int
    unseen: int
    met: bool | None


@dataclass(frozen=True, slots=True)
class SiteScore:
    """How one site does overall. ``overall`` is None when the site is not rankable."""

    site: str
    overall: Interval | None
    categories: Mapping[str, Interval | None]
    rules: tuple[RuleScore, ...]
    rules_met: int
    rules_applicable: int
    reason: str = ""  # why it is not ranked


@dataclass(frozen=True, slots=True)
class Rank:
    """A place in a league with the band the joint draws allow. Ties share ``place``."""

    site: str
    place: int
    low: int
    high: int
    group: int  # neighbours with the same number show no clear difference


@dataclass(frozen=True, slots=True)
class Engines:
    """Versions of what judged a run, as the engines report themselves."""

    lgaudit: str
    bar: str
    axe_core: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program over a list of sites."""

    id: str
    started: dt.datetime
    finished: dt.datetime | None
    engines: Engines
    packs: Mapping[str, str]  # pack name -> digest of its files
    settings: Mapping[str, Any]
    seed: int
    judged: dt.datetime | None = None  # when it was judged, if from evidence that was kept
    judged_from: str = ""  # the run, or files, that the evidence is from
    judged_bar: str = ""  # the bar it was judged by then
