"""Scores to places in a league, with the bands the joint draws allow."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lgaudit.models import Rank, SiteScore

_AT_ONCE = 256  # sites whose bands are told at a time


def rank(
    scores: Mapping[str, SiteScore],
    draws: Mapping[str, npt.NDArray[np.floating]],
    *,
    confidence: float = 0.9,
) -> dict[str, Rank]:
    """Rank by site slug, best first; sites without an overall score are left out.

    Places are competition ranks ("1224") on the score rounded to 0.1, the precision that is
    shown: equal scores share a place. The band runs from the 5th to the 95th percentile (for
    ``confidence`` 0.9) of the site's place over the joint draws, all sites drawn at once, and
    always holds the place itself. Groups of no clear difference are in :func:`_grouped`.
    """
    slugs = sorted(slug for slug, score in scores.items() if score.overall is not None)
    if not slugs:
        return {}
    tenths = np.array([_tenths(scores[slug]) for slug in slugs])
    places = _places(tenths[:, np.newaxis])[:, 0]
    bands = _bands(slugs, tenths, draws, confidence)
    found = [
        Rank(slug, int(place), min(int(low), int(place)), max(int(high), int(place)), 0)
        for slug, place, (low, high) in zip(slugs, places, bands, strict=True)
    ]
    found.sort(key=lambda item: (item.place, item.site))
    return {item.site: item for item in _grouped(found)}


def places(values: Sequence[float]) -> list[int]:
    """Competition ranks of scores as they are shown, to one decimal; the highest is first."""
    tenths = np.array([round(round(value, 1) * 10) for value in values], dtype=np.int64)
    return [int(place) for place in _places(tenths[:, np.newaxis])[:, 0]]


def _tenths(score: SiteScore) -> int:
    assert score.overall is not None
    return round(round(score.overall.value, 1) * 10)


def _places(tenths: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
    """Competition ranks of each column of a sites x draws table; the highest value is first."""
    places = np.empty(tenths.shape, dtype=np.uint16 if len(tenths) < 2**16 else np.int64)
    for column in range(tenths.shape[1]):
        values = tenths[:, column]
        better = np.searchsorted(np.sort(values), values, side="right")
        places[:, column] = len(values) - better + 1
    return places


def _bands(
    slugs: list[str],
    tenths: npt.NDArray[np.integer],
    draws: Mapping[str, npt.NDArray[np.floating]],
    confidence: float,
) -> npt.NDArray[np.integer]:
    """Lowest and highest likely place of each site; a site without draws keeps its score."""
    held = [draws.get(slug, np.empty(0)) for slug in slugs]
    count = min((len(own) for own in held if len(own)), default=1)
    table = np.empty((len(slugs), count), dtype=np.int16)  # small: thousands of sites, all at once
    for row, own in enumerate(held):
        table[row] = np.rint(np.asarray(own[:count], float) * 10) if len(own) else tenths[row]
    tail = (1 - confidence) / 2
    places = _places(table)
    bands = np.empty((len(slugs), 2), dtype=np.int64)
    for start in range(0, len(slugs), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        bands[some, 0] = np.quantile(places[some], tail, axis=1, method="lower")
        bands[some, 1] = np.quantile(places[some], 1 - tail, axis=1, method="higher")
    return bands


def _grouped(ranks: list[Rank]) -> list[Rank]:
    """Number the groups of no clear difference, from 1 at the top.

    Walking down the table, a group is opened by the first site that is in none. Sites below join
    while their band overlaps the opener's; the first that does not opens the next group. Overlap
    is with the opener only, not from neighbour to neighbour, or a long table of small steps
    would be one group. Sites that share a place share a group.
    """
    grouped: list[Rank] = []
    group, reach = 0, 0
    for _, tied in itertools.groupby(ranks, key=lambda item: item.place):
        level = list(tied)
        if group == 0 or min(item.low for item in level) > reach:
            group += 1
            reach = max(item.high for item in level)
        grouped.extend(replace(item, group=group) for item in level)
    return grouped
