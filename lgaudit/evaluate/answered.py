"""Outcomes of a site without what an accepted reply takes out of them."""

from __future__ import annotations

from collections.abc import Collection

from lgaudit.evaluate.judge import MAXIMUM_SPOTS
from lgaudit.models import Finding, Outcome
from lgaudit.results import Outcomes, SiteResult


def rule_of(result: SiteResult, issue: str) -> str:
    """The rule of an issue (its fingerprint) on a site, '' when the site does not have it."""
    return next((f.rule for f in result.findings if issue in _marks(f)), "")


def taken_out(
    result: SiteResult, rules: Collection[str], issues: Collection[str]
) -> frozenset[tuple[str, str]]:
    """The failures these rules and issues explain: (rule, URL), URL '' for the site itself.

    A page goes only when everything the rule found on it is explained. One with as many places as
    a finding can hold stays, because there may be more that nobody spoke of.
    """
    return frozenset(
        (finding.rule, finding.url)
        for finding in result.findings
        if finding.outcome is Outcome.FAILED
        and (finding.rule in rules or _explained(finding, issues))
    )


def touched(result: SiteResult, gone: Collection[tuple[str, str]], rule: str, issue: str) -> int:
    """How many of the failures taken out one reply has a part in."""
    return sum(
        (f.rule, f.url) in gone and (issue in _marks(f) if issue else f.rule == rule)
        for f in result.findings
        if f.outcome is Outcome.FAILED
    )


def outcomes(result: SiteResult, gone: Collection[tuple[str, str]]) -> tuple[Outcomes, ...]:
    """The site's outcomes with these failures as cantTell: never as passed."""
    return tuple(
        Outcomes(
            told.rule,
            {
                url: Outcome.CANT_TELL
                if outcome is Outcome.FAILED and (told.rule, url) in gone
                else outcome
                for url, outcome in told.by_page.items()
            },
        )
        for told in result.outcomes
    )


def _marks(finding: Finding) -> set[str]:
    return {spot.fingerprint for spot in finding.spots} or {finding.fingerprint}


def _explained(finding: Finding, issues: Collection[str]) -> bool:
    return len(finding.spots) < MAXIMUM_SPOTS and _marks(finding) <= set(issues)
