"""The browser's part of a visit: see each sampled page, and take its verdict again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lgaudit import urls
from lgaudit.errors import LgauditError
from lgaudit.evidence import BrowserEvidence, Coverage, Page, Snapshot
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.looks import Looks
from lgaudit.gather.verdict import classify
from lgaudit.models import OK, Kind, Reason, Verdict

if TYPE_CHECKING:
    from lgaudit.gather.browser import BrowserPool

FATAL = (LgauditError, KeyboardInterrupt)
WORTH_A_BROWSER = (Reason.OK, Reason.EMPTY_SHELL)  # a script may fill an empty shell


async def see(
    visit: Snapshot,
    pool: BrowserPool,
    fetcher: Fetcher,
    *,
    progress: Callable[[str], None] = lambda _: None,
    looks: Looks | None = None,
) -> Snapshot:
    """The visit with browser evidence on every sampled page that may be one.

    Each page load waits its turn at the host like any other request. The verdict is taken from
    the document the browser showed, because some sites answer a plain request and block a
    browser, or the other way round.

    Raises:
        NetworkDown: this machine has lost its network.
    """
    wanted = [p for p in visit.pages if p.sampled and p.verdict.reason in WORTH_A_BROWSER]
    if not wanted:
        return visit
    first = wanted[0].kind is Kind.HOME
    turn = fetcher.gate.turn
    told = fetcher.line.seen
    seen = await pool.visit(
        visit.site.slug, wanted, turn=turn, consent=first, looks=looks, told=told
    )
    after = {
        page.url: with_evidence(page, evidence, visit)
        for page, evidence in zip(wanted, seen, strict=True)
    }
    for page in wanted:
        progress(page.url)
    pages = tuple(after.get(page.url, page) for page in visit.pages)
    lost = tuple((p.url, p.verdict) for p in after.values() if not p.verdict.ok)
    gone = {url for url, _ in lost}
    before = tuple(item for item in visit.lost if item[0] not in gone and item[0] not in after)
    home = after.get(visit.site.homepage) or next(
        (p for p in after.values() if p.kind.value == "home"), None
    )
    return replace(
        visit,
        pages=pages,
        lost=before + lost,
        verdict=home.verdict if home is not None else visit.verdict,
        coverage=recount(visit.coverage, pages, before + lost),
        browser=pool.versions[0],
    )


def with_evidence(page: Page, evidence: BrowserEvidence | Verdict, visit: Snapshot) -> Page:
    """The page as the browser saw it, with its verdict taken from that very document."""
    if isinstance(evidence, Verdict):
        return replace(page, verdict=evidence)
    shown = replace(page, browser=evidence, verdict=OK)
    own = {urls.netloc_of(p.final_url) for p in visit.pages if p.verdict.reason in WORTH_A_BROWSER}
    not_found = visit.probes.not_found
    verdict = classify(shown, visit.site, not_found=not_found, rendered=True, hosts=own)
    return replace(shown, verdict=verdict)


def recount(
    coverage: Coverage, pages: tuple[Page, ...], lost: tuple[tuple[str, Verdict], ...]
) -> Coverage:
    """Coverage after the browser has had its say."""
    return replace(
        coverage,
        audited=sum(p.sampled and p.verdict.ok for p in pages),
        lost=dict(sorted(Counter(verdict.reason.value for _, verdict in lost).items())),
    )
