"""Chances and trends, as scipy.stats works them out; what that module costs to load is the reason.

Loading ``scipy.stats`` takes longer than all of a comparison of two runs of the whole country. The
distributions are scipy's own (``scipy.special``) or the standard library's; what is left is here,
and a test holds each function to its namesake in ``scipy.stats``.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

_EXACT = 33  # looks up to which Kendall's chance is counted out, as in scipy


def t_reach(confidence: float, freedom: float) -> float:
    """Standard errors either way that hold the truth so often: Student's t."""
    from scipy import special

    return float(special.stdtrit(freedom, (1 + confidence) / 2))


def t_chance(size: float, freedom: float) -> float:
    """The chance of so many standard errors, either way, by luck alone."""
    from scipy import special

    return float(2 * special.stdtr(freedom, -abs(size)))


def normal_reach(confidence: float) -> float:
    """Standard errors either way that hold the truth so often: the normal distribution."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def allowing_for_many(chances: Sequence[float]) -> list[float]:
    """Chances adjusted as by ``scipy.stats.false_discovery_control`` (Benjamini, Hochberg 1995)."""
    many = len(chances)
    order = np.argsort(chances, kind="stable")
    scaled = np.asarray(chances, dtype=float)[order] * many / np.arange(1, many + 1)
    held = np.minimum.accumulate(scaled[::-1])[::-1].clip(0, 1)
    found = np.empty(many)
    found[order] = held
    return [float(one) for one in found]


def slopes(
    values: Sequence[float], times: Sequence[float], confidence: float
) -> tuple[float, float, float]:
    """Median of the slopes between all pairs, with Sen's interval: ``scipy.stats.theilslopes``.

    Theil 1950; Sen 1968, JASA 63(324), 1379-1389, whose variance allows for ties.
    """
    y, x = np.asarray(values, dtype=float), np.asarray(times, dtype=float)
    first, second = np.triu_indices(len(x), 1)
    run = x[second] - x[first]
    found = np.sort((y[second] - y[first])[run != 0] / run[run != 0])
    many = len(y)
    spare = _variance(many)
    spare -= sum(
        _variance(n) for n in (*Counter(x.tolist()).values(), *Counter(y.tolist()).values())
    )
    reach = normal_reach(confidence) * math.sqrt(max(0.0, spare))
    pairs = len(found)
    upper = min(round((pairs + reach) / 2), pairs - 1)
    lower = max(round((pairs - reach) / 2) - 1, 0)
    return float(np.median(found)), float(found[lower]), float(found[upper])


def _variance(many: int) -> float:
    return many * (many - 1) * (2 * many + 5) / 18


def kendall(values: Sequence[float], times: Sequence[float]) -> float:
    """The chance of so strong a rank correlation by luck: p of ``scipy.stats.kendalltau``.

    Kendall 1938; Mann 1945, Econometrica 13(3), 245-259. Counted out where nothing is tied and
    looks are few, otherwise by the normal distribution with the variance that ties leave.
    """
    y, x = np.asarray(values, dtype=float), np.asarray(times, dtype=float)
    many = len(y)
    first, second = np.triu_indices(many, 1)
    signs = np.sign(y[second] - y[first]) * np.sign(x[second] - x[first])
    apart = int((signs < 0).sum())
    ties_y, ties_x = _ties(y), _ties(x)
    pairs = many * (many - 1) // 2
    if not ties_y and not ties_x and (many <= _EXACT or min(apart, pairs - apart) <= 1):
        return _counted_out(many, min(apart, pairs - apart))
    score = float(signs.sum())
    variance = _variance(many) - sum(map(_variance, (*ties_y, *ties_x)))
    for power in (2, 3):
        both = math.prod(sum(_falling(n, power) for n in ties) for ties in (ties_y, ties_x))
        variance += both / (2 * _falling(many, 2) if power == 2 else 9 * _falling(many, 3))
    if variance <= 0:
        return 1.0
    return float(math.erfc(abs(score) / math.sqrt(2 * variance)))


def _ties(values: npt.NDArray[np.float64]) -> list[int]:
    return [count for count in Counter(values.tolist()).values() if count > 1]


def _falling(many: int, steps: int) -> int:
    return math.prod(range(many - steps + 1, many + 1)) if many >= steps else 0


@cache
def _inversions(many: int) -> list[int]:
    """How many orders of so many have no pair apart, one, two ..."""
    ways = [1]
    for size in range(2, many + 1):
        sums = list(itertools.accumulate(ways, initial=0)) + [sum(ways)] * (size - 1)
        ways = [sums[n + 1] - sums[max(0, n + 1 - size)] for n in range(len(sums) - 1)]
    return ways


def _counted_out(many: int, fewer: int) -> float:
    """Two-sided chance that orders at random have so few pairs apart: inversions are counted."""
    ways = _inversions(many)
    if 2 * fewer == many * (many - 1) // 2:
        return 1.0
    return min(1.0, 2 * sum(ways[: fewer + 1]) / math.factorial(many))
