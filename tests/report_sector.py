"""A made-up sector, drawn from a seed, for the report tests: any number of sites, one at a time."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from lgaudit.comparisons import Comparisons
from lgaudit.differences import Course, Courses, Missed, Series, Stand
from lgaudit.evaluate import alike, course, movers, weightings
from lgaudit.evidence import Coverage
from lgaudit.models import (
    Council,
    Engines,
    Finding,
    Interval,
    Kind,
    Outcome,
    Rank,
    Reason,
    Rule,
    RuleScore,
    Run,
    Scope,
    Severity,
    Site,
    SiteScore,
    Spot,
    Standard,
    Status,
    Verdict,
)
from lgaudit.results import Bar, Outcomes, PageResult, SiteResult
from lgaudit.settings import Cohort

TITLES = {
    "accessibility": [
        ("Images have a text alternative", "critical"),
        ("Form fields have labels", "critical"),
        ("Text stands out from its background", "serious"),
        ("Links have names", "serious"),
        ("Buttons have names", "critical"),
        ("The page says what language it is in", "serious"),
        ("Headings come in order", "moderate"),
        ("Frames have titles", "serious"),
        ("Touch targets are large enough", "serious"),
        ("Lists are built as lists", "serious"),
        ("Data tables have headings", "serious"),
        ("Text can be zoomed", "critical"),
        ("Welsh text is marked as Welsh", "moderate"),
        ("The page has one main landmark", "moderate"),
    ],
    "content": [
        ("Link text says where the link goes", "serious"),
        ("Titles fit in search results", "minor"),
        ("Headings use sentence case", "minor"),
        ("Sentences are short", "moderate"),
        ("Pages have a description", "minor"),
        ("Links inside the site work", "serious"),
        ("Links to other sites work", "moderate"),
        ("Documents say their type and size", "moderate"),
        ("No placeholder text is left", "serious"),
        ("Deadlines have not passed", "serious"),
        ("Dates are written in full", "minor"),
        ("Plain words are used", "moderate"),
        ("Phone numbers are easy to read", "minor"),
        ("No page is published twice", "moderate"),
    ],
    "performance": [
        ("The main content appears quickly", "serious"),
        ("The page does not jump as it loads", "moderate"),
        ("Pages are light", "moderate"),
        ("Text is sent compressed", "moderate"),
        ("Images are the right size", "minor"),
        ("Pages work without JavaScript", "serious"),
        ("Few other companies are involved", "moderate"),
        ("Scripts do not hold up the page", "moderate"),
    ],
}
FIRST = (
    "Ash Brook Crow Dun Elm Fern Glen Haw Kings Lang Mill Nether Oak Pen Quarry Raven Stone".split()
)
LAST = (
    "borough bury chester combe dale field ford ham hurst ley minster mouth stead ton wick".split()
)
PLACES = {
    "England": (
        ["North West", "South East", "East Midlands", "London"],
        ["non-metropolitan district"] * 4
        + ["unitary authority", "unitary authority", "county council", "metropolitan borough"]
        + ["London borough"],
    ),
    "Scotland": (["Scotland"], ["Scottish council area"]),
    "Wales": (["Wales"], ["Welsh principal area"]),
    "Northern Ireland": (["Northern Ireland"], ["NI district"]),
}
PATHS = [
    "",
    "council-tax",
    "bins",
    "planning",
    "housing",
    "contact",
    "news",
    "schools",
    "libraries",
]


def made_rules(count: int) -> list[Rule]:
    rules = []
    for category, titles in TITLES.items():
        for number, (title, severity) in enumerate(titles):
            pack = "axe" if category == "accessibility" and number % 2 else category
            slug = title.lower().replace(" ", "-").replace("'", "")
            rules.append(_rule(f"{pack}/{slug}", title, severity, category, number))
    for number in itertools.count():
        if len(rules) >= count:
            break
        base = rules[number % 36]
        name = f"{base.id}-{number // 36 + 2}"
        rules.append(replace(base, id=name, title=f"{base.title}, part {number // 36 + 2}"))
    return sorted(rules[:count], key=lambda rule: rule.id)


def _rule(rule_id: str, title: str, severity: str, category: str, number: int) -> Rule:
    return Rule(
        id=rule_id,
        title=title,
        severity=Severity(severity),
        scope=Scope.SITE if title.startswith(("Links inside", "No page")) else Scope.PAGE,
        status={12: Status.PROBATION, 13: Status.ADVICE}.get(number, Status.SCORED),
        category=category,
        check="made_up",
        why="People who cannot see, hear or move as others do are shut out when this is missing.",
        fix="Say what it is for, in the words a resident would use. Then test it with a keyboard.",
        standard=Standard("WCAG 2.2", "1.1.1", "https://www.w3.org/TR/WCAG22/"),
        wcag=("1.1.1",) if category == "accessibility" else (),
        timing=title.startswith("The main content"),
    )


@dataclass
class Sector:
    """Satisfies ``lgaudit.results.Results``; sites are made when asked for."""

    count: int = 14
    seed: int = 1
    page_count: int = 30
    rule_count: int = 36
    spots: int = 2
    rules: list[Rule] = field(init=False)
    draws: dict[str, np.ndarray] = field(init=False, default_factory=dict)  # none: draws_of
    notice: str = "Made-up councils. Every name and number here was drawn at random for a test."

    def __post_init__(self) -> None:
        self.rules = self._made_rules()
        self.bar = self._made_bar()
        self.run = Run(
            id=f"20261123-0915-{self.seed}",
            started=dt.datetime(2026, 11, 23, 9, 15, tzinfo=dt.UTC),
            finished=dt.datetime(2026, 11, 23, 11, 2, 30, tzinfo=dt.UTC),
            engines=Engines("0.1.0", "2026.1", "4.14.1", "Chromium 156"),
            packs={"axe": "a1b2c3d4", "content": "b2c3d4e5", "performance": "c3d4e5f6"},
            settings={"pages": self.page_count, "store": "postgresql://user:secret@db/x"},
            seed=self.seed,
        )
        self.sites = self._sites()
        self.scores = {site.slug: self._score(site.slug) for site in self.sites}
        self.ranks = self._ranks()

    def _made_bar(self) -> Bar:
        return Bar(
            "2026.1",
            {"accessibility": 5.0, "content": 3.0, "performance": 2.0},
            {"critical": 10.0, "serious": 7.0, "moderate": 3.0, "minor": 1.0},
        )

    def _made_rules(self) -> list[Rule]:
        return made_rules(self.rule_count)

    def _sites(self) -> list[Site]:
        rng = np.random.default_rng(self.seed)
        names = [a + b for a, b in itertools.product(FIRST, LAST)] + [
            f"{a}{b} Regis" for a, b in itertools.product(FIRST, LAST)
        ]
        nations = rng.choice(list(PLACES), self.count, p=[0.76, 0.1, 0.08, 0.06])
        picked = rng.permutation(len(names))[: self.count]
        sites = []
        for number, (index, nation) in enumerate(zip(picked, nations, strict=True)):
            name = names[index]
            slug = name.lower().replace(" ", "-")
            regions, types = PLACES[str(nation)]
            homepage = f"https://www.{slug}.gov.uk/"
            council = Council(
                slug,
                f"{name} Council",
                str(nation),
                str(rng.choice(regions)),
                str(rng.choice(types)),
                homepage,
                population=int(rng.integers(40, 500)) * 1000,
                population_year=2024,
                extra={"region_code": f"R{number}", "note": "=1+1" if number == 0 else ""},
            )
            councils = (council,)
            if number == 2:
                twin = replace(council, slug=f"{slug}-vale", name=f"{name} Vale Council")
                councils = (council, twin)
            sites.append(Site(slug, homepage, councils))
        return sorted(sites, key=lambda site: site.slug)

    def _lost(self, slug: str) -> Verdict | None:
        number = [site.slug for site in self.sites].index(slug)
        if number % 11 == 3:
            reasons = [Reason.BLOCKED, Reason.DNS, Reason.CAPTCHA, Reason.TIMEOUT]
            return Verdict(reasons[(number // 11) % 4], "as drawn")
        return None

    def _drawn(self, slug: str) -> np.ndarray:
        """rules x pages: 0 passed, 1 failed, 2 inapplicable, 3 cantTell."""
        rng = np.random.default_rng([self.seed, *slug.encode()])
        hard = np.random.default_rng(self.seed).beta(0.8, 3.0, len(self.rules))
        skill = rng.uniform(0.3, 1.8)
        fails = np.clip(hard * skill, 0, 1) * (rng.random(len(self.rules)) < 0.6)
        draws = rng.random((len(self.rules), self.page_count))
        table = (draws < fails[:, None]).astype(int)
        applies = rng.random((len(self.rules), 1)) < 0.9
        table = np.where(applies, table, 2)
        return np.where(rng.random(table.shape) < 0.01, 3, table)

    def _score(self, slug: str) -> SiteScore:
        names = sorted(self.bar.category_weights)
        if (lost := self._lost(slug)) is not None:
            return SiteScore(slug, None, dict.fromkeys(names), (), 0, 0, lost.reason.value)
        table = self._drawn(slug)
        scores = []
        for rule, row in zip(self.rules, table, strict=True):
            row = row[:1] if rule.scope is Scope.SITE else row
            good, bad = int((row == 0).sum()), int((row == 1).sum())
            share = good / (good + bad) if good + bad else None
            met = None if share is None else share >= (1.0 if rule.scope is Scope.SITE else 0.95)
            scores.append(RuleScore(rule.id, share, good, bad, int((row == 3).sum()), 0, met))
        values = {}
        for name in names:
            pairs = [
                (self.bar.severity_weights[rule.severity], score.share)
                for rule, score in zip(self.rules, scores, strict=True)
                if rule.category == name
                and rule.status is Status.SCORED
                and score.share is not None
            ]
            if pairs:
                values[name] = 100 * sum(w * s for w, s in pairs) / sum(w for w, _ in pairs)
        weighted = sum(self.bar.category_weights[n] * v for n, v in values.items())
        overall = weighted / sum(self.bar.category_weights[n] for n in values)

        def around(value: float, wide: float) -> Interval:
            return Interval(value, max(0, value - wide), min(100, value + wide * 0.8))

        counting = [s for r, s in zip(self.rules, scores, strict=True) if r.status is Status.SCORED]
        return SiteScore(
            slug,
            around(overall, 1.6),
            {name: around(value, 3.1) for name, value in values.items()},
            tuple(scores),
            sum(s.met is True for s in counting),
            sum(s.met is not None for s in counting),
        )

    def _ranks(self) -> dict[str, Rank]:
        scores = {slug: s.overall for slug, s in self.scores.items() if s.overall}
        order = sorted(scores, key=lambda slug: (-round(scores[slug].value, 1), slug))
        found, group, reach = {}, 0, 0
        for slug in order:
            own = scores[slug]
            place = 1 + sum(round(o.value, 1) > round(own.value, 1) for o in scores.values())
            low = 1 + sum(o.low > own.high for o in scores.values())
            high = len(scores) - sum(o.high < own.low for o in scores.values())
            if group == 0 or low > reach:
                group, reach = group + 1, high
            found[slug] = Rank(slug, place, min(low, place), max(high, place), group)
        return found

    def each_site(self) -> Iterator[SiteResult]:
        for site in self.sites:
            yield self.site(site.slug)

    def site(self, slug: str) -> SiteResult:
        site = next(site for site in self.sites if site.slug == slug)
        if (lost := self._lost(slug)) is not None:
            coverage = Coverage(0, 0, 0, 0, {}, "exhausted")
            return SiteResult(
                site, lost, coverage, lost=((site.homepage, lost),), score=self.scores[slug]
            )
        table = self._drawn(slug)
        pages = tuple(self._page(site, number) for number in range(self.page_count))
        outcomes, findings = [], []
        for rule, row in zip(self.rules, table, strict=True):
            told = {}
            for page, state in zip(pages, row, strict=True):
                url = "" if rule.scope is Scope.SITE else page.url
                if state != 2 and url not in told:
                    told[url] = [Outcome.PASSED, Outcome.FAILED, None, Outcome.CANT_TELL][state]
                    if state in (1, 3):
                        findings.append(self._finding(rule, url, told[url]))
            outcomes.append(Outcomes(rule.id, told))
        lost = (
            (site.homepage + "pay", Verdict(Reason.LOGIN, "password field")),
            (
                site.homepage + "old",
                Verdict(Reason.SOFT_404, f"same as {site.homepage}{'council-tax-' * 9}"),
            ),
        )
        return SiteResult(
            site=site,
            verdict=Verdict(Reason.OK),
            coverage=Coverage(140, 121, len(pages) + 2, len(pages), {"login": 1, "soft_404": 1}),
            pages=pages,
            lost=lost,
            findings=tuple(findings),
            outcomes=tuple(outcomes),
            score=self.scores[slug],
            seconds=312.4,
            browser="Chromium 156",
            axe_core="4.14.1",
            documents=4,
        )

    def _page(self, site: Site, number: int) -> PageResult:
        name = PATHS[number % len(PATHS)]
        path = name if number < len(PATHS) else f"{name or 'pages'}/page-{number}"
        timed = number < 3
        title = path.replace("-", " ").replace("/", " ").capitalize() or "Home"
        return PageResult(
            url=site.homepage + path,
            final_url=site.homepage + path,
            title=f"{title} - {site.slug}",
            kind=Kind.HOME if not number else Kind.SERVICE if number < 5 else Kind.OTHER,
            verdict=Verdict(Reason.OK),
            sampled=True,
            stratum="structured" if number < 9 else "random",
            template=f"t{number % 4}",
            status=200,
            bytes=420_000 + 1000 * number,
            requests=31,
            cls=0.02,
            fcp=640.0 + number if timed else None,
            lcp=1210.0 + number if timed else None,
            tbt=90.0 if timed else None,
        )

    def _finding(self, rule: Rule, url: str, outcome: Outcome) -> Finding:
        spots = tuple(
            Spot(
                f"main > section:nth-of-type({number + 1}) > p:nth-child(2) > a",
                f'<a href="/apply/{number}" class="button button--start"><img src="go.svg"></a>',
            )
            for number in range(self.spots if url else 0)
        )
        return Finding(rule.id, url, outcome, "This does not say what it is for.", spots)


def draws_of(sector: Sector, seed: int = 1) -> dict[str, np.ndarray]:
    """Draws around each score, as wide as its interval says or nearly."""
    return {
        slug: np.random.default_rng([seed, *slug.encode()]).normal(score.overall.value, 1, 300)
        for slug, score in sector.scores.items()
        if score.overall
    }


def compared(now: Sector, cohorts: list[Cohort] | None = None) -> Comparisons:
    """Everything a report can compare; since the run before one site gained 20 points."""
    then = copy.copy(now)
    then.scores = dict(now.scores)
    then.run = replace(now.run, id="before", started=now.run.started - dt.timedelta(days=30))
    slug = next(iter(now.ranks))
    overall = then.scores[slug].overall
    fallen = replace(overall, value=overall.value - 20)
    then.scores[slug] = replace(then.scores[slug], overall=fallen)
    asked = cohorts or [Cohort(name="Ours", councils=[*list(now.ranks)[:5], "nowhere"])]
    draws = draws_of(now)
    return Comparisons(
        alike.tables(now.sites, now.scores, draws, asked),
        movers.movers(now, then, draws, draws_of(then, 2)),
        weightings.weightings(now.rules, now.bar, now.scores),
    )


def courses(now: Sector) -> Courses:
    """Scores at six visits; the first two by another bar, and the first council came of two."""

    def series(slug: str, name: str, looks: range, first: float) -> Series:
        stands = tuple(
            Stand(
                f"run-{n}", now.run.started - dt.timedelta(days=91 * (5 - n)), slug,
                Interval(first + n, first + n - 3, first + n + 2), "2026.2" if n > 1 else "2026.1",
                "4.14.1", 0, int(n > 2), ("bar 2026.1 became 2026.2",) if n == 2 else (), 1,
                {"content": Interval(first, first - 4, first + 4)}, 90 + n, 120,
                Interval(first, first - 3, first + 2) if n == 3 else None,
            )
            for n in looks
        )  # fmt: skip
        missed = (Missed("run-9", now.run.started - dt.timedelta(days=40), "blocked"),)
        return Series(slug, name, stands, course.trend(stands), missed if slug else ())

    sector = Course("Sector", (), (series("", "All ranked sites", range(6), 70),))
    found = {}
    for slug in list(now.ranks)[:3]:
        council = next(c for s in now.sites if s.slug == slug for c in s.councils)
        own = (series(council.slug, council.name, range(6), 60),)
        found[council.slug] = Course(council.name, (), own)
    merged = next(iter(found.values()))
    day = (now.run.started - dt.timedelta(days=300)).date()
    old = tuple(series(n, f"{n} <b>Council", range(1), 50) for n in ("north", "south"))
    whole = series(merged.series[0].slug, merged.name, range(1, 6), 60)
    found[whole.slug] = Course(merged.name, ((day, f"North became {merged.name}"),), (*old, whole))
    return Courses(sector, found, frozenset(list(found)[:1]))
