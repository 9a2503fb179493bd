"""A folder of built pages as a whole site: its links to itself, and the documents it holds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from lgaudit import urls
from lgaudit.evidence import Document, LinkCheck, Page
from lgaudit.gather import attachments, discover, links
from lgaudit.gather.attachments import Attachments
from lgaudit.gather.budget import Budget
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.frontier import key_of
from lgaudit.gather.links import Links
from lgaudit.gather.tour import read_pdf
from lgaudit.models import Site

MOST_LINKS = 5_000  # asked for; nothing leaves this machine, so many cost little


async def look(
    site: Site,
    pages: Sequence[Page],
    fetcher: Fetcher,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[tuple[LinkCheck, ...], tuple[Document, ...]]:
    """Links between the pages, and linked files; only the site's own server is ever asked.

    Nothing is known of a site without its home page: links may well lead out of the folder.
    """
    own = urls.netloc_of(site.homepage)
    seen = {key_of(page.url): page for page in pages}
    if key_of(site.homepage) not in seen:
        return (), ()
    linked, files = Links(site, (own,)), Attachments(site, (own,))
    for page in pages:
        if page.verdict.ok:
            await asyncio.to_thread(_note, page, own, linked, files)
    budget = Budget(fetcher.settings, clock)
    documents = await attachments.look(files, fetcher, budget, read_pdf, obey=False)
    checked = await links.check(
        linked, lambda url: seen.get(key_of(url)), fetcher, budget, MOST_LINKS, obey=False
    )
    return checked, documents


def _note(page: Page, own: str, linked: Links, files: Attachments) -> None:
    for link in discover.links_of(page):
        if urls.netloc_of(link.url) == own:
            linked.note(link, page.url)
            files.note(link, page.url)
    page.forget()
