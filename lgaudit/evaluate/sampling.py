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
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lgaudit.evidence import Coverage

Array = npt.NDArray[np.float64]
_LEAST_SHAPE = 0.2  # of the Dirichlet; below it some weights underflow to nothing


def generator(seed: int, *names: str) -> np.random.Generator:
    """Random numbers that depend on the seed and the names only."""
    digest = hashlib.sha256("\0".join((str(seed), *names)).encode("utf-8", "replace")).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def fraction(audited: int, coverage: Coverage) -> float:
    """The part of the site that was audited, 0..1; 0 when its size is not known."""
    size = coverage.eligible
    if coverage.stopped not in ("", "exhausted"):
        size = max(size, coverage.found)  # an unfinished crawl knows of more pages than it read
    return min(1.0, audited / size) if size > 0 else 0.0


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
    if 1 < kinds < pages:
        by_template = _weights(kinds, draws, generator)[:, codes]
        by_template *= pages / by_template.sum(axis=1, keepdims=True)
        other = _shares(by_template, passed, failed, whole, fraction)
        if (other @ importance).std() > (found @ importance).std():
            return other
    return found


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
