"""What a run leaves behind: the shape the store keeps and the reports show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lgaudit.evidence import Coverage
from lgaudit.models import (
    Finding,
    Kind,
    Outcome,
    Rank,
    Rule,
    Run,
    Site,
    SiteScore,
    Spot,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class PageResult:
    """One page of a visit, without its content. Sizes are bytes, times milliseconds."""

    url: str
    final_url: str
    title: str
    kind: Kind
    verdict: Verdict
    sampled: bool
    stratum: str = ""
    template: str = ""  # pages with the same value share a template; clusters of the bootstrap
    status: int | None = None
    source: str = ""  # as the user gave it
    bytes: int | None = None
    requests: int | None = None
    cls: float | None = None
    fcp: float | None = None  # timings: quiet pass, unthrottled lab values
    lcp: float | None = None
    tbt: float | None = None
    alike: str = ""  # URL of the page of its template that was looked at closely in its stead


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a rule said of each page; pages not named were inapplicable."""

    rule: str
    by_page: Mapping[str, Outcome]  # page URL -> outcome; '' is the site itself

    def letters(self, urls: Iterable[str]) -> str:
        """What was said of each address in turn, a letter each, see :data:`LETTERS`."""
        said = self.by_page
        return "".join([LETTERS[said.get(url, Outcome.INAPPLICABLE)] for url in urls])


LETTERS = {  # outcomes as they are kept and exported, many in a row
    Outcome.PASSED: "p",
    Outcome.FAILED: "f",
    Outcome.CANT_TELL: "c",
    Outcome.UNTESTED: "u",
    Outcome.INAPPLICABLE: "-",
}
OUTCOMES = {letter: outcome for outcome, letter in LETTERS.items()}


def spelt(urls: Iterable[str], letters: str) -> dict[str, Outcome]:
    """What :meth:`Outcomes.letters` made letters of; inapplicable ones are left out.

    Raises:
        ValueError: there are not as many letters as addresses.
    """
    named = zip(urls, letters, strict=True)
    return {url: OUTCOMES[letter] for url, letter in named if letter != "-"}


@dataclass(frozen=True, slots=True)
class SupplierUse:
    """A product met on a site. ``relation``: made (its pages), embedded (in them) or linked."""

    product: str  # "jadu/jadu-central-cms"
    supplier: str
    name: str
    kind: str  # cms, forms, planning, cookie-banner ...
    relation: str
    strength: str  # certain or strong, of the best sign
    signs: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()  # of those looked at, the ones that show it; sorted


@dataclass(frozen=True, slots=True)
class TaskResult:
    """Where residents find one of the top tasks on a site. ``clicks`` is None when not found.

    ``sure`` is False when too little of the site was seen to say that it is not there.
    """

    id: str  # number in the local government service list
    title: str
    clicks: int | None
    url: str
    text: str  # what the link or the page says
    sure: bool
    search: str = ""  # found through the site's own search: yes, no, unknown; '' when not asked
    ends: str = ""  # what is there: page, form, file, account, elsewhere; '' when it was not seen


@dataclass(frozen=True)
class SiteResult:
    """Everything a run keeps of one site."""

    site: Site
    verdict: Verdict
    coverage: Coverage
    pages: tuple[PageResult, ...] = ()
    lost: tuple[tuple[str, Verdict], ...] = ()
    findings: tuple[Finding, ...] = ()  # failed and cantTell, with their spots
    outcomes: tuple[Outcomes, ...] = ()  # passed, failed, cantTell, untested
    score: SiteScore | None = None
    seconds: float | None = None  # wall time of the visit
    browser: str = ""
    axe_core: str = ""
    documents: int = 0
    suppliers: tuple[SupplierUse, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    tasks: tuple[TaskResult, ...] = ()  # of its councils, in the order of the list

    @property
    def elsewhere(self) -> list[str]:
        """Addresses that outcomes speak of and that are no page of the result, sorted."""
        named = {url for item in self.outcomes for url in item.by_page if url}
        return sorted(named - {page.url for page in self.pages})


@dataclass(frozen=True, slots=True)
class Compared:
    """What a baseline says of each finding's places, and how many are new, known and fixed."""

    marks: Mapping[
        tuple[str, str, str, int], str
    ]  # (site slug, rule, URL, place) -> new, known ...
    counts: Mapping[str, int]  # new, known, fixed ... -> places
    fixed: tuple[Mapping[str, str | int], ...] = ()  # rule, page, snippet, count


@dataclass(frozen=True, slots=True)
class Gated:
    """What the gate of a check let through. Counts are of rules."""

    fail_on: str  # a severity, or never
    special: bool  # lgaudit.toml has other levels for some pages or packs
    stopped: int  # rules that fail at their level or worse
    below: Mapping[str, int]  # severity -> scored rules that fail, but not at their level

    @property
    def sentence(self) -> str:
        """How it went, for people."""
        level = "no failure closes it" if self.fail_on == "never" else f"{self.fail_on} or worse"
        level += ", with the exceptions of lgaudit.toml" if self.special else ""
        said = f"Gate ({level}): {'closed' if self.stopped else 'open'}."
        if self.stopped:
            said += f" {self.stopped} rule{'s' if self.stopped > 1 else ''} stopped."
        if self.below:
            counted = ", ".join(f"{count} {name}" for name, count in self.below.items())
            said += f" Failing below the gate: {counted}."
        return said


class Results(Protocol):
    """A finished run, read one site at a time so that memory stays flat."""

    @property
    def run(self) -> Run:
        """The run itself."""
        ...

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules of the run, examples left out, in id order."""
        ...

    @property
    def bar(self) -> Bar:
        """The bar the run was scored by."""
        ...

    @property
    def sites(self) -> Sequence[Site]:
        """Every site of the run, in slug order."""
        ...

    @property
    def scores(self) -> Mapping[str, SiteScore]:
        """Score by site slug; unranked sites have one too, with the reason."""
        ...

    @property
    def ranks(self) -> Mapping[str, Rank]:
        """Rank by site slug, ranked sites only."""
        ...

    def site(self, slug: str) -> SiteResult:
        """One site in full."""
        ...

    def each_site(self) -> Iterator[SiteResult]:
        """Every site in full, in slug order, one in memory at a time."""
        ...


@dataclass(frozen=True, slots=True)
class OnSite:
    """A shared defect on one site. ``alone``: pages where nothing else fails its rule."""

    site: str  # slug
    pages: tuple[str, ...]  # URLs, sorted
    places: int
    alone: int
    fingerprints: tuple[str, ...] = ()  # of its places, sorted


@dataclass(frozen=True, slots=True)
class SharedIssue:
    """One defect of one supplier's product, with every site it shows on."""

    id: str  # 16 hexadecimal digits; the same in every run
    rule: str
    product: str
    message: str
    spot: Spot | None  # one of the places, to show; None for whole pages
    sites: tuple[OnSite, ...]  # by slug
    users: int  # sites of the run with the product, those without the defect too


class Sharing(Protocol):
    """Takes in a run's sites one at a time and says what they share."""

    def add(self, result: SiteResult) -> None:
        """Take in one site."""

    def issues(self) -> Sequence[SharedIssue]:
        """Defects that several sites have from one product, the most sites first."""
        ...

    def users(self) -> Mapping[str, tuple[SupplierUse, Sequence[str]]]:
        """Each product met and the slugs of its sites, by product id."""
        ...


@dataclass(frozen=True)
class Shown:
    """How a rule did on pages nobody here wrote: findings judged by eye, false alarms, sites."""

    judged: int
    wrong: int
    mended: int  # of the wrong ones, those that the check no longer gives
    sites: int


@dataclass(frozen=True)
class Bar:
    """``rules/bar.toml``: everything that turns outcomes into scores."""

    version: str
    category_weights: Mapping[str, float]
    severity_weights: Mapping[str, float]
    meets_at_page: float = 0.95
    meets_at_site: float = 1.0
    minimum_pages: int = 10  # audited pages a site needs to be ranked
    minimum_seen: float = 0.5  # share of the sample that must have been seen
    confidence: float = 0.9
    draws: int = 2000
    shown: Mapping[str, Shown] = field(default_factory=dict)  # rule -> its precision elsewhere
