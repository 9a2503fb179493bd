"""The next small steps of a site: what its score would be if one more rule were kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lgaudit.models import Rule, SiteScore, Status
from lgaudit.results import Bar


@dataclass(frozen=True, slots=True)
class Step:
    """One rule to meet next. ``gain`` and ``after`` are points of the overall score, 0 to 100."""

    rule: Rule
    gain: float
    after: float | None  # None when the site is not ranked
    category_before: float
    category_after: float


def rescored(
    shares: Mapping[str, float], rules: Mapping[str, Rule], bar: Bar
) -> tuple[float | None, dict[str, float]]:
    """Overall and category scores (0 to 100) that these shares (0 to 1) give under the bar."""
    weight: dict[str, float] = {}
    got: dict[str, float] = {}
    for rule_id, share in shares.items():
        rule = rules[rule_id]
        unit = bar.severity_weights.get(rule.severity.value, 0.0)
        weight[rule.category] = weight.get(rule.category, 0.0) + unit
        got[rule.category] = got.get(rule.category, 0.0) + unit * share
    categories = {name: 100 * got[name] / weight[name] for name in weight if weight[name]}
    total = sum(bar.category_weights.get(name, 0.0) for name in categories)
    if not total:
        return None, categories
    mean = sum(bar.category_weights.get(n, 0.0) * v for n, v in categories.items()) / total
    return mean, categories


def next_steps(
    score: SiteScore, rules: Mapping[str, Rule], bar: Bar, limit: int = 3
) -> tuple[Step, ...]:
    """The rules not yet kept everywhere whose keeping raises the score most, best first.

    Each gain is found by scoring again with that rule's share set to 1, all else unchanged.
    """
    shares = {
        r.rule: r.share
        for r in score.rules
        if r.share is not None and r.rule in rules and rules[r.rule].status is Status.SCORED
    }
    before, categories = rescored(shares, rules, bar)
    if before is None:
        return ()
    steps = []
    for rule_id, share in shares.items():
        if share >= 1:
            continue
        rule = rules[rule_id]
        mean, after = rescored({**shares, rule_id: 1.0}, rules, bar)
        gain = (mean or before) - before
        now = min(100.0, score.overall.value + gain) if score.overall else None
        steps.append(Step(rule, gain, now, categories[rule.category], after[rule.category]))
    steps.sort(key=lambda s: (-round(s.gain, 9), -s.rule.severity.order, s.rule.id))
    return tuple(s for s in steps[:limit] if s.gain > 0)
