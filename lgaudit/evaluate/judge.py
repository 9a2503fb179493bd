"""Rules x evidence -> findings. Pure: the same evidence always gives the same findings."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from lgaudit.evaluate import page_language, patterns
from lgaudit.evaluate.checks.vocabulary import (
    VOCABULARY,
    Check,
    Result,
    cant_tell,
    inapplicable,
    untested,
)
from lgaudit.evaluate.kept import remembered, take_extracts
from lgaudit.evaluate.once import told_once
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Finding, Outcome, Rule, Scope, Site, Spot, Status, plain_finding

MAXIMUM_SPOTS = 50
MAXIMUM_MESSAGE = 500
MAXIMUM_SELECTOR = 500
MAXIMUM_SNIPPET = 300

PAGE_EVIDENCE: dict[str, tuple[Callable[[Page], bool], str]] = {
    "browser": (lambda p: p.browser is not None, "No browser looked at this page."),
    "axe": (
        lambda p: bool(p.browser and p.browser.axe and not p.browser.axe.error),
        "axe-core gave no answer for this page.",
    ),
    "rendered": (
        lambda p: p.browser is not None and p.browser.rendered is not None,
        "What this page looks like was not recorded.",
    ),
    "requests": (
        lambda p: bool(p.browser and p.browser.requests),
        "The requests of this page were not recorded.",
    ),
    "consent": (
        lambda p: bool(p.browser and p.browser.consent),
        "No browser looked at cookies before consent.",
    ),
    "quiet": (
        lambda p: bool(p.browser and p.browser.quiet),
        "This page was not timed in the quiet pass.",
    ),
}
CLOSE_LOOKS = {
    "keyboard": "with a keyboard",
    "layout": "at other sizes",
    "motion": "for what moves",
}
SITE_EVIDENCE: dict[str, tuple[Callable[[Snapshot], bool], str]] = {
    "failures": (lambda v: "failures" in v.extra, "What other rules found is not known here."),
    "documents": (lambda v: bool(v.documents), "No linked documents were read."),
    "links": (lambda v: bool(v.links), "No links were checked."),
    "search": (
        lambda v: v.probes.search is not None,
        "The site's search was not asked; with --ask-search an audit asks it.",
    ),
}


def judge(rules: Sequence[Rule], visit: Snapshot) -> tuple[Finding, ...]:
    """Every finding of a visit: page rules on each audited page, then site rules, in rule order."""
    found: list[Finding] = []
    on_pages = _of_pages(rules, visit.site)
    for page in visit.audited:
        found += _judge_page(on_pages, page)
        if not visit.light:
            _taken(page)
            page.forget()
    if not visit.light:
        for page in visit.pages:
            if not page.sampled and page.verdict.ok:
                _taken(page)
                page.forget()
    last = [rule for rule in rules if _needs_failures(rule)]
    for rule in rules:
        if rule.scope is Scope.SITE and rule not in last:
            found.append(judge_site(rule, visit))
            if not visit.light:
                _forget(visit)
    if last:
        told = replace(visit, extra={**visit.extra, "failures": failures(rules, found)})
        found += [judge_site(rule, told) for rule in last]
    _forget(visit)
    return tuple(found)


def _taken(page: Page) -> None:
    """Take what site rules will want; one that breaks tells so when its rule asks again."""
    with contextlib.suppress(Exception), patterns.budget():
        take_extracts(page)


def _forget(visit: Snapshot) -> None:
    for page in visit.pages:
        page.forget()


def failures(rules: Sequence[Rule], findings: Iterable[Finding]) -> tuple[Mapping[str, Any], ...]:
    """What rules with WCAG criteria found for certain, for those that compare claims with it.

    A mapping for each rule: rule, title, wcag, severity, and the number of pages it fails on. Rules
    on probation and advice are left out.
    """
    pages: dict[str, int] = {}
    for finding in findings:
        if finding.outcome is Outcome.FAILED:
            pages[finding.rule] = pages.get(finding.rule, 0) + 1
    return tuple(
        {
            "rule": rule.id,
            "title": rule.title,
            "wcag": rule.wcag,
            "severity": rule.severity.value,
            "pages": pages[rule.id],
        }
        for rule in rules
        if rule.wcag and rule.id in pages and rule.status is Status.SCORED
    )


def _needs_failures(rule: Rule) -> bool:
    check = VOCABULARY.get(rule.check)
    return check is not None and "failures" in check.needs


def judge_page(rules: Iterable[Rule], page: Page, site: Site | None = None) -> list[Finding]:
    """What every page rule says of one page. ``site`` gives the councils, when they are known."""

    return _judge_page(_of_pages(rules, site), page)


class _Turn(NamedTuple):
    """A page rule, and what is known of it before any page is looked at."""

    rule: Rule
    check: Check | None  # None where it has to be asked for on each page what is missing
    limited: bool  # whether it is for some pages only
    result: Result | None  # what it has on every page, where it is not for the site


def _of_pages(rules: Iterable[Rule], site: Site | None) -> list[_Turn]:
    judged = []
    for rule in rules:
        if rule.scope is Scope.PAGE:
            reason = _not_for_site(rule, site)
            check = VOCABULARY.get(rule.check)
            limits = rule.applies_to
            limited = bool(limits.kind or limits.not_kind or limits.language)
            ready = check if check is not None and not check.needed(rule.options) else None
            judged.append(_Turn(rule, ready, limited, inapplicable(reason) if reason else None))
    return judged


def _judge_page(turns: Sequence[_Turn], page: Page) -> list[Finding]:
    def language() -> str:
        return remembered(page, "language", page_language.language_of)

    absent: dict[str, Result | None] = {}  # check -> its result here for want of evidence
    findings = []
    url = page.url
    with patterns.budget():
        for rule, check, limited, result in turns:
            if result is None and limited and (reason := _not_for_page(rule, page, language)):
                result = inapplicable(reason)
            if result is None:
                if check is not None:
                    result = _run(check, rule, page)
                else:
                    if rule.check not in absent:
                        absent[rule.check] = _without_evidence(rule, page)
                    result = absent[rule.check] or _run(VOCABULARY[rule.check], rule, page)
            if result.spots or result.metric is not None or len(result.message) > MAXIMUM_MESSAGE:
                findings.append(_finding(rule, url, result))
            else:
                findings.append(plain_finding(rule.id, url, result.outcome, result.message))
    return told_once([turn.rule for turn in turns], findings, page)


def _without_evidence(rule: Rule, page: Page) -> Result | None:
    """What to say where the check is not known here, or what it needs was not seen."""
    check = VOCABULARY.get(rule.check)
    if check is None:
        return _no_check(rule)
    missing = _missing_page(check, page)
    return untested(missing) if missing else None


def judge_site(rule: Rule, visit: Snapshot) -> Finding:
    """What a site rule says of a visit; untested when the site could not be seen."""
    reason = _not_for_site(rule, visit.site)
    if reason:
        return _finding(rule, "", inapplicable(reason))
    if not visit.verdict.ok:
        return _finding(
            rule, "", untested(f"The site could not be seen: {visit.verdict.reason.value}.")
        )
    check = VOCABULARY.get(rule.check)
    if check is None:
        return _finding(rule, "", _no_check(rule))
    missing = _missing_site(check, visit)
    if missing:
        return _finding(rule, "", untested(missing))
    with patterns.budget():
        return _finding(rule, "", _run(check, rule, visit))


def _run(check: Check, rule: Rule, evidence: Page | Snapshot) -> Result:
    """A check that breaks says nothing of the page, so the outcome is untested.

    Called inside a budget of time for patterns, of which each has all to itself.
    """
    patterns.renew()
    try:
        result = check.function(evidence, **rule.options)
    except patterns.PatternTimeout as error:
        return cant_tell(f"Nobody can tell here, because {error}. A person should look.")
    except Exception as error:
        first = (str(error).splitlines() or [""])[0]
        return untested(f"Check {check.name} stopped: {type(error).__name__}: {first}")
    if not isinstance(result, Result):
        return untested(f"Check {check.name} gave no result.")
    return result


def _no_check(rule: Rule) -> Result:
    return untested(f"There is no check named {rule.check}.")


@lru_cache(maxsize=256)
def _in_order(needs: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(needs))


def _missing_page(check: Check, page: Page) -> str:
    for need in _in_order(check.needs):
        if need in CLOSE_LOOKS:
            reason = _not_looked(page, need)
            if reason:
                return reason
            continue
        there, reason = PAGE_EVIDENCE.get(need, (None, f"There is no evidence named {need}."))
        if there is None or not there(page):
            return reason
    return ""


def _not_looked(page: Page, name: str) -> str:
    """Why there is no close look of that name at a page, or ''."""
    seen, how = page.browser, CLOSE_LOOKS[name]
    if seen is None:
        return "No browser looked at this page."
    look = seen.looks.get(name)
    if look is not None:
        cut_short = look.error and not look.sightings
        return f"The look {how} ended early: {look.error}." if cut_short else ""
    if seen.alike:
        return f"Seen on a page of the same template, which was tried {how}: {seen.alike}"
    return f"This page was not tried {how}."


def _missing_site(check: Check, visit: Snapshot) -> str:
    for need in _in_order(check.needs):
        if need in SITE_EVIDENCE:
            seen, reason = SITE_EVIDENCE[need]
            if not seen(visit):
                return reason
        elif need in PAGE_EVIDENCE:
            there, reason = PAGE_EVIDENCE[need]
            if not any(there(page) for page in visit.audited):
                return reason
        else:
            return f"There is no evidence named {need}."
    return ""


def _not_for_site(rule: Rule, site: Site | None) -> str:
    """Why a rule does not speak of these councils, or ''. One council it speaks of is enough."""
    limits = rule.applies_to
    if not limits.nation and not limits.type:
        return ""
    for council in site.councils if site else ():
        if (not limits.nation or council.nation in limits.nation) and (
            not limits.type or council.type in limits.type
        ):
            return ""
    return f"Only for: {', '.join((*limits.nation, *limits.type))}."


def _not_for_page(rule: Rule, page: Page, language: Callable[[], str]) -> str:
    limits = rule.applies_to
    if limits.kind and page.kind not in limits.kind:
        return f"Only for pages of kind: {', '.join(limits.kind)}."
    if page.kind in limits.not_kind:
        return f"Not for pages of kind {page.kind.value}."
    if limits.language and language() not in limits.language:
        return f"Only for pages in: {', '.join(limits.language)}."
    return ""


def _finding(rule: Rule, url: str, result: Result) -> Finding:
    extra = len(result.spots) - MAXIMUM_SPOTS
    message = result.message
    if extra > 0:
        message = f"{message} (and {extra} more)".lstrip()
    metric = result.metric
    return Finding(
        rule=rule.id,
        url=url,
        outcome=result.outcome,
        message=_cut(message, MAXIMUM_MESSAGE),
        spots=tuple(_trimmed(spot) for spot in result.spots[:MAXIMUM_SPOTS]),
        metric=metric if metric is None or math.isfinite(metric) else None,
    )


def _trimmed(spot: Spot) -> Spot:
    """A page may hold an id or a text of megabytes; a finding may not."""
    if (
        len(spot.selector) <= MAXIMUM_SELECTOR
        and len(spot.snippet) <= MAXIMUM_SNIPPET
        and len(spot.message) <= MAXIMUM_MESSAGE
    ):
        return spot
    return replace(
        spot,
        selector=spot.selector if len(spot.selector) <= MAXIMUM_SELECTOR else "",
        snippet=_cut(spot.snippet, MAXIMUM_SNIPPET),
        message=_cut(spot.message, MAXIMUM_MESSAGE),
    )


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
