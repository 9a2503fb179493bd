"""Scores over the years as a picture: time across, points upwards. The table beside has it all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from markupsafe import Markup

from lgaudit.differences import Course, Series, Stand, Trend, comparable, years_of
from lgaudit.models import Interval

LEFT, RIGHT, TOP, BOTTOM = 34, 14, 22, 24  # pixels around the drawing
LINES = 4  # ways of drawing the line of a forerunner; more begin again
Pick = Callable[[Stand], Interval | None]


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on which something other than the site changed."""

    letter: str
    day: dt.date
    what: str


def marks(course: Course) -> list[Mark]:
    """Reorganisations, and changes of bar and axe-core, in order; lettered."""
    found = {(day, what) for day, what in course.vesting}
    for series in course.series:
        for stand in series.stands:
            found.update((stand.started.date(), event) for event in stand.events)
    ordered = sorted(found)
    return [Mark(_letters(n), day, what) for n, (day, what) in enumerate(ordered)]


def _letters(number: int) -> str:
    """A to Z, then AA."""
    more, rest = divmod(number, 26)
    return (_letters(more - 1) if more else "") + chr(ord("A") + rest)


class _Frame:
    """Where a day and a score are in the picture."""

    def __init__(
        self, days: Sequence[dt.datetime], spans: Sequence[Interval], width: int, height: int
    ) -> None:
        self.width, self.height = width, height
        self.first, self.last = min(days), max(days)
        low = max(0, min(80, int(min(one.low for one in spans) // 10) * 10))
        high = min(100, -int(-max(one.high for one in spans) // 10) * 10)
        self.low, self.high = low, max(high, low + 20)

    def x(self, when: dt.datetime) -> float:
        whole = (self.last - self.first).total_seconds()
        share = (when - self.first).total_seconds() / whole if whole else 0.5
        inner = self.width - LEFT - RIGHT - 12
        return round(LEFT + 6 + inner * min(1.0, max(0.0, share)), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        room = self.height - TOP - BOTTOM
        return round(TOP + room * (1 - min(1.0, max(0.0, share))), 1)

    def day(self, day: dt.date) -> float:
        return self.x(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC))


def chart(
    course: Course, width: int, height: int, shape: str = "", pick: Pick | None = None
) -> Markup:
    """The series of a course; a line joins looks by one bar and axe-core, and no others.

    ``pick`` chooses what is drawn, the score when not given; looks without are left out. Only the
    score has trends.
    """
    chosen = pick or _score
    held = [(one, [s for s in one.stands if chosen(s)]) for one in course.series]
    days = [stand.started for _, stands in held for stand in stands]
    if not days:
        return Markup("")
    spans = [span for _, stands in held for stand in stands if (span := chosen(stand))]
    frame = _Frame(days, spans, width, height)
    parts = [*_ground(frame), *_dates(frame, days), *_marks(frame, course)]
    newest = max((s for _, stands in held for s in stands), key=lambda stand: stand.started).by
    for number, (series, stands) in enumerate(held):
        line = "" if series is course.series[-1] else f" s{number % LINES}"
        parts += _lines(frame, stands, newest, line, chosen)
        if pick is None and series.trend:
            parts += _slope(frame, stands, series.trend)
        parts += _dots(frame, stands, newest, line, chosen)
    return Markup(
        f'<svg class="{f"trend {shape}".strip()}" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" aria-hidden="true">{"".join(parts)}</svg>'
    )


def category(course: Course, name: str, width: int, height: int, shape: str = "") -> Markup:
    """The scores of one category."""
    return chart(course, width, height, shape, lambda stand: stand.categories.get(name))


def _score(stand: Stand) -> Interval | None:
    return stand.score


def spark(series: Series, width: int = 150, height: int = 28) -> Markup:
    """A small line for a row of a table: comparable looks joined, the others left out."""
    own = comparable(series.stands)
    if len(own) < 2:
        return Markup("")
    first, last = own[0].started, own[-1].started
    low, high = min(s.score.value for s in own), max(s.score.value for s in own)
    middle, reach = (low + high) / 2, max(5.0, (high - low) / 2)  # ten points at least
    whole = (last - first).total_seconds() or 1.0

    def at(stand: Stand) -> str:
        x = 4 + (width - 8) * (stand.started - first).total_seconds() / whole
        y = height / 2 - (height / 2 - 4) * (stand.score.value - middle) / reach
        return f"{x:.1f} {y:.1f}"

    x, y = at(own[-1]).split()
    return Markup(
        f'<svg class="spark" width="{width}" height="{height}" aria-hidden="true">'
        f'<path class="course" d="M{"L".join(map(at, own))}"/>'
        f'<circle cx="{x}" cy="{y}" r="3"/></svg>'
    )


def _ground(frame: _Frame) -> Iterator[str]:
    step = 10 if frame.high - frame.low <= 50 else 20
    ticks = range(frame.low, frame.high + 1, step)
    grid = "".join(f"M{LEFT} {frame.y(tick)}H{frame.width - RIGHT}" for tick in ticks)
    yield f'<path class="grid" d="{grid}"/>'
    for tick in ticks:
        yield f'<text x="{LEFT - 6}" y="{frame.y(tick) + 4:.1f}" text-anchor="end">{tick}</text>'


def _dates(frame: _Frame, days: Sequence[dt.datetime]) -> Iterator[str]:
    """Years where there are many, months otherwise; as many as fit."""
    most = max(2, (frame.width - LEFT) // 90)
    long = (frame.last - frame.first).days > 3 * 365
    if long:
        years = range(frame.first.year + 1, frame.last.year + 1)
        found = {dt.datetime(year, 1, 1, tzinfo=dt.UTC): f"{year}" for year in years}
    else:
        found = {day: f"{day:%b %Y}" for day in sorted(set(days))}
    places = sorted(found)
    every = max(1, -(-len(places) // most))
    taken = -100.0
    for place in places if long else places[::-1][::every][::-1]:
        at = frame.x(place)
        if at - taken < (44 if long else 62):
            continue
        taken = at
        if long:
            yield f'<path class="grid" d="M{at} {frame.height - BOTTOM}v5"/>'
        inner = min(max(at, LEFT + (14 if long else 26)), frame.width - (16 if long else 28))
        yield f'<text x="{inner}" y="{frame.height - 6}" text-anchor="middle">{found[place]}</text>'


def _marks(frame: _Frame, course: Course) -> Iterator[str]:
    letters: dict[float, list[str]] = {}
    for mark in marks(course):
        letters.setdefault(frame.day(mark.day), []).append(mark.letter)
    for at, own in letters.items():
        yield f'<path class="mark" d="M{at} {TOP - 6}V{frame.height - BOTTOM}"/>'
        text = own[0] if len(own) == 1 else f"{own[0]}–{own[-1]}"
        yield f'<text class="letter" x="{at}" y="{TOP - 10}" text-anchor="middle">{text}</text>'


def _lines(
    frame: _Frame, stands: Sequence[Stand], newest: tuple[str, str], line: str, pick: Pick
) -> Iterator[str]:
    groups: dict[tuple[str, str], list[str]] = {}
    for stand in stands:
        span = pick(stand)
        if span:
            point = f"{frame.x(stand.started)} {frame.y(span.value)}"
            groups.setdefault(stand.by, []).append(point)
    for by, points in groups.items():
        if len(points) > 1:
            kind = "" if by == newest else " past"
            yield f'<path class="course{kind}{line}" d="M{"L".join(points)}"/>'


def _dots(
    frame: _Frame, stands: Sequence[Stand], newest: tuple[str, str], line: str, pick: Pick
) -> Iterator[str]:
    room = (frame.width - LEFT - RIGHT) / max(1, len(stands))
    size = 5 if room > 24 and frame.height > 150 else 4 if room > 14 else 2.5
    for stand in stands:
        span = pick(stand)
        if span:
            at = frame.x(stand.started)
            kind = "own" if stand.by == newest else "apart"
            yield f'<path class="reach{line}" d="M{at} {frame.y(span.low)}V{frame.y(span.high)}"/>'
            yield f'<circle class="{kind}{line}" cx="{at}" cy="{frame.y(span.value)}" r="{size}"/>'


def _slope(frame: _Frame, stands: Sequence[Stand], trend: Trend) -> Iterator[str]:
    """The trend as a line: Theil and Sen's slope through the middle of the looks."""
    own = comparable(stands)
    years = years_of(own)
    base = median(s.score.value - trend.slope.value * y for s, y in zip(own, years, strict=True))
    ends = (
        f"{frame.x(stand.started)} {frame.y(base + trend.slope.value * year)}"
        for stand, year in ((own[0], years[0]), (own[-1], years[-1]))
    )
    yield f'<path class="slope" d="M{"L".join(ends)}"/>'
