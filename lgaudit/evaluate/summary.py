"""A visit and what was found on it, boiled down to what a run keeps."""

from __future__ import annotations

from collections.abc import Sequence

from lgaudit.evaluate.issues import identified
from lgaudit.evaluate.scores import outcomes_of
from lgaudit.evaluate.templates import template_of
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Finding, Outcome
from lgaudit.results import PageResult, SiteResult

KEPT = (Outcome.FAILED, Outcome.CANT_TELL)


def summarise(visit: Snapshot, findings: Sequence[Finding]) -> SiteResult:
    """What is kept of a site: pages without content, outcomes, and findings with their places."""
    axe = next((p.browser.axe for p in visit.pages if p.browser and p.browser.axe), None)
    seconds = None
    if visit.started and visit.finished:
        seconds = (visit.finished - visit.started).total_seconds()
    kept = [finding for finding in findings if finding.outcome in KEPT]
    return SiteResult(
        site=visit.site,
        verdict=visit.verdict,
        coverage=visit.coverage,
        pages=tuple(page_result(page) for page in sorted(visit.pages, key=lambda p: p.url)),
        lost=tuple(sorted(visit.lost, key=lambda item: item[0])),
        findings=tuple(sorted(identified(kept), key=lambda f: (f.rule, f.url))),
        outcomes=outcomes_of(findings),
        seconds=seconds,
        browser=visit.browser,
        axe_core=axe.version if axe else "",
        documents=len(visit.documents),
    )


def page_result(page: Page) -> PageResult:
    """One page without its content."""
    seen = page.browser
    readable = page.verdict.ok and page.sampled
    return PageResult(
        url=page.url,
        final_url=page.final_url,
        title=page.title if page.verdict.ok else "",
        kind=page.kind,
        verdict=page.verdict,
        sampled=page.sampled,
        stratum=page.stratum,
        template=template_of(page) if readable else "",
        status=seen.status if seen and seen.status else page.status,
        source=page.source,
        bytes=sum(r.transferred for r in seen.requests) if seen and seen.requests else None,
        requests=len(seen.requests) if seen and seen.requests else None,
        cls=seen.cls if seen else None,
        fcp=seen.quiet.fcp if seen and seen.quiet else None,
        lcp=seen.quiet.lcp if seen and seen.quiet else None,
        tbt=seen.quiet.tbt if seen and seen.quiet else None,
    )
