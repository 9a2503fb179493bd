"""How much of a change of score is the site's own, and how sure that is.

Parts. The change of the published score is taken apart in a fixed order, each step with one thing
more held equal, so that the parts add up to the whole whatever they are:

1. ``bar``: the change less what it is when both sides are judged by the bar of the later run. If
   the earlier visit was judged again, that judgement is used; otherwise only rules that judge
   alike on both sides are counted, all by the later run's weights.
2. ``axe_core``: less axe-core's own rules, when the two versions differ.
3. ``timings``: less rules that depend on a clock, which differ between two equal runs.
4. ``sample``: less pages seen on one side only, and rules only one side gave evidence for.
5. ``site``: what is left: the same pages, by the same rules.

Where fewer than ten pages, or under half of the smaller sample, were seen both times, pages cannot
be paired. ``site`` is then the difference of the two samples and holds their noise, which its
interval allows for. So a redesign that moves every page and mends nothing changes little, and
unsurely; one that keeps its pages changes nothing.

Intervals. A score is a ratio of weighted counts; its error is found by linearisation (Taylor
series; Binder 1983, International Statistical Review 51(3), 279-292). Every page has an influence
on the score; the variance is that of a sum of influences over what was drawn, and pages are drawn,
not templates: pages of one template share defects, but which templates a site has is no matter of
chance (Cochran 1977, Sampling Techniques, sections 2.2 and 9.1; decision 168). The program deals
pages to templates, which makes a sum vary less than pages drawn anyhow, not more (section 5.6).
Paired pages enter with the difference of their two influences, so what they have in common
cancels. Unpaired samples add their variances, with Welch's degrees of freedom (Welch 1947,
Biometrika 34, 28-35). Rules on which all pages of a side agree have no influence, and may be said
otherwise of other pages: their variance is added (see ``sampling.py``, "One voice"), in pairs where
the rule changed. Each is reduced by the part of the site that was seen (finite population
correction; Cochran 1977, section 2.6). ``benchmarks/no_change.py`` counts errors of both kinds.

Few pages. Had nothing changed, a page that is otherwise now would be better as likely as worse; so
many pages all move one way by chance in one of two to the power of one less than there are, and no
chance of a pair test is taken to be smaller (randomisation: Fisher 1935, The Design of Experiments,
section 21; Pitman 1937, JRSS Supplement 4(1), 119-130). Student's t alone takes a few pages that
agree for surer than they are.

Many councils. Of all sites compared, those are named whose chance, adjusted by Benjamini and
Hochberg's procedure (1995, JRSS B 57(1), 289-300), is at most 5%: of the councils named, one in
twenty is expected to be named wrongly, and where none changed, one comparison in twenty names
any. Councils of one supplier move alike; under such positive dependence the procedure holds
(Benjamini and Yekutieli 2001, Annals of Statistics 29(4), 1165-1188).

The sector is the mean over sites. Sites not compared are allowed for as in two-stage sampling,
each compared site standing for the same number of them (Cochran 1977, section 10.3).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from lgaudit.differences import PARTS, Difference, Judged
from lgaudit.evaluate import chances
from lgaudit.evaluate.said import Flags, Frame, Said, Value, among
from lgaudit.models import Interval, Rule, Status
from lgaudit.results import Bar

FALSE = 0.05  # share of wrongly named councils that is accepted
_SHOWN = 0.05  # a smaller change is not seen in scores to one decimal
_LEAST_PAIRED = 10
_LEAST_SHARE = 0.5
_NOTHING = "no rule that counts was judged on both sides"


@dataclass(frozen=True)
class Sides:
    """What holds for every site of a comparison. Rules are by id, without examples."""

    rules: tuple[Rule, ...]  # scored, judging alike on both sides, in id order
    bar: Bar  # of the later run
    axe_differs: bool

    @cached_property
    def frame(self) -> Frame:
        """The rules with their weights."""
        return Frame(self.rules, self.bar)

    @cached_property
    def steps(self) -> tuple[Flags, Flags, Flags]:
        """The rules with one part of the change more left out each time: all, axe-core, clocks."""
        axe = [not (self.axe_differs and rule.pack == "axe") for rule in self.rules]
        still = [own and not rule.timing for own, rule in zip(axe, self.rules, strict=True)]
        return tuple(  # type: ignore[return-value]
            np.array(flags, dtype=bool) for flags in ([True] * len(axe), axe, still)
        )

    def named(self, flags: Flags) -> tuple[str, ...]:
        """The ids of some of the rules."""
        return tuple(self.rules[n].id for n in np.flatnonzero(flags))


def alike(now: Sequence[Rule], before: Sequence[Rule]) -> tuple[tuple[Rule, ...], int]:
    """The scored rules that judge alike in both, and how many scored rules do not."""
    old = {rule.id: _judging(rule) for rule in before if rule.status is Status.SCORED}
    new = {rule.id: rule for rule in now if rule.status is Status.SCORED}
    same = tuple(new[name] for name in sorted(new) if old.get(name) == _judging(new[name]))
    return same, len({*old, *new}) - len(same)


def _judging(rule: Rule) -> Rule:
    return replace(
        rule, title="", why="", fix="", standard=None, wcag=(), examples=(), source="",
    )  # fmt: skip


def compare(
    published: Judged, before: Judged, now: Judged, sides: Sides, earlier: Collection[str] = ()
) -> Difference:
    """One site. ``published`` is the earlier visit as judged then, ``before`` as compared.

    ``earlier`` names rules the site failed before that visit. The result is not yet adjusted for
    the other sites, see :func:`adjusted`.
    """
    shared = {k for k, c in zip(before.keys, before.counts, strict=True) if c}
    mine = {k for k, c in zip(now.keys, now.counts, strict=True) if c}
    both = shared & mine
    paired = len(both) >= max(
        1, min(_LEAST_PAIRED, len(shared), len(mine)), _LEAST_SHARE * min(len(shared), len(mine))
    )
    then, today = Said(before, sides.frame), Said(now, sides.frame)
    failed_then, failed_now = then.failing(), today.failing()
    new = sides.named(failed_now & ~failed_then)
    base = Difference(
        now.slug,
        published.score.value if published.score else None,
        now.score.value if now.score else None,
        None, {}, None, None, None, False, paired, len(both), len(mine - shared),
        len(shared - mine),
        new=tuple(name for name in new if name not in earlier),
        fixed=sides.named(failed_then & ~failed_now & today.sure()),
        returned=tuple(name for name in new if name in earlier),
        open=sides.named(failed_then & failed_now),
    )  # fmt: skip
    if published.score is None or now.score is None:
        why = "not ranked before" if published.score is None else "not ranked now"
        return replace(base, note=f"{why}: {(published if why[-1] == 'e' else now).reason}")
    steps = [now.score.value - published.score.value]
    for number, rules in enumerate(sides.steps):
        if number and (rules == sides.steps[number - 1]).all():
            steps.append(steps[-1])
            continue
        old, fresh = then.value(rules), today.value(rules)
        if old is None or fresh is None:
            return replace(base, note=_NOTHING)
        steps.append(fresh.value - old.value)
    ours = among(before.keys, both) if paired else None
    theirs = among(now.keys, both) if paired else None
    first, second = then.value(rules, ours), today.value(rules, theirs)
    if first is not None and second is not None and (first.judged != second.judged).any():
        common = first.judged & second.judged
        first, second = then.value(common, ours), today.value(common, theirs)
    if first is None or second is None:
        return replace(base, note=_NOTHING)
    site = second.value - first.value
    steps.append(site)
    amounts = [a - b for a, b in itertools.pairwise(steps)] + [site]
    turned = (first.share != second.share) | (not paired)  # the same pages say the same of others
    unheard = (then.unheard(first, turned, ours), today.unheard(second, turned, theirs))
    spread, freedom = _spread(before, now, first, second, both if paired else None, unheard)
    doubt, reach = _tested(site, spread, freedom, sides.bar.confidence)
    if paired and spread:
        place = {key: n for n, key in enumerate(before.keys)}
        pairs = [(place[key], n) for n, key in enumerate(now.keys) if key in both]
        moved = then.differing(today, first.judged & second.judged, pairs)
        doubt = max(doubt, min(1.0, 2.0 ** (1 - moved)))
    return replace(
        base,
        change=steps[0],
        parts=dict(zip(PARTS, amounts, strict=True)),
        site=Interval(site, site - reach, site + reach),
        doubt=doubt,
    )


def adjusted(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """All sites of one comparison, with the number of them allowed for."""
    tested = [n for n, one in enumerate(found) if one.doubt is not None]
    if not tested:
        return tuple(found)
    fair = chances.allowing_for_many([doubt for one in found if (doubt := one.doubt) is not None])
    made = list(found)
    for number, chance in zip(tested, fair, strict=True):
        one = found[number]
        clear = bool(chance <= FALSE) and one.site is not None and abs(one.site.value) >= _SHOWN
        made[number] = replace(one, adjusted=float(chance), clear=clear)
    return tuple(made)


def sector(
    found: Sequence[Difference], everyone: int, confidence: float
) -> tuple[Interval | None, Mapping[str, float]]:
    """Mean change of the sites themselves, and the mean of each part.

    ``everyone`` is how many sites the sector has, those that could not be compared too.
    """
    held = [one for one in found if one.site is not None]
    if not held:
        return None, {}
    many = len(held)
    share = many / max(everyone, many)
    values = np.array([one.site.value for one in held if one.site])
    z = chances.normal_reach(confidence)
    own = sum(((one.site.high - one.site.low) / 2 / z) ** 2 for one in held if one.site)
    between = float(values.var(ddof=1)) if many > 1 else 0.0
    error = math.sqrt((1 - share) * between / many + share * own / many**2)
    freedom = max(1, many - 1)
    reach = error * chances.t_reach(confidence, freedom)
    mean = float(values.mean())
    parts = {name: float(np.mean([one.parts[name] for one in held])) for name in PARTS}
    return Interval(mean, mean - reach, mean + reach), parts


def _spread(
    before: Judged,
    now: Judged,
    first: Value,
    second: Value,
    both: Collection[int] | None,
    unheard: tuple[float, float],
) -> tuple[float, float]:
    """Standard error of the difference, and its degrees of freedom.

    ``unheard``: what each side adds to its variance, see :meth:`Said.unheard`.
    """
    old, new = _counting(before, first), _counting(now, second)
    if both is not None:
        moved = [pull - old[key] for key, pull in new.items() if key in both]
        fraction = min(before.fraction, now.fraction)
        variance = _variance(moved, fraction) + (1 - fraction) * sum(unheard)
        return math.sqrt(variance), max(1, len(moved) - 1)
    one = _variance(list(old.values()), before.fraction) + (1 - before.fraction) * unheard[0]
    two = _variance(list(new.values()), now.fraction) + (1 - now.fraction) * unheard[1]
    whole = one + two
    if whole <= 0:
        return 0.0, 1
    below = one**2 / max(1, len(old) - 1) + two**2 / max(1, len(new) - 1)
    return math.sqrt(whole), max(1.0, whole**2 / below)


def _counting(seen: Judged, value: Value) -> dict[int, float]:
    """Influence of each page that counts, by its key."""
    pairs = zip(seen.keys, value.influence, seen.counts, strict=True)
    return {key: float(pull) for key, pull, counts in pairs if counts}


def _variance(pulls: Sequence[float], fraction: float) -> float:
    """Variance of a sum of influences of pages that were drawn."""
    if len(pulls) < 2 or fraction >= 1:
        return 0.0
    return (1 - fraction) * float(np.var(pulls, ddof=1)) * len(pulls)


def _tested(change: float, spread: float, freedom: float, confidence: float) -> tuple[float, float]:
    """Chance of so large a change had nothing changed (two-sided t), and half the interval."""
    reach = spread * chances.t_reach(confidence, freedom)
    if abs(change) < _SHOWN:
        return 1.0, reach
    if spread <= 1e-12:
        return 0.0, 0.0
    return chances.t_chance(change / spread, freedom), reach


def mean_of(scores: Sequence[Interval]) -> Interval:
    """The mean of sites that err independently, with its interval at their confidence."""
    many = len(scores)
    mean = math.fsum(one.value for one in scores) / many
    reach = math.sqrt(math.fsum(((one.high - one.low) / 2) ** 2 for one in scores)) / many
    return Interval(mean, mean - reach, mean + reach)
