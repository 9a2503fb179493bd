"""Pages exactly as the user named them: no crawling, no sample, every page is looked at."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lgaudit.evidence import Coverage, Page, Snapshot
from lgaudit.gather import inside
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.look import WORTH_A_BROWSER, with_evidence
from lgaudit.gather.looks import Looks, leaders
from lgaudit.gather.verdict import classify
from lgaudit.models import OK, Kind, Reason, Site, Verdict

if TYPE_CHECKING:
    from lgaudit.gather.browser import BrowserPool

# A page that is named is meant, however little it shows: only what hides it is a reason not to.
MEANT = (Reason.EMPTY_SHELL, Reason.DUPLICATE)
MEANT_FILE = (*MEANT, Reason.SOFT_404)  # a built site holds its own "page not found"
AT_ONCE = 8  # fetches under way; the gate still asks each host one thing at a time


async def visit(
    site: Site,
    targets: Sequence[tuple[str, str]],
    fetcher: Fetcher,
    pool: BrowserPool | None,
    *,
    now: Callable[[], dt.datetime],
    progress: Callable[[str], None] = lambda _: None,
    whole: bool = False,
    files: bool = False,
    closely: Sequence[str] = (),
) -> Snapshot:
    """Look at each target, (URL, what the user called it); pages come back in that order.

    robots.txt is not asked: it speaks to visitors who find their own way, and a team that names
    its own preview has allowed it. Everything else a host is owed, it gets.
    ``whole`` says that the targets are all there is of the site, so that its links to itself and
    its documents are looked at too; ``files`` that they are files, and not answers of a server
    that may say in place of a page that there is none. ``closely`` names the close looks to take.
    """
    meant = MEANT_FILE if files else MEANT
    started = now()
    room = asyncio.Semaphore(AT_ONCE)

    async def fetch(url: str, source: str) -> Page:
        async with room:
            page = await fetcher.get(url, site=site, kind=Kind.OTHER, obey=False, stay=False)
        if pool is None:
            progress(source)
        return page.but(source=source, sampled=True, stratum="given")

    pages = list(await asyncio.gather(*(fetch(url, source) for url, source in targets)))
    empty = Snapshot(site=site, verdict=OK)
    pages = [_meant(page, classify(page, site), meant) for page in pages]
    if pool is not None:
        await pool.ready()
        pages = await _seen(pages, empty, fetcher, pool, progress, meant, closely)
    links, documents = await inside.look(site, pages, fetcher) if whole else ((), ())
    return replace(
        empty,
        links=links,
        documents=documents,
        verdict=next((page.verdict for page in pages if page.verdict.ok), pages[0].verdict),
        pages=tuple(pages),
        lost=tuple((page.url, page.verdict) for page in pages if not page.verdict.ok),
        coverage=Coverage(
            found=len(pages),
            eligible=len(pages),
            sampled=len(pages),
            audited=sum(page.verdict.ok for page in pages),
        ),
        started=started,
        finished=now(),
        browser=pool.versions[0] if pool is not None else "",
    )


def _meant(page: Page, verdict: Verdict, meant: Sequence[Reason]) -> Page:
    kept = page.but(verdict=OK if verdict.reason in meant else verdict)
    kept.forget()  # trees are many times the size of the page
    return kept


async def _seen(
    pages: list[Page],
    empty: Snapshot,
    fetcher: Fetcher,
    pool: BrowserPool,
    progress: Callable[[str], None],
    meant: Sequence[Reason],
    closely: Sequence[str],
) -> list[Page]:
    """The same pages with what a browser saw, shared out between all browsers."""
    worth = [n for n, page in enumerate(pages) if page.verdict.reason in WORTH_A_BROWSER]
    for number, page in enumerate(pages):
        if number not in worth:
            progress(page.source)

    # Whichever browser is first, the same page of each template is looked at closely.
    leading = leaders([pages[n] for n in worth]) if closely else {}

    async def one_browser(share: int) -> None:
        own = worth[share :: pool.size]
        if not own:
            return
        key = f"{empty.site.slug}#{share}"
        seen = await pool.visit(
            key,
            [pages[n] for n in own],
            turn=fetcher.gate.turn,
            looks=Looks(closely, leaders=leading),
        )
        for number, evidence in zip(own, seen, strict=True):
            shown = with_evidence(pages[number], evidence, empty)
            pages[number] = _meant(shown, shown.verdict, meant)
            progress(pages[number].source)

    await asyncio.gather(*(one_browser(share) for share in range(pool.size)))
    return pages
