"""Findings to scores with 90% intervals.

For a page rule the share is passed / (passed + failed) over the pages that count: sampled, and
seen as a resident would see them. Pages where the rule was inapplicable, untested, cantTell or
that were never seen are outside the denominator. A site rule has share 0 or 1. A category is
100 x the mean share of its scored rules, weighted by severity; the site is the mean of its
categories, weighted by the bar. How the intervals are drawn is in ``sampling.py``.

Every page counts once, although not every page of a site was as likely to be drawn: weights by
that chance (Horvitz and Thompson 1952, JASA 47(260), 663-685) were measured and left, see decision
167.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lgaudit.evaluate import enough, sampling
from lgaudit.evaluate.outcomes import outcomes_of
from lgaudit.evidence import Coverage
from lgaudit.models import (
    OK,
    Finding,
    Interval,
    Outcome,
    Rule,
    RuleScore,
    Scope,
    SiteScore,
    Verdict,
)
from lgaudit.results import Bar, Outcomes, PageResult


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A score, and the bootstrap draws of its overall value (float32; empty when not ranked)."""

    score: SiteScore
    draws: npt.NDArray[np.float32]


def score_site(
    rules: Sequence[Rule],
    bar: Bar,
    findings: Iterable[Finding],
    pages: Sequence[PageResult],
    *,
    site: str,
    seed: int,
    coverage: Coverage,
    verdict: Verdict = OK,
    absent: Collection[str] = frozenset(),
) -> Scored:
    """Score one site from its findings.

    ``absent`` names the evidence this run gathers of no site (``BROWSER_EVIDENCE`` with
    --no-browser): a category that could only be judged from it is not asked of anyone.
    The same seed and site slug give the same draws, whatever the order of anything.
    """
    return score_outcomes(
        rules,
        bar,
        outcomes_of(findings),
        pages,
        site=site,
        seed=seed,
        coverage=coverage,
        verdict=verdict,
        absent=absent,
    )


def score_outcomes(
    rules: Sequence[Rule],
    bar: Bar,
    outcomes: Iterable[Outcomes],
    pages: Sequence[PageResult],
    *,
    site: str,
    seed: int,
    coverage: Coverage,
    verdict: Verdict = OK,
    absent: Collection[str] = frozenset(),
) -> Scored:
    """As :func:`score_site`, from outcomes: for scoring a kept run again."""
    ordered = sorted(rules, key=lambda rule: rule.id)
    if not verdict.ok:
        nothing = dict.fromkeys(_categories(ordered), None)
        return _not_ranked(SiteScore(site, None, nothing, (), 0, 0, verdict.reason.value))
    said = {item.rule: item.by_page for item in outcomes}
    counted = sorted((p for p in pages if p.sampled and p.verdict.ok), key=lambda page: page.url)
    urls = [page.url for page in counted]
    lost = max(0, coverage.sampled - len(urls))
    scores = tuple(_rule_score(rule, bar, said.get(rule.id, {}), urls, lost) for rule in ordered)
    kept = _weighted(ordered, scores, bar)
    values = _values(kept)
    overall = _overall(values, bar)
    few = enough.too_little(bar, len(urls), coverage) or enough.too_blind(
        ordered, scores, bar, absent, len(urls), lost
    )
    reason = few or enough.no_evidence(ordered, scores, bar, values, absent, lost)
    if overall is None:
        reason = reason or "no evidence"
    counting = [score for rule, score in zip(ordered, scores, strict=True) if enough.counts(rule)]
    score = SiteScore(
        site,
        None,
        dict.fromkeys(_categories(ordered), None),
        scores,
        rules_met=sum(score.met is True for score in counting),
        rules_applicable=sum(score.met is not None for score in counting),
        reason=reason,
    )
    if few or overall is None:
        return _not_ranked(score)
    drawn = _draw(kept, said, counted, bar, seed, site, coverage.fraction(len(urls)))
    seen = {name: _interval(v, drawn[:, i], bar) for i, (name, v) in enumerate(values.items())}
    score = replace(score, categories={**score.categories, **seen})
    if reason:
        return _not_ranked(score)
    draws = (drawn @ _shares_of_categories(list(values), bar)).astype(np.float32)
    return Scored(replace(score, overall=_interval(overall, draws, bar)), draws)


@dataclass(frozen=True, slots=True)
class _Kept:
    """One scored rule with evidence: what it weighs in its category, and its share."""

    rule: Rule
    score: RuleScore
    share: float
    weight: float


def _categories(rules: Sequence[Rule]) -> list[str]:
    return sorted({rule.category for rule in rules if enough.counts(rule)})


def _rule_score(
    rule: Rule, bar: Bar, by_page: Mapping[str, Outcome], urls: Sequence[str], lost: int
) -> RuleScore:
    if rule.scope is Scope.SITE:
        urls, lost = [""], 0
    tally = dict.fromkeys(Outcome, 0)
    for url in urls:
        tally[by_page.get(url, Outcome.INAPPLICABLE)] += 1
    passed, failed = tally[Outcome.PASSED], tally[Outcome.FAILED]
    share = passed / (passed + failed) if passed + failed else None
    default = bar.meets_at_site if rule.scope is Scope.SITE else bar.meets_at_page
    threshold = default if rule.meets_at is None else rule.meets_at
    return RuleScore(
        rule=rule.id,
        share=share,
        passed=passed,
        failed=failed,
        cant_tell=tally[Outcome.CANT_TELL],
        unseen=tally[Outcome.UNTESTED] + lost,
        met=None if share is None else share >= threshold - enough.TINY,
    )


def _weighted(rules: Sequence[Rule], scores: Sequence[RuleScore], bar: Bar) -> list[_Kept]:
    return [
        _Kept(rule, score, score.share, weight)
        for rule, score in zip(rules, scores, strict=True)
        if enough.counts(rule)
        and score.share is not None
        and (weight := bar.severity_weights.get(rule.severity, 0.0)) > 0
    ]


def _values(kept: Sequence[_Kept]) -> dict[str, float]:
    """Category name to its value, 0..100, for the categories with evidence, in name order."""
    values: dict[str, float] = {}
    for name in sorted({item.rule.category for item in kept}):
        mine = [item for item in kept if item.rule.category == name]
        total = math.fsum(item.weight for item in mine)
        values[name] = 100 * math.fsum(item.weight * item.share for item in mine) / total
    return values


def _overall(values: Mapping[str, float], bar: Bar) -> float | None:
    total = math.fsum(bar.category_weights.get(name, 0.0) for name in values)
    if total <= 0:
        return None
    return math.fsum(bar.category_weights.get(n, 0.0) * v for n, v in values.items()) / total


def _draw(
    kept: Sequence[_Kept],
    said: Mapping[str, Mapping[str, Outcome]],
    pages: Sequence[PageResult],
    bar: Bar,
    seed: int,
    site: str,
    fraction: float,
) -> npt.NDArray[np.float64]:
    """Category values in every draw: draws x categories, in the order of :func:`_values`."""
    outcomes = [[said.get(item.rule.id, {}).get(page.url) for item in kept] for page in pages]
    page_rule = np.array([item.rule.scope is Scope.PAGE for item in kept], dtype=bool)
    shape = (len(pages), len(kept))
    passed = np.array([[o is Outcome.PASSED for o in row] for row in outcomes]).reshape(shape)
    failed = np.array([[o is Outcome.FAILED for o in row] for row in outcomes]).reshape(shape)
    names = sorted({item.rule.category for item in kept})
    mix = np.zeros((len(kept), len(names)))
    for row, item in enumerate(kept):
        mix[row, names.index(item.rule.category)] = item.weight
    mix *= 100 / mix.sum(axis=0)
    shares = sampling.draw_shares(
        passed & page_rule,
        failed & page_rule,
        np.array([item.share for item in kept]),
        [page.template or f"\0{page.url}" for page in pages],
        importance=mix @ _shares_of_categories(names, bar),
        fraction=fraction,
        draws=bar.draws,
        generator=sampling.generator(seed, site),
    )
    timing = [column for column, item in enumerate(kept) if item.rule.timing]
    if timing:
        counts = [(kept[c].score.passed, kept[c].score.failed) for c in timing]
        shares[:, timing] = sampling.timing_shares(
            counts, bar.draws, sampling.generator(seed, site, "timing")
        )
    return np.asarray(shares @ mix, dtype=np.float64)


def _shares_of_categories(names: Sequence[str], bar: Bar) -> npt.NDArray[np.float64]:
    """What each category weighs in the overall score; adds up to 1."""
    weights = np.array([bar.category_weights.get(name, 0.0) for name in names])
    return np.asarray(weights / weights.sum())


def _interval(value: float, draws: npt.NDArray[np.floating], bar: Bar) -> Interval:
    tail = (1 - bar.confidence) / 2
    low, high = (float(q) for q in np.quantile(draws, [tail, 1 - tail]))
    return Interval(value, max(0.0, min(low, value)), min(100.0, max(high, value)))


def _not_ranked(score: SiteScore) -> Scored:
    return Scored(score, np.empty(0, dtype=np.float32))
