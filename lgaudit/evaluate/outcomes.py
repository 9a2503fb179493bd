"""What rules said, page by page, boiled down from findings."""

from __future__ import annotations

from collections.abc import Iterable

from lgaudit.models import Finding, Outcome
from lgaudit.results import Outcomes

# When two findings speak of one rule on one page, the later one here is kept.
_PRECEDENCE = (
    Outcome.INAPPLICABLE,
    Outcome.UNTESTED,
    Outcome.PASSED,
    Outcome.CANT_TELL,
    Outcome.FAILED,
)


def outcomes_of(findings: Iterable[Finding]) -> tuple[Outcomes, ...]:
    """What each rule said of each page, in rule and URL order; inapplicable left out."""
    found: dict[str, dict[str, Outcome]] = {}
    for finding in findings:
        if finding.outcome is Outcome.INAPPLICABLE:
            continue
        pages = found.setdefault(finding.rule, {})
        held = pages.get(finding.url, Outcome.INAPPLICABLE)
        pages[finding.url] = max(held, finding.outcome, key=_PRECEDENCE.index)
    return tuple(Outcomes(rule, dict(sorted(found[rule].items()))) for rule in sorted(found))
