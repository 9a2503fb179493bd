"""A pool of browsers: a site stays with one of them, and one that hangs or dies is replaced."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from lgaudit.access import NOBODY, Access
from lgaudit.evidence import BrowserEvidence, Page, Timings
from lgaudit.gather import axe, grid
from lgaudit.gather.chromium import find
from lgaudit.gather.looks import Looks
from lgaudit.gather.worker import Told, Turn, Worker
from lgaudit.machine import cores
from lgaudit.models import Verdict
from lgaudit.settings import Settings

PAGES_A_BROWSER = 8  # of a check; with fewer, one browser more than cores costs what it gains


class BrowserPool:
    """Browsers that see pages: ``async with BrowserPool(settings) as pool``.

    ``axe_rules`` are the axe-core rules to run; without them, all that any bar may hold.
    ``access`` opens the pages of the servers it names. ``spare`` browsers come on top of one for
    each core, unless the settings say how many there are; never more than ``most``. With a Grid
    there are as many as its nodes have room for.
    """

    def __init__(
        self,
        settings: Settings,
        axe_rules: Sequence[str] = (),
        access: Access = NOBODY,
        spare: int = 0,
        most: int | None = None,
    ) -> None:
        self._settings = settings
        self._access = access
        self._rules = tuple(axe_rules)
        usual = settings.browsers or (0 if settings.grid else cores() + spare)
        self.size = min(usual, most or sys.maxsize)  # of a Grid: known when it has been asked
        self._most = most
        self._workers: list[Worker] = []
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()
        self._sites: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._quiet = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None

    @property
    def versions(self) -> tuple[str, str]:
        """Browser and axe-core, as they report themselves; nodes of a Grid may have several."""
        seen = {worker.versions for worker in self._workers if worker.versions[0]}
        browsers, engines = (sorted({pair[n] for pair in seen}) for n in (0, 1))
        return ", ".join(browsers), ", ".join(engines)

    @property
    def worked(self) -> float:
        """Seconds that the browsers have worked so far, all together; pauses are left out."""
        return sum(worker.worked for worker in self._workers)

    def begin(self) -> None:
        """Start every browser while other things are done; :meth:`ready` waits for them."""
        self._starting = asyncio.create_task(self.start())

    async def ready(self) -> None:
        """Wait until the browsers that were begun are there.

        Raises:
            As :meth:`start`.
        """
        if self._starting is not None:
            await asyncio.shield(self._starting)

    async def start(self) -> None:
        """Start every browser.

        Raises:
            BrowserMissing: there is no usable browser; says what to install.
            GridDown: the Grid of the settings does not answer.
            SettingsError: a name map or certificate cannot be used.
        """
        axe.axe_file()
        programs = None if self._settings.grid else find(self._settings)
        if self._settings.grid:
            room = await asyncio.to_thread(grid.browsers, self._settings)
            self.size = min(self.size or room, room, self._most or sys.maxsize)
        atexit.register(self._kill)
        self._workers = [
            Worker(self._settings, programs, self._rules, self._access) for _ in range(self.size)
        ]
        try:
            await asyncio.gather(*(worker.start() for worker in self._workers))
        except BaseException:
            await self.close()
            raise
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def close(self) -> None:
        """End every browser and remove what it left on disk."""
        if self._starting not in (None, asyncio.current_task()):
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        self._kill()
        await asyncio.gather(*(worker.close() for worker in self._workers))
        self._workers.clear()
        if self._settings.grid:
            await asyncio.to_thread(grid.handed_back)
        atexit.unregister(self._kill)

    def _kill(self) -> None:
        for worker in self._workers:
            worker.kill()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def visit(
        self,
        site_key: str,
        pages: Sequence[str | Page],
        turn: Turn | None = None,
        *,
        consent: bool = False,
        looks: Looks | None = None,
        told: Told | None = None,
    ) -> tuple[BrowserEvidence | Verdict, ...]:
        """See the pages of one site, one after the other, in one browser that starts clean.

        Args:
            site_key: the site's name; two visits to one site never run side by side.
            pages: addresses, or pages whose final address is loaded.
            turn: politeness; each page load happens inside ``async with turn(url)``.
            consent: see also what the first page stores, and its cookie banner.
            looks: the close looks to take, and at which of the pages.
            told: is told of each page and whether it was loaded again, and says whether to load it
                once more; what it raises ends the visit.

        Returns:
            Evidence, or why there is none, for each page in order.
        """
        seen = []
        async with self._sites[site_key], self._one() as worker:
            await worker.begin(len(pages))
            for number, page in enumerate(pages):
                if number and number % self._settings.recycle_pages == 0:
                    await worker.replace()
                url = page if isinstance(page, str) else page.final_url or page.url
                known = None if isinstance(page, str) else page
                first = consent and not number
                seen.append(await worker.whole(url, known, turn, first, looks, told))
        return tuple(seen)

    async def quiet(
        self, site_key: str, urls: Sequence[str], turn: Turn | None = None
    ) -> dict[str, Timings]:
        """Time pages while no other browser of the pool loads anything.

        Each is loaded ``settings.quiet_loads`` times with empty caches; the medians are kept.
        Pages that cannot be timed are left out.
        """
        async with self._quiet, self._sites[site_key], contextlib.AsyncExitStack() as held:
            workers = [await held.enter_async_context(self._one()) for _ in self._workers]
            worker = workers[0]
            await worker.begin(len(urls))
            timings = {}
            for url in urls:
                if found := await worker.time(url, turn):
                    timings[url] = found
            await worker.begin(0)
            return timings

    async def clear(self) -> None:
        """Leave nothing of a site in browsers that have nothing to do, before the next asks."""
        async with contextlib.AsyncExitStack() as held:
            idle = [await held.enter_async_context(self._one()) for _ in range(self._idle.qsize())]
            await asyncio.gather(*(worker.begin(0) for worker in idle))

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[Worker]:
        worker = await self._idle.get()
        try:
            yield worker
        finally:
            self._idle.put_nowait(worker)


@asynccontextmanager
async def ahead(settings: Settings, access: Access, most: int) -> AsyncIterator[BrowserPool]:
    """Browsers for at most so many pages, which start while other things are done.

    Browsers wait for a quarter of their time; where there are pages enough to pay for starting
    it, one more than there are cores fills that.
    """
    spare = 1 if most >= PAGES_A_BROWSER * cores() else 0
    pool = BrowserPool(settings, access=access, spare=spare, most=most)
    pool.begin()
    try:
        yield pool
    finally:
        await pool.close()
