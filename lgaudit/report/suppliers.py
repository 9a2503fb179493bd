"""What a supplier could mend once for many: its product's shared defects and what each costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from lgaudit.models import Rule, RuleScore, SiteScore, Status
from lgaudit.report import cells
from lgaudit.report.council import Shown
from lgaudit.report.league import Line
from lgaudit.report.steps import Sums
from lgaudit.results import Bar, OnSite, SharedIssue, Sharing, SiteResult, SupplierUse

KINDS = {
    "cms": "content management",
    "cdn-waf": "delivery and protection",
    "cookie-banner": "cookie banner",
    "bins": "bin collections",
    "reporting": "reporting and consultation",
    "democracy": "councillors and meetings",
}
NAMED = 100  # sites named for one defect; the rest are counted


@dataclass(frozen=True, slots=True)
class Affected:
    """One site with the defect. ``gain``: points of its score that mending it would bring."""

    line: Line
    where: OnSite
    gain: float | None  # None when the rule does not count or the site is not ranked


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect of a product, on every site that has it."""

    issue: SharedIssue
    rule: Rule
    sites: tuple[Affected, ...]  # most gained first, then by name
    shown: Shown | None

    @property
    def pages(self) -> int:
        """Pages it was seen on."""
        return sum(len(site.where.pages) for site in self.sites)

    @property
    def councils(self) -> int:
        """Councils whose sites have it; a site may serve several."""
        return sum(max(1, len(site.line.site.councils)) for site in self.sites)

    @property
    def gains(self) -> list[float]:
        """Points gained by each ranked site, smallest first."""
        return sorted(site.gain for site in self.sites if site.gain is not None)

    @property
    def middle_gain(self) -> float | None:
        """Median gain, None where nobody would gain."""
        return median(self.gains) if self.gains else None


@dataclass(frozen=True, slots=True)
class SupplierView:
    """One product with its users and shared defects."""

    use: SupplierUse
    page: str  # file name below suppliers/, without its ending
    users: tuple[Line, ...]
    defects: tuple[Defect, ...]

    @property
    def repeated(self) -> frozenset[str]:
        """Rules that several of the defects break, which only their elements tell apart."""
        counts = Counter(defect.rule.id for defect in self.defects)
        return frozenset(rule for rule, count in counts.items() if count > 1)

    @property
    def kind(self) -> str:
        """The kind of product, in words."""
        return KINDS.get(self.use.kind, self.use.kind)


def page_of(product: str) -> str:
    """File name of a product's page, without its ending."""
    return cells.file_name(product.replace("/", "--"))


def views(
    sharing: Sharing, lines: Mapping[str, Line], rules: Mapping[str, Rule], bar: Bar
) -> list[SupplierView]:
    """Every product met: those with defects to mend on the most sites first."""
    gains = Gains(rules, bar)
    by_product: dict[str, list[Defect]] = {}
    for issue in sharing.issues():
        if issue.rule in rules:
            defect = _defect(issue, lines, gains)
            by_product.setdefault(issue.product, []).append(defect)
    found = []
    for product, (use, slugs) in sharing.users().items():
        users = sorted((lines[s] for s in slugs if s in lines), key=lambda line: line.name)
        defects = sorted(by_product.get(product, ()), key=_worth, reverse=True)
        found.append(SupplierView(use, page_of(product), tuple(users), tuple(defects)))
    return sorted(
        found,
        key=lambda v: (not v.defects, -len(v.users), v.use.supplier, v.use.name),
    )


def _worth(defect: Defect) -> tuple[bool, float, int, int, str]:
    counts = defect.rule.status is Status.SCORED
    return (
        counts,
        sum(defect.gains),
        len(defect.sites),
        defect.rule.severity.order,
        defect.rule.id,
    )


def _defect(issue: SharedIssue, lines: Mapping[str, Line], gains: Gains) -> Defect:
    rule = gains.rules[issue.rule]
    sites = [
        Affected(lines[where.site], where, gains.of(lines[where.site], where, rule))
        for where in issue.sites
        if where.site in lines
    ]
    sites.sort(key=lambda site: (-(site.gain or 0.0), site.line.name))
    spot, first = issue.spot, next((s.where.pages[0] for s in sites if s.where.pages), "")
    shown = None
    if spot is not None:
        snippet = cells.cut(spot.snippet, cells.SNIPPET)
        shown = Shown(first, cells.cut(spot.selector, cells.SNIPPET), snippet, "")
    return Defect(issue, rule, tuple(sites), shown)


class Gains:
    """What mending defects would bring each site, found by scoring it again."""

    def __init__(self, rules: Mapping[str, Rule], bar: Bar) -> None:
        self.rules = rules
        self._bar = bar
        self._known: dict[str, tuple[Sums, float | None, Mapping[str, RuleScore]]] = {}

    def of(self, line: Line, where: OnSite, rule: Rule) -> float | None:
        """Points the site's score would rise with these pages mended; None where none can."""
        if rule.status is not Status.SCORED or line.score is None or line.overall is None:
            return None
        sums, before, scores = self._of_site(line.site.slug, line.score)
        own = scores.get(rule.id)
        if own is None or own.share is None or not own.passed + own.failed:
            return None
        mended = min(own.failed, where.alone) / (own.passed + own.failed)
        after = sums.with_share(rule, own.share, min(1.0, own.share + mended)).overall()
        return None if before is None or after is None else after - before

    def _of_site(
        self, slug: str, score: SiteScore
    ) -> tuple[Sums, float | None, Mapping[str, RuleScore]]:
        if slug not in self._known:
            shares = {
                s.rule: s.share
                for s in score.rules
                if s.share is not None
                and s.rule in self.rules
                and self.rules[s.rule].status is Status.SCORED
            }
            sums = Sums.of(shares, self.rules, self._bar)
            self._known[slug] = sums, sums.overall(), {s.rule: s for s in score.rules}
        return self._known[slug]


def shared_rows(suppliers: Sequence[SupplierView]) -> list[list[object]]:
    """The rows of shared-issues.csv: one for each defect."""
    rows: list[list[object]] = []
    for view in suppliers:
        for defect in view.defects:
            issue, spot = defect.issue, defect.issue.spot
            rows.append(
                [
                    issue.id, view.use.supplier, view.use.name, view.use.kind, issue.rule,
                    defect.rule.severity.value, len(defect.sites), len(view.users), defect.pages,
                    None if defect.middle_gain is None else round(defect.middle_gain, 2),
                    issue.message, spot.selector if spot else "", spot.snippet if spot else "",
                    " ".join(site.line.site.slug for site in defect.sites),
                ]
            )  # fmt: skip
    return rows


class Nothing:
    """No sharing is known."""

    def add(self, result: SiteResult) -> None:
        """Take in one site."""

    def issues(self) -> Sequence[SharedIssue]:
        """None."""
        return ()

    def users(self) -> Mapping[str, tuple[SupplierUse, Sequence[str]]]:
        """None."""
        return {}


SHARED = (
    "issue supplier product kind rule severity sites users pages median_gain message selector"
    " snippet site_slugs"
).split()
