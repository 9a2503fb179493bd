"""Was enough of a site seen to compare it with others? If not, the reason in a few words."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evidence import Coverage
from lgaudit.models import Reason, Rule, RuleScore, Scope, Status
from lgaudit.results import Bar

# Evidence that only a browser gathers.
BROWSER_EVIDENCE = frozenset(
    "browser axe rendered requests quiet consent keyboard layout motion".split()
)
TINY = 1e-9  # room for the last bits of a share when it is compared with a threshold
# Not the quiet pass, which times a few pages of each site on purpose.
_SEERS = (("browser", "a browser"), ("axe", "axe-core"), ("requests", "a browser's network log"))
# Losses that do not shrink the site: what was lost is not a page of its own.
_NOT_A_PAGE = frozenset(
    {
        Reason.DUPLICATE,
        Reason.NOT_HTML,
        Reason.OFF_SITE,
        Reason.ERROR_STATUS,
        Reason.SOFT_404,
        Reason.TOO_MANY_REDIRECTS,
    }
)


def counts(rule: Rule) -> bool:
    """True for rules that move a score."""
    return rule.status is Status.SCORED


def too_little(bar: Bar, audited: int, coverage: Coverage) -> str:
    """Why the pages seen are too few to rank, or ''.

    A site that is itself smaller than the minimum may rank when all of it was seen: the crawl
    ran out of links, every eligible page was audited, and nothing that might be a page was lost.
    """
    sampled = max(coverage.sampled, audited)
    if audited < bar.minimum_pages:
        whole = (
            0 < audited >= coverage.eligible
            and coverage.stopped in ("", "exhausted")
            and all(reason in _NOT_A_PAGE for reason, count in coverage.lost.items() if count)
        )
        if not whole:
            return f"too few pages: {audited} audited, {bar.minimum_pages} needed"
    if sampled and audited / sampled < bar.minimum_seen - TINY:
        needed = math.ceil(bar.minimum_seen * sampled - TINY)
        return f"too many pages lost: {audited} of {sampled} seen, {needed} needed"
    return ""


def too_blind(
    rules: Sequence[Rule],
    scores: Sequence[RuleScore],
    bar: Bar,
    absent: Collection[str],
    audited: int,
    lost: int,
) -> str:
    """Why the browser saw too little of a site to rank it, or ''.

    Evidence is missing on the fewest pages that any rule in need of it was untested on: a check
    that stops by a fault of its own must not take every site out of the table.
    """
    for need, seer in _SEERS:
        untested = [
            score.unseen - lost
            for rule, score in zip(rules, scores, strict=True)
            if counts(rule)
            and rule.scope is Scope.PAGE
            and need in _needs(rule)
            and "quiet" not in _needs(rule)
        ]
        seen = audited - min(untested, default=0)
        if need not in absent and audited and seen / audited < bar.minimum_seen - TINY:
            needed = math.ceil(bar.minimum_seen * audited - TINY)
            return f"too few pages seen by {seer}: {seen} of {audited}, {needed} needed"
    return ""


def no_evidence(
    rules: Sequence[Rule],
    scores: Sequence[RuleScore],
    bar: Bar,
    judged: Collection[str],
    absent: Collection[str],
    lost: int,
) -> str:
    """Why the categories do not suffice, or ''.

    A category where every rule was inapplicable has nothing to say of this site and is left out;
    one where rules applied but none could be judged makes the site incomparable with the others.
    """
    missing = {
        rule.category
        for rule, score in zip(rules, scores, strict=True)
        if counts(rule)
        and rule.category not in judged
        and bar.category_weights.get(rule.category, 0.0) > 0
        and (score.cant_tell or score.unseen > (lost if rule.scope is Scope.PAGE else 0))
        and not _needs(rule) & frozenset(absent)
    }
    if missing:
        return f"no evidence: {', '.join(sorted(missing))}"
    return ""


def _needs(rule: Rule) -> frozenset[str]:
    check = VOCABULARY.get(rule.check)
    return check.needed(rule.options) if check else frozenset()
