"""What changed between two runs, and why; and one council's scores over the years.

Worked out by ``lgaudit.evaluate.difference`` and ``lgaudit.evaluate.course``, gathered from a
store by ``lgaudit.across``, shown by ``lgaudit.report.difference``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lgaudit.lives import IssueLife
from lgaudit.models import Interval

_YEAR = 365.25 * 24 * 3600  # seconds
PARTS = ("bar", "axe_core", "timings", "sample", "site")


@dataclass(frozen=True, slots=True)
class Judged:
    """One visit in as little as comparing needs: no findings, no words.

    ``keys`` are the pages (equal keys, equal URLs). ``letters`` says of each rule in turn, and in
    it of each page in turn, what the rule said (p, f, c, u or -); ``whole`` has a letter a rule,
    what it said of the site itself (- for nothing). Strings, because a run has a hundred thousand.
    """

    slug: str
    keys: tuple[int, ...]
    templates: tuple[str, ...]
    counts: tuple[bool, ...]  # sampled, and seen as a resident sees it
    rules: tuple[str, ...]  # ids
    whole: str
    letters: str
    score: Interval | None  # as published
    reason: str  # why it was not ranked
    fraction: float  # part of the site that was audited, 0..1


@dataclass(frozen=True, slots=True)
class Difference:
    """How one site differs. Scores are 0..100, changes are points.

    ``parts`` (see :data:`PARTS`) add up to ``change``. ``site`` is the part that is tested, with
    its interval; ``doubt`` is the chance of one as large had nothing changed, ``adjusted`` that
    chance with all sites of the comparison allowed for; ``clear`` when that is small enough.
    """

    slug: str
    before: float | None
    now: float | None
    change: float | None
    parts: Mapping[str, float]
    site: Interval | None
    doubt: float | None
    adjusted: float | None
    clear: bool
    paired: bool
    pages_both: int
    pages_gained: int
    pages_lost: int
    new: tuple[str, ...]  # rules that fail now and did not
    fixed: tuple[str, ...]
    returned: tuple[str, ...]  # of the new ones, those that failed in an earlier run too
    open: tuple[str, ...]
    note: str = ""  # why nothing is compared


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs. ``judged`` is the run whose judgement is compared with the other's."""

    run: str
    judged: str
    started: dt.datetime
    bar: str
    axe_core: str


@dataclass(frozen=True, slots=True)
class Turns:
    """What became of the single issues of one site between two runs."""

    new: tuple[IssueLife, ...]
    fixed: tuple[IssueLife, ...]
    returned: tuple[IssueLife, ...]
    elsewhere: tuple[IssueLife, ...]  # met first on pages that were not looked at before
    open: int  # there both times, or not known to be gone


@dataclass(frozen=True, slots=True)
class Compared:
    """Two runs, site by site, and the sector: the mean of the sites compared."""

    before: Side
    now: Side
    one_bar: bool  # both sides judged by the same rules and weights
    rules: int  # scored rules that judge alike on both sides
    left_out: int  # scored rules that do not, or are of one side only
    confidence: float
    sites: tuple[Difference, ...]  # by slug
    only_before: tuple[str, ...]
    only_now: tuple[str, ...]
    sector: Interval | None  # mean change of the sites themselves
    parts: Mapping[str, float]  # means
    issues: Mapping[str, Turns] = field(default_factory=dict)  # by slug, where followed


@dataclass(frozen=True, slots=True)
class Standing:
    """A site in one run, in as little as its course over the years needs."""

    score: Interval | None
    reason: str  # why it was not ranked
    categories: Mapping[str, tuple[float, float, float]]  # score, low, high
    rules_met: int
    rules_applicable: int
    failing: frozenset[str] = frozenset()  # rules, where they were asked for


@dataclass(frozen=True, slots=True)
class Stand:
    """One score in a series. ``events`` say what changed since the one before.

    ``run`` is the judgement the score is of: by today's bar where the visit was judged by it, and
    then ``published`` is what was said at the time.
    """

    run: str
    started: dt.datetime
    slug: str  # of the site that was looked at
    score: Interval
    bar: str
    axe_core: str
    new: int  # rules failing that did not in the look before; 0 after another bar or axe-core
    fixed: int
    events: tuple[str, ...]
    of: int = 1  # sites in the mean
    categories: Mapping[str, Interval] = field(default_factory=dict)
    rules_met: int = 0
    rules_applicable: int = 0
    published: Interval | None = None

    @property
    def by(self) -> tuple[str, str]:
        """What judged it: looks by another bar or axe-core are not of one series."""
        return self.bar, self.axe_core


def comparable(stands: Sequence[Stand]) -> list[Stand]:
    """The looks that the newest one's bar and axe-core judged: only they are of one series."""
    return [stand for stand in stands if stand.by == stands[-1].by]


def years_of(stands: Sequence[Stand]) -> list[float]:
    """Years from the first look to each."""
    return [(one.started - stands[0].started).total_seconds() / _YEAR for one in stands]


@dataclass(frozen=True, slots=True)
class Missed:
    """A visit that gave no score."""

    run: str
    started: dt.datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Points a year over looks that can be compared; ``doubt`` of there being no trend at all."""

    slope: Interval
    doubt: float
    looks: int


@dataclass(frozen=True, slots=True)
class Series:
    """Looks at one website, oldest first, between two reorganisations."""

    slug: str
    name: str
    stands: tuple[Stand, ...]
    trend: Trend | None  # None with too few looks by one bar
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True)
class Courses:
    """Everything a report shows over the years: the sector, and councils by slug."""

    sector: Course | None = None
    councils: Mapping[str, Course] = field(default_factory=dict)
    clear: frozenset[str] = frozenset()  # councils whose trend chance would not explain


@dataclass(frozen=True, slots=True)
class Course:
    """The long view: what came before vesting day, and since; never one series."""

    name: str
    vesting: tuple[tuple[dt.date, str], ...]  # day, sentence
    series: tuple[Series, ...]
