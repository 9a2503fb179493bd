"""How sites compare beyond the one table: among their like, with the run before, by other weights.

Made from a finished run by ``lgaudit.beside``, shown by ``lgaudit.report``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from lgaudit.models import Interval, Rank

KINDS = ("nation", "type", "region", "population", "cohort")


@dataclass(frozen=True, slots=True)
class Alike:
    """Sites ranked among themselves alone."""

    kind: str  # one of KINDS
    name: str  # "Wales", "Under 100,000 residents", or what the user called the cohort
    sites: tuple[str, ...]  # slugs, ranked or not, sorted
    ranks: Mapping[str, Rank]  # by slug: place, band and group within this table
    absent: tuple[str, ...] = ()  # councils a cohort names that the run did not look at


@dataclass(frozen=True, slots=True)
class Move:
    """A site whose score changed by more than the noise. Scores are 0..100, ``change`` points."""

    site: str
    before: float
    now: float
    change: Interval
    place_before: int | None = None
    place_now: int | None = None


@dataclass(frozen=True, slots=True)
class Movers:
    """What moved since the run before. ``differs`` says why nothing can be compared, if so."""

    run: str
    started: dt.datetime
    bar: str
    lgaudit: str
    compared: int = 0  # sites ranked in both runs
    moves: tuple[Move, ...] = ()  # the largest rise first
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighting:
    """Other weights one could defend, and the place each ranked site would take by them."""

    id: str
    title: str
    why: str
    places: Mapping[str, int]  # by slug


@dataclass(frozen=True)
class Comparisons:
    """All of it, for one run. ``movers`` is None when there is no earlier run to compare with."""

    tables: tuple[Alike, ...] = ()
    movers: Movers | None = None
    weightings: tuple[Weighting, ...] = ()
    asked: tuple[str, ...] = field(default=())  # names of cohorts, in the order given
