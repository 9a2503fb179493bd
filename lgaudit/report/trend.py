"""The course of a site's score over the kept runs, as a picture and as lines of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lgaudit.lives import Point
from lgaudit.report.charts import Axis

HEIGHT = 130
_TOP, _BOTTOM = 12, 22  # room above and below the scores
_LABELS = 6  # dates that fit below


@dataclass(frozen=True, slots=True)
class Row:
    """One run. ``change`` is from the comparable run before, None where there is none."""

    point: Point
    change: float | None


def rows(trend: Sequence[Point]) -> list[Row]:
    """The runs, newest first."""
    found: list[Row] = []
    before: Point | None = None
    for point in trend:
        if point.differs:
            found.append(Row(point, None))
            continue
        found.append(Row(point, point.score.value - before.score.value if before else None))
        before = point
    return found[::-1]


def chart(trend: Sequence[Point], width: int, shape: str = "") -> Markup:
    """Scores with their intervals; a line joins runs under one bar, others stand hollow alone."""
    low = int(min(point.score.low for point in trend) // 10) * 10
    axis = Axis(max(0, min(80, low)), 100, width)
    room = HEIGHT - _TOP - _BOTTOM

    def x(number: int) -> float:
        return round(40 + (width - 80) * number / max(1, len(trend) - 1), 1)

    def y(value: float) -> float:
        share = (value - axis.low) / (axis.high - axis.low)
        return round(_TOP + room * (1 - min(1.0, max(0.0, share))), 1)

    grid = "".join(f"M30 {y(t)}H{width - 4}" for t in axis.ticks)
    parts = [
        f'<svg class="{f"trend {shape}".strip()}" viewBox="0 0 {width} {HEIGHT}" '
        f'width="{width}" height="{HEIGHT}" aria-hidden="true"><path class="grid" d="{grid}"/>'
    ]
    parts += [f'<text x="26" y="{y(t) + 4:.1f}" text-anchor="end">{t}</text>' for t in axis.ticks]
    joined = [(x(n), y(p.score.value)) for n, p in enumerate(trend) if not p.differs]
    if len(joined) > 1:
        line = "L".join(f"{a} {b}" for a, b in joined)
        parts.append(f'<path class="course" d="M{line}"/>')
    every = max(1, -(-len(trend) // (_LABELS if width > 400 else 3)))
    for number, point in enumerate(trend):
        at, kind = x(number), "apart" if point.differs else "own"
        parts.append(
            f'<path class="reach" d="M{at} {y(point.score.low)}V{y(point.score.high)}"/>'
            f'<circle class="{kind}" cx="{at}" cy="{y(point.score.value)}" r="5"/>'
        )
        if (len(trend) - 1 - number) % every == 0:
            said = point.started.strftime("%d.%m.%y")
            parts.append(f'<text x="{at}" y="{HEIGHT - 4}" text-anchor="middle">{said}</text>')
    return Markup("".join(parts) + "</svg>")
