"""Does what a site links to answer? Careful: what we cannot be sure of is not called broken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from lgaudit import urls
from lgaudit.evidence import LinkCheck, Page
from lgaudit.gather.answer import Outcome, Response
from lgaudit.gather.budget import Budget
from lgaudit.gather.discover import Link
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import OK, Reason, Site, Verdict

INTERNAL_SHARE = 0.6  # of the checks; what is not needed goes to links elsewhere
AT_ONCE = 8  # checks under way; the gate still asks each host one thing at a time
MOST_PAGES = 200  # pages named with one link
_GONE = frozenset({404, 410, *range(500, 600)})


@dataclass
class Links:
    """Links of one site's pages, gathered while crawling."""

    site: Site
    hosts: Collection[str]
    _pages: dict[str, set[str]] = field(default_factory=dict)
    _main: set[str] = field(default_factory=set)

    def note(self, link: Link, page: str) -> None:
        """Remember one link of a page."""
        self._pages.setdefault(link.url, set()).add(page)
        if link.in_main:
            self._main.add(link.url)

    def found_on(self, url: str) -> tuple[str, ...]:
        """Pages that link to an address, sorted."""
        return tuple(sorted(self._pages.get(url, ())))

    def internal(self, url: str) -> bool:
        """True for links within the site."""
        return urls.same_site(self.site.homepage, url, self.hosts)

    def ordered(self, internal: bool) -> list[str]:
        """Links in main content first, then the most linked, then by address."""
        found = [url for url in self._pages if self.internal(url) is internal]
        return sorted(found, key=lambda u: (u not in self._main, -len(self._pages[u]), u))

    def check_of(self, url: str, outcome: Outcome) -> LinkCheck:
        """The outcome with the pages that link there."""
        return LinkCheck(
            url=url,
            verdict=outcome.verdict,
            status=outcome.status,
            found_on=tuple(sorted(self._pages.get(url, ()))[:MOST_PAGES]),
            internal=self.internal(url),
            in_main=url in self._main,
            attempts=outcome.attempts,
        )


class Checker:
    """Asks for links; the fetcher remembers, so each is asked once a run whoever links there."""

    def __init__(self, fetcher: Fetcher, *, obey: bool = True) -> None:
        self._fetcher, self._obey = fetcher, obey

    async def outcome(self, url: str, site: Site) -> Outcome:
        """HEAD, then GET when in doubt; gone only when two answers agree on it."""
        return await self._fetcher.checked.get(url, lambda: self._ask(url, site))

    async def _ask(self, url: str, site: Site) -> Outcome:
        plan = self._fetcher.plan(site=site, obey=self._obey, limit=0, retries=0)
        first = await self._fetcher.head(url, plan)
        if _useful(first):
            return Outcome(OK, first.status)
        if first.verdict.reason is Reason.DNS:
            return await self._missing_name(first)
        if first.status is None or not first.verdict.ok:
            return Outcome(first.verdict, first.status)
        second = await self._fetcher.request(url, plan)
        if _useful(second):
            return Outcome(OK, second.status, 2)
        if first.status in _GONE and second.status not in _GONE:
            return Outcome(_doubt(second), second.status, 2)
        if second.status in _GONE and first.status not in _GONE:
            # HEAD was refused and said nothing; the second opinion needs another GET.
            third = await self._fetcher.request(url, plan)
            return Outcome(_both(second, third), third.status, 3)
        return Outcome(_both(first, second), second.status, 2)

    async def _missing_name(self, answer: Response) -> Outcome:
        """A name is missing after two look-ups, and only where look-ups are known to work."""
        resolver = self._fetcher.resolver
        if resolver.believable(answer.final_url) and await resolver.gone(answer.final_url):
            return Outcome(answer.verdict, None, 2)
        return Outcome(Verdict(Reason.TIMEOUT, "the name could not be looked up"), None)


async def check(
    links: Links,
    known: Callable[[str], Page | None],
    fetcher: Fetcher,
    budget: Budget,
    most: int,
    *,
    obey: bool = True,
) -> tuple[LinkCheck, ...]:
    """Up to ``most`` links asked for, and what the crawl already knows; sorted by address.

    Args:
        links: the site's links.
        known: gives the page the crawl fetched for an address.
        fetcher: asks, and remembers across sites.
        budget: ends the checks when its time is out.
        most: links to ask for.
        obey: ask robots.txt first.
    """
    results: list[LinkCheck] = []
    unknown: list[str] = []
    for url in links.ordered(internal=True):
        page = known(url)
        if page is not None and _seen_well(page):
            results.append(links.check_of(url, Outcome(OK, page.status)))
        else:
            unknown.append(url)
    elsewhere = links.ordered(internal=False)
    inside = unknown[: max(int(most * INTERNAL_SHARE), most - len(elsewhere))]
    wanted = [*inside, *elsewhere[: most - len(inside)]]
    results += await _all(wanted, links, Checker(fetcher, obey=obey), budget)
    return tuple(sorted(results, key=lambda r: r.url))


async def _all(
    wanted: Iterable[str], links: Links, checker: Checker, budget: Budget
) -> list[LinkCheck]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(url: str) -> LinkCheck:
        async with room:
            if budget.out_of_time:
                return links.check_of(url, Outcome(Verdict(Reason.BUDGET, "no time left"), None, 0))
            return links.check_of(url, await checker.outcome(url, links.site))

    return list(await asyncio.gather(*(one(url) for url in wanted)))


def _useful(answer: Response) -> bool:
    return answer.verdict.ok and answer.status is not None and answer.status < 400


def _seen_well(page: Page) -> bool:
    if page.status is None:
        return False
    return page.status < 400 and page.verdict.reason not in (Reason.SOFT_404, Reason.ERROR_STATUS)


def _both(first: Response, second: Response) -> Verdict:
    if first.status in _GONE and second.status in _GONE:
        return Verdict(Reason.ERROR_STATUS, f"status {second.status}")
    return _doubt(second)


def _doubt(answer: Response) -> Verdict:
    if not answer.verdict.ok:
        return answer.verdict
    return Verdict(Reason.BLOCKED, f"status {answer.status}")
