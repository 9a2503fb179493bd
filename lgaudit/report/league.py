"""Who stands where: one line per site, places among peers, groups of no clear difference."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from lgaudit.evidence import Coverage
from lgaudit.models import OK, Council, Interval, Rank, Site, SiteScore, Verdict
from lgaudit.report import cells, words
from lgaudit.results import Results, SiteResult

MINIMUM_PEERS = 3  # a place among fewer says nothing
TITLE = "Council websites: league table"


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians over the pages timed in the quiet pass, milliseconds; None when none were."""

    fcp: float | None = None
    lcp: float | None = None
    tbt: float | None = None
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One site as the league shows it, without its pages and findings."""

    site: Site
    name: str
    score: SiteScore | None
    rank: Rank | None
    verdict: Verdict = OK
    coverage: Coverage = field(default_factory=Coverage)
    timing: Timing = Timing()

    @property
    def overall(self) -> Interval | None:
        """The score with its interval, None when the site is not ranked."""
        return self.score.overall if self.score else None

    @property
    def reason(self) -> str:
        """Why the site is not ranked, as the program says it; '' when it is ranked."""
        if self.rank is not None:
            return ""
        given = self.score.reason if self.score else ""
        return given or (self.verdict.reason.value if not self.verdict.ok else "no score")

    @property
    def lost(self) -> int:
        """Sampled pages that could not be judged."""
        return max(0, self.coverage.sampled - self.coverage.audited)

    @property
    def whole(self) -> bool:
        """Whether every page that could be drawn was audited, so that no others could differ."""
        cover = self.coverage
        return 0 < cover.eligible <= cover.audited and cover.stopped in ("", "exhausted")

    def judged_any(self, rules: Collection[str]) -> bool:
        """Whether one of these rules passed or failed somewhere on the site."""
        scores = self.score.rules if self.score else ()
        return any(score.share is not None and score.rule in rules for score in scores)

    def of_first(self, name: str) -> str:
        """A text field (nation, region, type) of the first council, '' when there is none."""
        return str(getattr(self.site.councils[0], name)) if self.site.councils else ""

    @property
    def page(self) -> str:
        """File name of the site's page, without its ending."""
        return cells.file_name(self.site.councils[0].slug if self.site.councils else self.site.slug)

    @property
    def stems(self) -> list[str]:
        """File names of its councils' pages, without their endings; the site's own when none."""
        slugs = [council.slug for council in self.site.councils] or [self.site.slug]
        return [cells.file_name(slug) for slug in slugs]


@dataclass(frozen=True, slots=True)
class Place:
    """A place among peers; ``low`` to ``high`` is as far as the intervals allow it to move."""

    peers: str  # "Welsh councils"
    place: int
    low: int
    high: int
    of: int
    page: str = ""  # of the table it is a place in, below the report's folder, without its ending


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbours in the table: either without a clear difference, or each clearly apart."""

    lines: tuple[Line, ...]
    apart: bool = False

    @property
    def title(self) -> str:
        """'Places 3 to 7: no clear difference'."""
        ranks = [line.rank.place for line in self.lines if line.rank]
        if len(self.lines) == 1:
            return f"Place {ranks[0]}: on its own"
        places = words.band(min(ranks), max(ranks))
        what = "each clearly apart from the next" if self.apart else "no clear difference"
        return f"{'Place' if min(ranks) == max(ranks) else 'Places'} {places}: {what}"


def site_name(site: Site) -> str:
    """The council's name, the names of those that share the site, or the site's host."""
    names = [cells.one_line(council.name, 80) for council in site.councils]
    return words.joined(names) if names else cells.one_line(site.slug, 80)


def first_lines(results: Results) -> dict[str, Line]:
    """A line per site from what is known before any site is read in full, by site slug."""
    return {
        site.slug: Line(
            site, site_name(site), results.scores.get(site.slug), results.ranks.get(site.slug)
        )
        for site in results.sites
    }


def full_line(line: Line, result: SiteResult) -> Line:
    """The line with what only the site's full result knows."""
    return Line(
        line.site,
        line.name,
        line.score or result.score,
        line.rank,
        result.verdict,
        result.coverage,
        timing_of(result),
    )


def timing_of(result: SiteResult) -> Timing:
    """Medians of the site's quiet-pass timings."""
    timed = [p for p in result.pages if p.fcp is not None or p.lcp is not None]

    def middle(values: Iterable[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return round(median(known)) if known else None

    return Timing(
        middle(p.fcp for p in timed),
        middle(p.lcp for p in timed),
        middle(p.tbt for p in timed),
        len(timed),
    )


def ranked(lines: Iterable[Line]) -> list[Line]:
    """The ranked lines, best first; ties in order of name."""
    placed = [line for line in lines if line.rank is not None]
    return sorted(placed, key=lambda x: (x.rank.place if x.rank else 0, x.name, x.site.slug))


def unranked(lines: Iterable[Line]) -> list[Line]:
    """The lines that are not ranked, by name."""
    return sorted((x for x in lines if x.rank is None), key=lambda x: (x.name, x.site.slug))


def groups(lines: Sequence[Line]) -> list[Group]:
    """Ranked lines, in order, cut where the group number changes; runs of lone sites joined."""
    found: list[Group] = []
    for _, same in itertools.groupby(lines, key=lambda line: line.rank.group if line.rank else 0):
        own = tuple(same)
        alone = len(own) == 1
        if alone and found and found[-1].apart:
            found[-1] = Group((*found[-1].lines, *own), apart=True)
        else:
            found.append(Group(own, apart=alone))
    return found


def place_among(peers: str, lines: Sequence[Line], slug: str) -> Place | None:
    """A ranked site's place among these lines; None when it or too few of them are ranked.

    The band is cautious: a peer counts as surely ahead only when its whole interval is higher.
    """
    scores = {x.site.slug: x.overall for x in lines if x.rank is not None and x.overall}
    own = scores.get(slug)
    if own is None or len(scores) < MINIMUM_PEERS:
        return None
    others = [score for name, score in scores.items() if name != slug]
    mine = round(own.value, 1)
    place = 1 + sum(round(other.value, 1) > mine for other in others)
    low = 1 + sum(other.low > own.high for other in others)
    high = len(scores) - sum(other.high < own.low for other in others)
    return Place(peers, place, min(low, place), max(high, place), len(scores))


def peer_places(line: Line, lines: Sequence[Line]) -> list[Place]:
    """The site's places among councils of its nation and of its type."""
    found = []
    for name, peers in (("nation", "councils in {}"), ("type", "councils of the type {}")):
        value = line.of_first(name)
        alike = [x for x in lines if x.of_first(name) == value]
        if value and len(alike) < len(lines):
            found.append(place_among(peers.format(value), alike, line.site.slug))
    return [place for place in found if place is not None]


def place_after(score: float, lines: Iterable[Line], slug: str) -> int:
    """The place this score would take if every other site stayed as it is."""
    others = [x.overall.value for x in lines if x.rank and x.overall and x.site.slug != slug]
    return 1 + sum(round(other, 1) > round(score, 1) for other in others)


def council_rows(lines: Iterable[Line]) -> list[tuple[Line, Council | None]]:
    """One entry per council (or per site without one): ranked by place, then the rest by name."""
    everyone = list(lines)
    ordered = [*ranked(everyone), *unranked(everyone)]
    return [(line, c) for line in ordered for c in (line.site.councils or (None,))]


def middle_score(lines: Iterable[Line], category: str = "") -> float | None:
    """Median overall (or category) score of the ranked lines, None when nobody is ranked."""
    values = []
    for line in lines:
        if line.rank is None or line.score is None:
            continue
        score = line.score.categories.get(category) if category else line.overall
        if score is not None:
            values.append(score.value)
    return median(values) if values else None


def categories(scores: Mapping[str, SiteScore]) -> list[str]:
    """Every category of the run, in name order."""
    return sorted({name for score in scores.values() for name in score.categories})
