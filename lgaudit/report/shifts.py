"""How far places move: under other weights, and since the run before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from lgaudit.comparisons import Movers, Weighting
from lgaudit.models import Rank
from lgaudit.report.league import Line, ranked

MOVERS = "slug name score_before score_now change change_low change_high rank_before rank".split()


@dataclass(frozen=True, slots=True)
class Shift:
    """How one weighting moves the table: in places, up or down alike."""

    weighting: Weighting
    middle: float  # median
    most: int
    line: Line | None  # who moves most; None when nobody moves


def ranges(
    weightings: Sequence[Weighting], ranks: Mapping[str, Rank]
) -> dict[str, tuple[int, int]]:
    """The best and worst place of each site under any of the weightings and the bar's own."""
    found = {}
    for slug, rank in ranks.items():
        places = [rank.place, *(w.places[slug] for w in weightings if slug in w.places)]
        found[slug] = (min(places), max(places))
    return found


def shifts(weightings: Iterable[Weighting], lines: Iterable[Line]) -> list[Shift]:
    """What each weighting does, in the order of the list."""
    order = ranked(lines)
    found = []
    for weighting in weightings:
        moved = [
            (abs(place - line.rank.place), line)
            for line in order
            if line.rank and (place := weighting.places.get(line.site.slug)) is not None
        ]
        most, who = max(moved, key=lambda pair: pair[0], default=(0, None))
        middle = median([far for far, _ in moved]) if moved else 0
        found.append(Shift(weighting, middle, most, who if most else None))
    return found


def weight_rows(weightings: Sequence[Weighting], lines: Iterable[Line]) -> list[dict[str, Any]]:
    """A row for each ranked site: its place by the bar, and by each weighting's id."""
    return [
        {
            "slug": line.site.slug,
            "name": line.name,
            "rank": line.rank.place if line.rank else None,
            **{w.id: w.places.get(line.site.slug) for w in weightings},
        }
        for line in ranked(lines)
    ]


def mover_rows(movers: Movers | None, lines: Mapping[str, Line]) -> list[dict[str, Any]]:
    """A row for each site that moved: the columns of :data:`MOVERS`."""
    return [
        {
            "slug": move.site,
            "name": lines[move.site].name,
            "score_before": round(move.before, 2),
            "score_now": round(move.now, 2),
            "change": round(move.change.value, 2),
            "change_low": round(move.change.low, 2),
            "change_high": round(move.change.high, 2),
            "rank_before": move.place_before,
            "rank": move.place_now,
        }
        for move in (movers.moves if movers else ())
        if move.site in lines
    ]


def changes(movers: Movers | None) -> dict[str, float]:
    """Points by which the score of each mover changed."""
    return {move.site: move.change.value for move in (movers.moves if movers else ())}
