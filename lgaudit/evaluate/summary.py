"""A visit and what was found on it, boiled down to what a run keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lgaudit.evaluate import tasks
from lgaudit.evaluate.fingerprints import Product
from lgaudit.evaluate.issues import marked
from lgaudit.evaluate.kept import extract
from lgaudit.evaluate.outcomes import outcomes_of
from lgaudit.evaluate.suppliers import recognise
from lgaudit.evidence import Page, Snapshot, Timings
from lgaudit.models import Finding, Outcome
from lgaudit.results import Outcomes, PageResult, SiteResult
from lgaudit.templates import template_of

KEPT = (Outcome.FAILED, Outcome.CANT_TELL)


def summarise(
    visit: Snapshot, findings: Sequence[Finding], products: Sequence[Product] = ()
) -> SiteResult:
    """What is kept of a site: pages without content, outcomes, findings, suppliers."""
    axe = next((p.browser.axe for p in visit.pages if p.browser and p.browser.axe), None)
    seconds = None
    if visit.started and visit.finished:
        seconds = (visit.finished - visit.started).total_seconds()
    kept = [finding for finding in findings if finding.outcome in KEPT]
    return SiteResult(
        site=visit.site,
        verdict=visit.verdict,
        coverage=visit.coverage,
        pages=tuple(sorted(map(page_result, visit.each_page()), key=lambda p: p.url)),
        lost=tuple(sorted(visit.lost, key=lambda item: item[0])),
        findings=tuple(sorted(map(marked, kept), key=lambda f: (f.rule, f.url))),
        outcomes=outcomes_of(findings),
        seconds=seconds,
        browser=visit.browser,
        axe_core=axe.version if axe else "",
        documents=len(visit.documents),
        tasks=tasks.look(visit) if visit.verdict.ok else (),
        suppliers=recognise(visit, products) if products else (),
    )


@extract
def template(page: Page) -> str:
    """The fingerprint of the page's template."""
    return template_of(page)


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
        template=template(page) if readable else "",
        status=seen.status if seen and seen.status else page.status,
        source=page.source,
        bytes=sum(r.transferred for r in seen.requests) if seen and seen.requests else None,
        requests=len(seen.requests) if seen and seen.requests else None,
        cls=seen.cls if seen else None,
        fcp=seen.quiet.fcp if seen and seen.quiet else None,
        lcp=seen.quiet.lcp if seen and seen.quiet else None,
        tbt=seen.quiet.tbt if seen and seen.quiet else None,
        alike=seen.alike if seen else "",
    )


def with_timings(before: SiteResult, visit: Snapshot, findings: Sequence[Finding]) -> SiteResult:
    """A kept site with the timings of the quiet pass, and what the timing rules say of them."""
    judged = {(finding.rule, finding.url) for finding in findings}
    timed = {page.url: page.browser.quiet for page in visit.pages if page.browser}
    outcomes = {item.rule: dict(item.by_page) for item in before.outcomes}
    for item in outcomes_of(findings):
        outcomes.setdefault(item.rule, {}).update(item.by_page)
    kept = [finding for finding in before.findings if (finding.rule, finding.url) not in judged]
    kept += [marked(finding) for finding in findings if finding.outcome in KEPT]
    return replace(
        before,
        pages=tuple(_timed(page, timed.get(page.url)) for page in before.pages),
        findings=tuple(sorted(kept, key=lambda f: (f.rule, f.url))),
        outcomes=tuple(Outcomes(rule, outcomes[rule]) for rule in sorted(outcomes)),
    )


def _timed(page: PageResult, timings: Timings | None) -> PageResult:
    if timings is None:
        return page
    return replace(page, fcp=timings.fcp, lcp=timings.lcp, tbt=timings.tbt)
