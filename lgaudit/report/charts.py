"""Small inline SVG pictures. Each is hidden from screen readers: the same is in text beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lgaudit.models import Interval

MET, NOT_MET, UNKNOWN = 2, 1, 0
PLACES = 64  # pixels of a drawn rank band
_DOTTED = 60  # with more sites than this, neighbouring cells touch and are drawn as one run


@dataclass(frozen=True, slots=True)
class Axis:
    """The common scale of the scores, in points; ``low`` is where the drawing starts."""

    low: int = 0
    high: int = 100
    width: int = 150  # pixels

    def at(self, value: float) -> float:
        """Pixels from the left for a score."""
        share = (value - self.low) / (self.high - self.low)
        return round(4 + (self.width - 8) * min(1.0, max(0.0, share)), 1)

    @property
    def ticks(self) -> list[int]:
        """Round scores for grid lines."""
        step = 10 if self.high - self.low <= 50 else 20 if self.high - self.low <= 80 else 25
        return list(range(self.low, self.high + 1, step))

    def wider(self, width: int) -> Axis:
        """The same scale, drawn at another width."""
        return Axis(self.low, self.high, width)


def axis_for(scores: Iterable[Interval | None]) -> Axis:
    """A scale that holds every interval: from a round number below the lowest up to 100."""
    lowest = min((s.low for s in scores if s is not None), default=0.0)
    low = int(lowest // 10) * 10
    return Axis(max(0, min(80, low - (low % 20 if low < 50 else 0))))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _grid(axis: Axis, height: int) -> str:
    return "".join(f"M{_number(axis.at(t))} 0v{height}" for t in axis.ticks)


def interval(score: Interval | None, axis: Axis, height: int = 18) -> Markup:
    """The interval as a bar with the score as a dot on the common axis."""
    middle = height // 2
    parts = [
        f'<svg class="interval" width="{axis.width}" height="{height}" aria-hidden="true">'
        f'<path class="grid" d="{_grid(axis, height)}"/>'
    ]
    if score is not None:
        low, high = axis.at(score.low), axis.at(score.high)
        parts.append(
            f'<path class="band" d="M{_number(low)} {middle}H{_number(max(high, low + 0.1))}"/>'
            f'<circle cx="{_number(axis.at(score.value))}" cy="{middle}" r="3.6"/>'
        )
    return Markup("".join(parts) + "</svg>")


def places(place: int, low: int, high: int, of: int, height: int = 18) -> Markup:
    """A rank band: a bar over the places it may take, a dot on its own, the first at the left."""
    axis, middle = Axis(1, max(2, of), PLACES), height // 2
    left, right = axis.at(low), axis.at(high)
    return Markup(
        f'<svg class="interval" width="{PLACES}" height="{height}" aria-hidden="true">'
        f'<path class="grid" d="M4 {middle}h{PLACES - 8}"/>'
        f'<path class="band" d="M{_number(left)} {middle}H{_number(max(right, left + 0.1))}"/>'
        f'<circle cx="{_number(axis.at(place))}" cy="{middle}" r="3"/></svg>'
    )


def scale(axis: Axis) -> Markup:
    """The axis itself: a number at each grid line."""
    marks = []
    for tick in axis.ticks:
        x = axis.at(tick)
        marks.append(f'<text x="{_number(x)}" y="11" text-anchor="middle">{tick}</text>')
    return Markup(
        f'<svg class="scale" width="{axis.width}" height="14" aria-hidden="true">'
        + "".join(marks)
        + "</svg>"
    )


def ticks(values: Iterable[float], axis: Axis) -> str:
    """Every score as a short line: the background of :func:`spread`."""
    return "".join(f"M{_number(axis.at(value))} 24v16" for value in sorted(values))


def spread(others: str, own: Interval, axis: Axis, shape: str = "") -> Markup:
    """One site's interval and score over those of all (``others``, from :func:`ticks`)."""
    height, base = 64, 40
    parts = [
        f'<svg class="{f"spread {shape}".strip()}" viewBox="0 0 {axis.width} {height}" '
        f'width="{axis.width}" height="{height}" aria-hidden="true">',
        f'<path class="axis" d="M4 {base + 0.5}H{axis.width - 4}"/>',
        f'<path class="ticks" d="{others}"/>',
    ]
    for tick in axis.ticks:
        anchor = "start" if tick == axis.low else "end" if tick == axis.high else "middle"
        parts.append(
            f'<text x="{_number(axis.at(tick))}" y="58" text-anchor="{anchor}">{tick}</text>'
        )
    low, high = _number(axis.at(own.low)), _number(axis.at(own.high))
    parts.append(f'<path class="band" d="M{low} 12H{high}"/>')
    parts.append(f'<path class="own" d="M{_number(axis.at(own.value))} 12V{base}"/>')
    parts.append(f'<circle cx="{_number(axis.at(own.value))}" cy="12" r="6"/>')
    return Markup("".join(parts) + "</svg>")


def _runs(states: Sequence[int], wanted: int) -> str:
    """Horizontal runs of one state as a relative path: 'm' skips, 'h' draws."""
    out: list[str] = []
    skip, index, count = 0.0, 0, len(states)
    dotted = count <= _DOTTED
    while index < count:
        end = index
        while end < count and states[end] == states[index] and not (dotted and end > index):
            end += 1
        length = end - index
        if states[index] == wanted:
            if skip:
                out.append(f"m{_number(skip)} 0")
                skip = 0.0
            out.append(f"h{_number(length - 0.12)}" if dotted else f"h{length}")
            skip = 0.12 if dotted else 0.0
        else:
            skip += length
        index = end
    return "".join(out)


def _frame(name: str, columns: int, height: int, inside: str) -> Markup:
    """A picture of one unit a column: tiles of 32 pixels for few, all the room for many."""
    few = columns <= _DOTTED // 2
    named = name if few else f"{name} full"
    width = str(columns * 32) if few else "100%"
    return Markup(
        f'<svg class="{named}" viewBox="0 0 {max(1, columns)} {height}" width="{width}" '
        f'height="{height}" preserveAspectRatio="none" aria-hidden="true">{inside}</svg>'
    )


def strip(states: Sequence[int]) -> Markup:
    """One rule over all sites: tall where it is met, low where it is not, a gap where unknown."""
    met, unmet = _runs(states, MET), _runs(states, NOT_MET)
    inside = f'<path class="met" d="M0 5{met}"/>' if met else ""
    inside += f'<path class="unmet" d="M0 8.5{unmet}"/>' if unmet else ""
    return _frame("strip", len(states), 10, inside)


def picture(rows: Sequence[Sequence[int]]) -> Markup:
    """Many rules over all sites, one row a rule, drawn as in :func:`strip`."""
    met: list[str] = []
    unmet: list[str] = []
    for number, row in enumerate(rows):
        for path, state, depth in ((met, MET, 4), (unmet, NOT_MET, 6.5)):
            if runs := _runs(row, state):
                path.append(f"M0 {_number(number * 8 + depth)}{runs}")
    inside = f'<path class="met" d="{"".join(met)}"/><path class="unmet" d="{"".join(unmet)}"/>'
    return _frame("picture", max((len(row) for row in rows), default=0), len(rows) * 8, inside)
