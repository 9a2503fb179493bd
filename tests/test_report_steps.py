"""Next steps: gains found by scoring again, in the same arithmetic as the scores themselves."""

from __future__ import annotations

import pytest
from report_sector import Sector

from lgaudit.models import Rule, RuleScore, Scope, Severity, SiteScore, Status
from lgaudit.report.steps import Sums, next_steps
from lgaudit.results import Bar

BAR = Bar("2026.1", {"a": 3.0, "b": 1.0}, {"critical": 10.0, "minor": 1.0})


def rule(rule_id, severity="critical", category="a", status=Status.SCORED):
    return Rule(rule_id, rule_id, Severity(severity), Scope.PAGE, status, category, "check")


def score(**shares):
    rules = tuple(
        RuleScore(name.replace("_", "/"), share, 0, 0, 0, 0, None if share is None else share == 1)
        for name, share in shares.items()
    )
    return SiteScore("x", None, {}, rules, 0, 0)


def test_gain_is_the_difference_of_two_scorings():
    rules = {r.id: r for r in (rule("a/one"), rule("a/two", "minor"), rule("b/one", category="b"))}
    steps = next_steps(score(a_one=0.5, a_two=0.0, b_one=0.5), rules, BAR)

    # a: weights 10 and 1, so 5/11; meeting a/one makes 10/11; a is three quarters of the whole.
    assert [s.rule.id for s in steps] == ["a/one", "b/one", "a/two"]
    assert steps[0].gain == pytest.approx(100 * 0.75 * 5 / 11)
    assert steps[1].gain == pytest.approx(100 * 0.25 * 0.5)
    assert steps[2].gain == pytest.approx(100 * 0.75 * 1 / 11)
    assert steps[0].after is None


def test_advice_kept_rules_and_rules_without_evidence_are_no_steps():
    rules = {r.id: r for r in (rule("a/one"), rule("a/two"), rule("a/say", status=Status.ADVICE))}
    assert next_steps(score(a_one=1.0, a_two=None, a_say=0.0), rules, BAR) == ()


def test_an_unknown_rule_or_a_weightless_category_is_left_alone():
    rules = {r.id: r for r in (rule("c/one", category="c"), rule("a/one"))}
    assert next_steps(score(c_one=0.0), rules, BAR) == ()
    assert [s.rule.id for s in next_steps(score(c_one=0.0, a_one=0.2, z_z=0.1), rules, BAR)] == [
        "a/one"
    ]


def test_the_sums_give_the_score_that_was_published():
    sector = Sector(6)
    rules = {r.id: r for r in sector.rules}
    checked = 0
    for site in sector.scores.values():
        if site.overall is None:
            continue
        shares = {
            s.rule: s.share
            for s in site.rules
            if s.share is not None and rules[s.rule].status is Status.SCORED
        }
        sums = Sums.of(shares, rules, sector.bar)
        assert sums.overall() == pytest.approx(site.overall.value)
        for step in next_steps(site, rules, sector.bar):
            again = Sums.of({**shares, step.rule.id: 1.0}, rules, sector.bar)
            assert step.after == pytest.approx(again.overall())
            checked += 1
    assert checked >= 9
