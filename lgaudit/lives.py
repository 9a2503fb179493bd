"""What becomes of a site's issues from run to run, and of its score.

Followed by ``lgaudit.evaluate.lifetimes``, gathered from a store by ``lgaudit.following``, shown
by ``lgaudit.report``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lgaudit.models import Engines, Interval, Rule, Spot
from lgaudit.results import SiteResult

FIRST_LOOK = "first look at this website"  # the note of what is new only because all is


class State(StrEnum):
    """Where an issue is in its life, as the newest of the runs leaves it."""

    NEW = "new"
    OPEN = "open"
    FIXED = "fixed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Look:
    """One run's look at one site. ``rules`` are by id."""

    run: str
    started: dt.datetime
    engines: Engines
    rules: Mapping[str, Rule]
    result: SiteResult


@dataclass(frozen=True, slots=True)
class IssueLife:
    """One defect of one site, once, with what became of it so far."""

    id: str  # 16 hexadecimal digits; the same in every run of a store
    site: str  # slug
    rule: str
    pattern: str  # equal for issues of one build in one place: one fix is likely to end them all
    fingerprint: str  # of its places as they look now
    state: State
    first_seen: dt.datetime  # start of the run
    last_seen: dt.datetime
    since: dt.datetime  # start of the run that brought the state about
    note: str  # what the state does not tell, '' for nothing
    message: str
    spot: Spot | None  # one of its places; None for whole pages and sites
    pages: tuple[str, ...]  # URLs it was last seen on, sorted; () for the site itself
    places: int
    block: str  # landmark it stands in: header, footer, nav ...; '' for the content
    template: str  # of all its pages, where they have one in common

    @property
    def here(self) -> bool:
        """Whether the site is known to have it still."""
        return self.state is not State.FIXED


@dataclass(frozen=True, slots=True)
class Change:
    """An issue that became new, fixed or returned in one run."""

    run: str
    when: dt.datetime  # start of that run
    state: State
    issue: IssueLife  # as the last of the runs knows it


@dataclass(frozen=True, slots=True)
class Point:
    """A site's score in one run. ``differs`` says why it cannot be compared, if so."""

    run: str
    started: dt.datetime
    score: Interval
    place: int | None
    of: int  # sites ranked
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteLife:
    """All that the kept runs tell of one site."""

    issues: tuple[IssueLife, ...] = ()  # by rule, then id
    changes: tuple[Change, ...] = ()  # newest first
    trend: tuple[Point, ...] = ()  # oldest first, this run's last; () when it stands alone


class Lives(Protocol):
    """Tells of each site of a run what became of its issues."""

    def follow(self, result: SiteResult) -> SiteLife:
        """One site, its earlier looks read on the way."""
        ...
