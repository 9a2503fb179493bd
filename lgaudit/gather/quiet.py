"""Which pages the quiet pass times, and its timings as evidence of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from lgaudit.evidence import BrowserEvidence, Page, Snapshot, Timings
from lgaudit.models import OK, Kind, Site
from lgaudit.results import PageResult


def choose(pages: Sequence[PageResult], number: int) -> tuple[str, ...]:
    """The home page and then others in an order that only their addresses decide.

    Nothing when the pages have timings already, as in a run that was stopped after this pass.
    """
    if any(page.fcp is not None or page.lcp is not None for page in pages):
        return ()
    seen = [page for page in pages if page.sampled and page.verdict.ok]
    seen.sort(key=lambda p: (p.kind is not Kind.HOME, hashlib.sha256(p.url.encode()).digest()))
    return tuple(page.url for page in seen[:number])


def snapshot(site: Site, pages: Sequence[PageResult], timings: Mapping[str, Timings]) -> Snapshot:
    """A visit that holds nothing but the timings, for the rules that need nothing else."""
    timed = tuple(
        Page(
            url=page.url,
            final_url=page.final_url,
            kind=page.kind,
            browser=BrowserEvidence("", page.title, page.final_url, page.status, quiet=found),
        )
        for page in pages
        if (found := timings.get(page.url)) is not None
    )
    return Snapshot(site=site, verdict=OK, pages=timed)
