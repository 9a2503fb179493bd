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
from lgaudit.models import Rank, Rule, SiteScore
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
    rules: Mapping[str, Rule]

    @classmethod
    def before(cls, kept: KeptResults, now: Results) -> _Edition:
        """A run before the one that is reported."""
        slugs = frozenset(site.slug for site in kept.sites)
        differs = moving.differs(now, kept)
        return cls(kept, kept.overall, kept.ranks, slugs, differs, _by_id(kept))

    def look(self, result: SiteResult) -> Look:
        run = self.results.run
        return Look(run.id, run.started, run.engines, self.rules, result)

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
        self._now = _Edition(now, now.scores, now.ranks, frozenset(), (), _by_id(now))
        self._before = [(one, _Edition.before(one, now)) for one in earlier]  # oldest first

    def follow(self, result: SiteResult) -> SiteLife:
        """What became of one site's issues and score."""
        slug = result.site.slug
        before = [(kept, one) for kept, one in self._before if slug in one.slugs]
        looks = [one.look(kept.site(slug, scored=False)) for kept, one in before]
        life = lifetimes.follow([*looks, self._now.look(result)])
        editions = (*(one for _, one in before), self._now)
        points = [point for one in editions if (point := one.point(slug))]
        return replace(life, trend=tuple(points) if len(points) > 1 else ())


def _by_id(results: Results) -> dict[str, Rule]:
    return {rule.id: rule for rule in results.rules}


def lives(store: Store, results: Results) -> Lives:
    """The lives of a run's sites, through as many earlier runs as can be read in fair time."""
    most = max(1, min(MOST_RUNS, MOST_VISITS // max(1, len(results.sites))))
    return Lives(results, reversed(list(itertools.islice(visits.earlier(store, results), most))))
