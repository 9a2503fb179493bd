"""The next small steps of a site: what its score would be if one more rule were kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lgaudit.models import Rule, SiteScore, Status
from lgaudit.results import Bar

_TINY = 1e-9  # a gain below this is rounding


@dataclass(frozen=True, slots=True)
class Step:
    """One rule to meet next. ``gain`` and ``after`` are points of the overall score, 0 to 100."""

    rule: Rule
    gain: float
    after: float | None  # None when the site is not ranked


@dataclass(slots=True)
class Sums:
    """Weighted sums of shares by category, from which any score can be made again."""

    bar: Bar
    weight: dict[str, float]
    got: dict[str, float]

    @classmethod
    def of(cls, shares: Mapping[str, float], rules: Mapping[str, Rule], bar: Bar) -> Sums:
        """The sums of these shares (rule id to 0..1)."""
        weight: dict[str, float] = {}
        got: dict[str, float] = {}
        for rule_id, share in shares.items():
            rule = rules[rule_id]
            unit = bar.severity_weights.get(rule.severity.value, 0.0)
            weight[rule.category] = weight.get(rule.category, 0.0) + unit
            got[rule.category] = got.get(rule.category, 0.0) + unit * share
        return cls(bar, weight, got)

    def with_share(self, rule: Rule, share: float, other: float = 1.0) -> Sums:
        """The sums had the rule's share been ``other`` in place of ``share``."""
        unit = self.bar.severity_weights.get(rule.severity.value, 0.0)
        more = self.got[rule.category] + unit * (other - share)
        return Sums(self.bar, self.weight, {**self.got, rule.category: more})

    def categories(self) -> dict[str, float]:
        """Category scores, 0 to 100, for the categories that weigh anything."""
        return {name: 100 * self.got[name] / w for name, w in self.weight.items() if w > 0}

    def overall(self) -> float | None:
        """The overall score, 0 to 100; None when no category with evidence weighs anything."""
        values = self.categories()
        weights = self.bar.category_weights
        total = sum(weights.get(name, 0.0) for name in values)
        if total <= 0:
            return None
        return sum(weights.get(name, 0.0) * value for name, value in values.items()) / total


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
    sums = Sums.of(shares, rules, bar)
    before = sums.overall()
    if before is None:
        return ()
    steps = []
    for rule_id, share in shares.items():
        after = sums.with_share(rules[rule_id], share).overall() if share < 1 else None
        if after is None or after - before <= _TINY:
            continue
        gain = after - before
        now = min(100.0, score.overall.value + gain) if score.overall else None
        steps.append(Step(rules[rule_id], gain, now))
    steps.sort(key=lambda s: (-round(s.gain, 9), -s.rule.severity.order, s.rule.id))
    return tuple(steps[:limit])
