"""Follow the sites of a run through the runs kept before it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lgaudit import visits
from lgaudit.evaluate import lifetimes
from lgaudit.evaluate import movers as moving
from lgaudit.lives import Look, Point, SiteLife
from lgaudit.models import Rank, SiteScore
from lgaudit.results import Results, SiteResult

if TYPE_CHECKING:
    from lgaudit.store import Store
    from lgaudit.store.kept import KeptResults

MOST_RUNS = 24  # before this one that a site is followed through
MOST_VISITS = 1200  # of all sites that are read for it: some twenty a second


@dataclass(frozen=True)
class _Edition:
    """One kept run as the lives of its sites need it."""

    results: Results
    scores: Mapping[str, SiteScore]  # without their rules
    ranks: Mapping[str, Rank]
    slugs: frozenset[str]
    differs: tuple[str, ...]

    def look(self, result: SiteResult) -> Look:
        run = self.results.run
        rules = {rule.id: rule for rule in self.results.rules}
        return Look(run.id, run.started, run.engines, rules, result)

    def point(self, slug: str) -> Point | None:
        """The score the run gave the site, None when it gave none."""
        run, score, rank = self.results.run, self.scores.get(slug), self.ranks.get(slug)
        if score is None or score.overall is None:
            return None
        place = rank.place if rank else None
        return Point(run.id, run.started, score.overall, place, len(self.ranks), self.differs)


class Lives:
    """Follows the sites of a run through the runs kept before it."""

    def __init__(self, now: Results, earlier: Iterable[KeptResults]) -> None:
        self._now = _Edition(now, now.scores, now.ranks, frozenset(), ())
        self._before = [
            _Edition(
                one,
                one.overall,
                one.ranks,
                frozenset(site.slug for site in one.sites),
                moving.differs(now, one),
            )
            for one in earlier
        ]  # oldest first

    def follow(self, result: SiteResult) -> SiteLife:
        """What became of one site's issues and score."""
        slug = result.site.slug
        before = [one for one in self._before if slug in one.slugs]
        looks = [one.look(one.results.site(slug)) for one in before]
        life = lifetimes.follow([*looks, self._now.look(result)])
        points = [point for one in (*before, self._now) if (point := one.point(slug))]
        return replace(life, trend=tuple(points) if len(points) > 1 else ())


def lives(store: Store, results: Results) -> Lives:
    """The lives of a run's sites, through as many earlier runs as can be read in fair time."""
    most = max(1, min(MOST_RUNS, MOST_VISITS // max(1, len(results.sites))))
    return Lives(results, reversed(list(itertools.islice(visits.earlier(store, results), most))))
