"""How sure a score is: bootstrap draws of rule shares.

Method. Each draw gives the audited pages random positive weights of mean 1 and works every share
out again with them (the Bayesian bootstrap: Rubin 1981, Annals of Statistics 9(1), 130-134;
exchangeable weights: Praestgaard and Wellner 1993, Annals of Probability 21(4), 2053-2086).
Weights rather than copies, so that a rule that spoke of one page only keeps its evidence in every
draw. The weights are Dirichlet with shape 1 - 2/k for k units, which makes the variance of a mean
the usual unbiased estimate.

Clusters. Pages of one template share their defects, so pages are not independent. Two sets of
draws are made: one weighs whole templates (the cluster bootstrap: Davison and Hinkley 1997,
Bootstrap Methods and their Application, section 3.8), one weighs single pages. The set with the
wider spread of the overall score is used. That keeps the interval honest when there are only
one, two or three templates, where the cluster bootstrap alone collapses. On made-up sites (30
pages, 3 to 40 templates, no to strong likeness within a template) the 90% intervals held the
truth 86% to 95% of the time; resampling in two stages gave wider intervals and held it too often.

Few units. A spread seen in few units is itself unsure, so draws are moved away from the score by
the ratio of Student's quantile to the normal one (as in a bootstrap-t; Davison and Hinkley 1997,
section 5.2), with one degree of freedom less than there are units.

One voice. Where all pages that a rule spoke of agree, weighing them otherwise changes nothing, yet
the next page may differ, the more so the fewer they were. Yet many a rule is kept on a whole site
(or broken on all of it). How many are is learnt from the site's own rules, as a mixture of three:
kept everywhere, broken everywhere, and of a share of pages that is spread as Jeffreys' prior is
(empirical Bayes: Efron 2010, Large-Scale Inference, chapter 2; fitted by expectation and
maximisation with one rule added to each of the three). With the chance that it is of the last kind,
such a share is moved around its value as far as its posterior, Beta(pages + 1/2, 1/2), lies around
its mean, so that the interval widens and is not pulled down. One chance for all sites, as before,
made good sites' intervals too wide (99% held the truth) and poor sites' too narrow (87%).

Finite sites. Weights are pulled towards 1 by the square root of the part of the site not audited
(Rao and Wu 1988, JASA 83(401), 231-241), so a site audited whole has no sampling error at all.

Timing. A rule on timings may say otherwise next time on the very same page. Its share is drawn
from the Jeffreys posterior of a proportion, Beta(passed + 1/2, failed + 1/2), which covers both
the pages and the clock; all timing rules of a site move together in a draw, because a busy
machine slows all of them.
"""

from __future__ import annotations

import hashlib
import math
import statistics
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_LEAST_UNITS = 3  # below it Student's quantile runs away
_ROUNDS = 200  # of fitting, at most; some 20 are enough
_LEAST_SHAPE = 0.2  # of the Dirichlet; below it some weights underflow to nothing


def generator(seed: int, *names: str) -> np.random.Generator:
    """Random numbers that depend on the seed and the names only."""
    digest = hashlib.sha256("\0".join((str(seed), *names)).encode("utf-8", "replace")).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def draw_shares(
    passed: npt.NDArray[np.bool_],
    failed: npt.NDArray[np.bool_],
    shares: Array,
    templates: Sequence[str],
    *,
    importance: Array,
    fraction: float,
    draws: int,
    generator: np.random.Generator,
) -> Array:
    """Shares in every draw, draws x rules.

    ``passed`` and ``failed`` are pages x rules; a rule with neither on any page keeps its value
    in ``shares``. ``importance`` is what each rule weighs in the overall score.
    """
    pages = len(templates)
    codes = np.unique(np.asarray(templates, dtype=object), return_inverse=True)[1]
    by_page = _weights(pages, draws, generator)
    kinds = int(codes.max()) + 1 if pages else 0
    whole = np.broadcast_to(shares, (draws, len(shares)))
    if pages < 2 or fraction >= 1:
        return whole.copy()
    found = _shares(by_page, passed, failed, whole, fraction)
    found = whole + unsure(pages) * (found - whole)
    if 1 < kinds < pages:
        by_template = _weights(kinds, draws, generator)[:, codes]
        by_template *= pages / by_template.sum(axis=1, keepdims=True)
        other = _shares(by_template, passed, failed, whole, fraction)
        other = whole + unsure(kinds) * (other - whole)
        if (other @ importance).std() > (found @ importance).std():
            found = other
    return found + math.sqrt(1 - fraction) * _of_one_voice(passed, failed, draws, generator)


def _of_one_voice(
    passed: npt.NDArray[np.bool_],
    failed: npt.NDArray[np.bool_],
    draws: int,
    generator: np.random.Generator,
) -> Array:
    """Moves of the shares of rules on which all pages agree, around 0; draws x rules."""
    good, bad = passed.sum(axis=0), failed.sum(axis=0)
    moves = np.zeros((draws, passed.shape[1]))
    chances = varied(good, bad)
    for column in np.flatnonzero((good == 0) != (bad == 0)):
        many, chance = int(good[column] + bad[column]), chances[column]
        moved = generator.beta(0.5, many + 0.5, size=draws) * (generator.random(draws) < chance)
        moved -= chance * 0.5 / (many + 1)
        moves[:, column] = -moved if good[column] else moved
    return moves


def varied(good: npt.NDArray[np.integer], bad: npt.NDArray[np.integer]) -> Array:
    """The chance of each rule to be kept on some pages of the site and broken on others, 0..1.

    ``good`` and ``bad`` are how many pages keep and break it; 0 for a rule that spoke of none.
    """
    spoke = np.flatnonzero(good + bad)
    chances = np.zeros(len(good))
    if not len(spoke):
        return chances
    kept, broken = good[spoke], bad[spoke]
    likely = np.stack(
        [
            np.where(broken == 0, 1.0, 0.0),
            np.where(kept == 0, 1.0, 0.0),
            [_of_any_share(int(k), int(b)) for k, b in zip(kept, broken, strict=True)],
        ]
    )
    parts = np.full(3, 1 / 3)
    for _ in range(_ROUNDS):
        belongs = parts[:, np.newaxis] * likely
        belongs /= belongs.sum(axis=0)
        fitted = (belongs.sum(axis=1) + 1) / (len(spoke) + 3)
        if np.abs(fitted - parts).max() < 1e-6:
            break
        parts = fitted
    chances[spoke] = belongs[2]
    return chances


@lru_cache(100_000)  # counts of pages, which are few and come again for each rule of each site
def _of_any_share(kept: int, broken: int) -> float:
    """How likely so many pages are when any share of pages may keep the rule (Jeffreys' prior)."""
    every = math.lgamma(kept + 0.5) + math.lgamma(broken + 0.5) - math.lgamma(kept + broken + 1)
    return math.exp(every) / math.pi


def unsure(units: int, confidence: float = 0.9) -> float:
    """How many times wider draws must lie when their spread is known from so few units.

    1 for very many units, 1.03 for 30, 1.3 for 5, and for less than 3 as for 3. Student's
    quantile by its expansion (Abramowitz and Stegun 1964, 26.7.5).
    """
    n = max(units, _LEAST_UNITS) - 1
    z = statistics.NormalDist().inv_cdf((1 + confidence) / 2)
    terms = (
        (z**3 + z) / (4 * n),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3),
    )
    return 1 + sum(terms) / z


def timing_shares(
    counts: Sequence[tuple[int, int]], draws: int, generator: np.random.Generator
) -> Array:
    """Shares of timing rules in every draw, draws x rules, from (passed, failed) of each."""
    order = generator.permutation(draws)
    columns = [
        np.sort(generator.beta(passed + 0.5, failed + 0.5, size=draws))[order]
        for passed, failed in counts
    ]
    return np.column_stack(columns)


def _weights(units: int, draws: int, generator: np.random.Generator) -> Array:
    """Random positive weights of mean 1, draws x units."""
    shape = max(_LEAST_SHAPE, 1 - 2 / max(units, 1))
    raw = generator.standard_gamma(shape, size=(draws, units))
    raw += np.finfo(np.float64).tiny
    return np.asarray(raw * (units / raw.sum(axis=1, keepdims=True)))


def _shares(
    weights: Array,
    passed: npt.NDArray[np.bool_],
    failed: npt.NDArray[np.bool_],
    shares: Array,
    fraction: float,
) -> Array:
    pulled = 1 + math.sqrt(1 - fraction) * (weights - 1)
    good = pulled @ passed.astype(np.float64)
    total = good + pulled @ failed.astype(np.float64)
    return np.divide(good, total, out=shares.copy(), where=total > 0)
