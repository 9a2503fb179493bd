"""Like with like: tables of councils of one nation, type, region, size or cohort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from lgaudit.comparisons import Alike
from lgaudit.evaluate.ranks import rank
from lgaudit.models import Council, Site, SiteScore
from lgaudit.settings import Cohort

# Upper ends, residents. The 382 councils of 2026 fall into them as 75, 120, 82, 70 and 35.
SIZES = (
    (100_000, "Under 100,000 residents"),
    (150_000, "100,000 to 150,000 residents"),
    (250_000, "150,000 to 250,000 residents"),
    (500_000, "250,000 to 500,000 residents"),
    (float("inf"), "500,000 residents or more"),
)
_NO_SIZE = ""


def size_of(council: Council) -> str:
    """The band of population a council is in, '' when its population is not known."""
    if council.population is None:
        return _NO_SIZE
    return next(name for end, name in SIZES if council.population < end)


_VALUES: tuple[tuple[str, Callable[[Council], str]], ...] = (
    ("nation", lambda council: council.nation),
    ("type", lambda council: council.type),
    ("region", lambda council: council.region),
    ("population", size_of),
)


def tables(
    sites: Sequence[Site],
    scores: Mapping[str, SiteScore],
    draws: Mapping[str, npt.NDArray[np.floating]],
    cohorts: Iterable[Cohort] = (),
    *,
    confidence: float = 0.9,
) -> tuple[Alike, ...]:
    """Every table of the run, each ranked within itself from the joint draws.

    A site that serves several councils is in the table of each of them. A table that would hold
    every site, or just the sites of one before it (the region Wales and the nation Wales), is
    left out; a cohort never is.
    """
    found: list[Alike] = []
    seen = {tuple(sorted(site.slug for site in sites))}
    for kind, name, slugs in _alike(sites):
        if slugs not in seen:
            seen.add(slugs)
            found.append(_table(kind, name, slugs, scores, draws, confidence))
    owner = {c.slug: site.slug for site in sites for c in site.councils}
    for cohort in cohorts:
        slugs = tuple(sorted({owner[slug] for slug in cohort.councils if slug in owner}))
        absent = tuple(sorted({slug for slug in cohort.councils if slug not in owner}))
        found.append(_table("cohort", cohort.name, slugs, scores, draws, confidence, absent))
    return tuple(found)


def _alike(sites: Sequence[Site]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Kind, name and slugs of the tables that the register makes."""
    for kind, value_of in _VALUES:
        members: dict[str, set[str]] = {}
        for site in sites:
            for council in site.councils:
                members.setdefault(value_of(council), set()).add(site.slug)
        order = [name for _, name in SIZES] if kind == "population" else sorted(members)
        for name in order:
            if name and name in members:
                yield kind, name, tuple(sorted(members[name]))


def _table(
    kind: str,
    name: str,
    slugs: tuple[str, ...],
    scores: Mapping[str, SiteScore],
    draws: Mapping[str, npt.NDArray[np.floating]],
    confidence: float,
    absent: tuple[str, ...] = (),
) -> Alike:
    own = {slug: scores[slug] for slug in slugs if slug in scores}
    ranks = rank(own, {s: draws[s] for s in own if s in draws}, confidence=confidence)
    return Alike(kind, name, slugs, ranks, absent)
