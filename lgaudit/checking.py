"""Pages before release: look at exactly what was given, evaluate it, keep nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lgaudit import __version__
from lgaudit.access import NOBODY, Access
from lgaudit.evaluate import budgets as budget
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.evaluate.sourcelines import Templates, located
from lgaudit.evidence import Coverage
from lgaudit.gather import exactly, look
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.listed import Listed
from lgaudit.gather.listed import pages as pages_listed
from lgaudit.gather.politeness import Gate
from lgaudit.jury import aside, evaluate, our_fault
from lgaudit.models import Engines, Kind, Site
from lgaudit.plan import Clock, Watch, close_looks
from lgaudit.results import PageResult, SiteResult
from lgaudit.run import at_once, browsers, together
from lgaudit.settings import Budget, Settings

if TYPE_CHECKING:
    from lgaudit.gather.browser import BrowserPool

NO_TEMPLATES = Templates()


@dataclass(frozen=True)
class Pages:
    """Pages of one site to check exactly as given: (URL, what the user called it)."""

    site: Site
    targets: tuple[tuple[str, str], ...]
    whole: bool = False  # they are every page of the site: its links to itself are looked at
    files: bool = False  # served from a folder, so that a page about a missing page is meant


def listed(
    sitemap: str, moved: Callable[[str], str], settings: Settings, access: Access = NOBODY
) -> Listed:
    """The pages of a sitemap, see :func:`lgaudit.gather.listed.pages`."""

    async def once() -> Listed:
        async with Fetcher(settings, access=access) as fetcher:
            return await pages_listed(sitemap, fetcher, moved)

    return asyncio.run(once())


class Checker:
    """Checks pages again and again with browsers that stay open; use it with ``async with``.

    A ``pool`` and a ``gate`` may be lent; they outlive the checker. Without a pool, ``most``
    browsers at most are started. ``access`` opens pages that
    are not public; nothing that comes out of here holds it. ``templates`` are what pages are made
    from. Pages with a budget for how fast they show are timed, which takes loads of their own.

    The book may still be being read: pages are looked at meanwhile, and judged when it is there.
    ``looks`` are the close looks to take, where they are known before the book is.
    """

    def __init__(
        self,
        settings: Settings,
        book: Rulebook | asyncio.Task[Rulebook],
        watch: Watch,
        clock: Clock,
        access: Access = NOBODY,
        *,
        looks: Collection[str] | None = None,
        pool: BrowserPool | None = None,
        gate: Gate | None = None,
        templates: Templates = NO_TEMPLATES,
        budgets: Sequence[Budget] = (),
        most: int | None = None,
    ) -> None:
        self._most, self._looks = most, looks
        self._templates, self._budgets = templates, budgets
        self._access = access
        self._settings, self._book = settings, book
        self._watch, self._clock = watch, clock
        self._open = contextlib.AsyncExitStack()
        self._fetcher: Fetcher
        self._pool, self._gate = pool, gate

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as opening:
            fetcher = Fetcher(self._settings, gate=self._gate, access=self._access)
            self._fetcher = await opening.enter_async_context(fetcher)
            if self._pool is None:
                book = await self._rules()
                own = browsers(self._settings, book, self._access, most=self._most)
                self._pool = await opening.enter_async_context(own)
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.__aexit__(kind, error, trace)

    async def engines(self) -> Engines:
        """The versions that judge."""
        book = await self._rules()
        browser, axe_core = self._pool.versions if self._pool is not None else ("", "")
        return Engines(__version__, book.bar.version, axe_core, browser)

    async def _rules(self) -> Rulebook:
        return self._book if isinstance(self._book, Rulebook) else await self._book

    async def clear(self) -> None:
        """Get browsers ready for the next check now, so that it need not wait for that."""
        if self._pool is not None:
            await self._pool.clear()

    async def check(self, jobs: Sequence[Pages]) -> list[SiteResult]:
        """What was found of each job, in the order given."""
        self._watch.stage("Checking", sum(len(job.targets) for job in jobs))
        results: dict[int, SiteResult] = {}
        room = asyncio.Semaphore(at_once(self._settings, self._pool))

        async def one(number: int, job: Pages) -> None:
            async with room:
                results[number] = self._access.hidden(await self._check(job))

        # A book that cannot be read is no fault of the pages, so it is waited for here too.
        await together((self._rules(), *(one(number, job) for number, job in enumerate(jobs))))
        return [results[number] for number in range(len(jobs))]

    async def _check(self, job: Pages) -> SiteResult:
        def seen(source: str) -> None:
            self._watch.page(source)
            self._watch.step(source)

        try:
            looks = close_looks(await self._rules()) if self._looks is None else self._looks
            visit = await exactly.visit(
                job.site,
                job.targets,
                self._fetcher,
                self._pool,
                now=self._clock,
                progress=seen,
                whole=job.whole,
                files=job.files,
                closely=tuple(looks),
            )
            result = await aside(evaluate, await self._rules(), visit)
            result = await asyncio.to_thread(located, visit, result, self._templates)
            if job.files:
                result = _in_paths(result)
            return await self._timed(result)
        except Exception as error:
            if isinstance(error, look.FATAL):
                raise
            fault = our_fault(error)
            lost = (PageResult(u, u, "", Kind.OTHER, fault, True, source=s) for u, s in job.targets)
            return SiteResult(job.site, fault, Coverage(), pages=tuple(lost))

    async def _timed(self, result: SiteResult) -> SiteResult:
        """The result with timings of the pages that have a budget for them."""
        wanted = [
            p.url for p in result.pages if p.verdict.ok and budget.timed(self._budgets, p.url)
        ]
        if not wanted or self._pool is None:
            return result
        turn = self._fetcher.gate.turn
        timings = await self._pool.quiet(result.site.slug, wanted, turn=turn)
        pages = tuple(
            replace(page, fcp=found.fcp, lcp=found.lcp, tbt=found.tbt)
            if (found := timings.get(page.url))
            else page
            for page in result.pages
        )
        return replace(result, pages=pages)


def _in_paths(result: SiteResult) -> SiteResult:
    """The result with addresses of a served folder as paths in it: its host is made up."""
    made_up = result.site.homepage.rstrip("/")

    def plain(text: str) -> str:
        return text.replace(f"{made_up}/", "/") if made_up in text else text

    findings = tuple(
        replace(
            finding,
            message=plain(finding.message),
            spots=tuple(
                replace(spot, snippet=plain(spot.snippet), message=plain(spot.message))
                for spot in finding.spots
            ),
        )
        for finding in result.findings
    )
    return replace(result, findings=findings)
