"""What moved between two runs by more than the noise.

The change of a site's score is set against the spread of the draws of both runs, taken as
independent: pages seen both times would let smaller changes show, but which pages those are is
not known here, and a false alarm is worse than a miss. With hundreds of sites some changes look
large by chance alone, so the sites named are chosen by Holm's method (Holm 1979, Scandinavian
Journal of Statistics 6(2), 65-70): with confidence 0.9, nine times in ten not one site is named
that did not move.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from lgaudit.comparisons import Move, Movers
from lgaudit.models import Interval, Rule, SiteScore, Status
from lgaudit.results import Results

Draws = Mapping[str, npt.NDArray[np.floating]]
_SHOWN = 0.05  # a smaller change is not seen in scores to one decimal


def movers(
    now: Results,
    before: Results,
    now_draws: Draws,
    before_draws: Draws,
    before_scores: Mapping[str, SiteScore] | None = None,
) -> Movers:
    """The sites of ``now`` whose score is not that of ``before``, noise and chance allowed for.

    ``before_scores`` are those of ``before`` where they are known; their rules may be left out.
    """
    earlier = before.run
    found = Movers(
        earlier.id, earlier.started, before.bar.version, earlier.engines.lgaudit,
        differs=differs(now, before),
    )  # fmt: skip
    if found.differs:
        return found
    confidence = now.bar.confidence
    pairs = _pairs(now.scores, before.scores if before_scores is None else before_scores)
    spread = {slug: _spread(slug, now_draws, before_draws) for slug in pairs}
    named = clear({slug: new - old for slug, (old, new) in pairs.items()}, spread, confidence)
    reach = NormalDist().inv_cdf((1 + confidence) / 2)
    moves = []
    for slug in named:
        old, new = pairs[slug]
        change, wide = new - old, reach * spread[slug]
        then, today = before.ranks.get(slug), now.ranks.get(slug)
        moves.append(
            Move(
                slug,
                old,
                new,
                Interval(change, change - wide, change + wide),
                then.place if then else None,
                today.place if today else None,
            )
        )
    moves.sort(key=lambda move: (-move.change.value, move.site))
    return replace(found, compared=len(pairs), moves=tuple(moves))


def clear(
    changes: Mapping[str, float], spread: Mapping[str, float], confidence: float
) -> list[str]:
    """The slugs whose change is larger than the noise, all of them looked at together.

    ``spread`` is the standard deviation of each change; where it is 0 every change that can be
    seen is clear.
    """
    doubt = sorted((_doubt(change, spread[slug]), slug) for slug, change in changes.items())
    named: list[str] = []
    for number, (chance, slug) in enumerate(doubt):
        if chance > (1 - confidence) / (len(doubt) - number):
            break
        named.append(slug)
    return [slug for slug in named if abs(changes[slug]) >= _SHOWN]


def _doubt(change: float, spread: float) -> float:
    """How likely a change as large would be had nothing moved (two-sided)."""
    if abs(change) < _SHOWN:
        return 1.0
    return math.erfc(abs(change) / spread / math.sqrt(2)) if spread > 0 else 0.0


def _pairs(
    now: Mapping[str, SiteScore], before: Mapping[str, SiteScore]
) -> dict[str, tuple[float, float]]:
    """Score before and now of the sites ranked in both runs."""
    return {
        slug: (old.overall.value, new.overall.value)
        for slug, new in now.items()
        if new.overall and (old := before.get(slug)) and old.overall
    }


def _spread(slug: str, *runs: Draws) -> float:
    held = [np.asarray(draws[slug], dtype=np.float64) for draws in runs if slug in draws]
    return math.sqrt(sum(float(own.var(ddof=1)) for own in held if len(own) > 1))


def differs(now: Results, before: Results) -> tuple[str, ...]:
    """Why two runs cannot be compared, as ends of sentences; none when one bar judged both."""
    reasons = []
    if now.bar.version != before.bar.version:
        reasons.append(f"its bar was {before.bar.version}, not {now.bar.version}")
    elif now.bar != before.bar:
        reasons.append("its bar had other weights or limits")
    changed = _changed(now.rules, before.rules)
    if changed:
        rules = "1 rule that counts was" if changed == 1 else f"{changed} rules that count were"
        reasons.append(f"{rules} added, changed or taken away since")
    old, new = before.run, now.run
    if old.engines.axe_core != new.engines.axe_core:
        reasons.append(f"it used axe-core {old.engines.axe_core or '(none)'}")
    if bool(old.settings.get("browser")) != bool(new.settings.get("browser")):
        reasons.append("only one of the two runs used a browser")
    elif bool(old.settings.get("quiet_pages")) != bool(new.settings.get("quiet_pages")):
        reasons.append("only one of the two runs timed pages")
    return tuple(reasons)


def _changed(now: Sequence[Rule], before: Sequence[Rule]) -> int:
    """How many rules that count judge otherwise in one run than in the other."""
    new, old = _judging(now), _judging(before)
    return sum(new.get(name) != old.get(name) for name in {*new, *old})


def _judging(rules: Sequence[Rule]) -> dict[str, Rule]:
    """The scored rules by id, without the words that explain them."""
    return {
        rule.id: replace(
            rule, title="", why="", fix="", standard=None, wcag=(), examples=(), source=""
        )
        for rule in rules
        if rule.status is Status.SCORED
    }
