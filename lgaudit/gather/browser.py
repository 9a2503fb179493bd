"""A pool of browsers: a site stays with one of them, and one that hangs or dies is replaced."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

from lgaudit.access import NOBODY, Access
from lgaudit.errors import BrowserMissing
from lgaudit.evidence import BrowserEvidence, Look, Page, Timings, header
from lgaudit.gather import axe, closely, politeness, vitals
from lgaudit.gather.chromium import Programs, find
from lgaudit.gather.looks import Looks
from lgaudit.gather.politeness import CircuitOpen
from lgaudit.gather.tab import PARTS, RESTLESS, BrowserLost, Tab
from lgaudit.machine import cores
from lgaudit.models import Reason, Verdict
from lgaudit.settings import Settings

T = TypeVar("T")

Turn = Callable[[str], AbstractAsyncContextManager[Any]]
STARTS = 3  # times a browser is started before we give it up
GRACE = 3.0  # seconds a page may overrun its deadline before its browser is ended


class BrowserPool:
    """Browsers that see pages: ``async with BrowserPool(settings) as pool``.

    ``axe_rules`` are the axe-core rules to run; without them, all that any bar may hold.
    ``access`` opens the pages of the servers it names. ``spare`` browsers come on top of one for
    each core, unless the settings say how many there are; never more than ``most``.
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
        self.size = min(settings.browsers or cores() + spare, most or sys.maxsize)
        self.versions = ("", "")  # browser and axe-core, as they report themselves
        self._workers: list[_Worker] = []
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._sites: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._quiet = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None

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
            SettingsError: a name map or certificate cannot be used.
        """
        axe.axe_file()
        programs = find(self._settings)
        atexit.register(self._kill)
        self._workers = [
            _Worker(self._settings, programs, self._rules, self._access) for _ in range(self.size)
        ]
        try:
            await asyncio.gather(*(worker.start() for worker in self._workers))
        except BaseException:
            await self.close()
            raise
        self.versions = self._workers[0].versions
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
        told: Callable[[BrowserEvidence | Verdict], Awaitable[None]] | None = None,
    ) -> tuple[BrowserEvidence | Verdict, ...]:
        """See the pages of one site, one after the other, in one browser that starts clean.

        Args:
            site_key: the site's name; two visits to one site never run side by side.
            pages: addresses, or pages whose final address is loaded.
            turn: politeness; each page load happens inside ``async with turn(url)``.
            consent: see also what the first page stores, and its cookie banner.
            looks: the close looks to take, and at which of the pages.
            told: is told of each page; what it raises ends the visit.

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
                found = await worker.see(url, turn, consent=consent and not number)
                if looks is not None and isinstance(found, BrowserEvidence):
                    found = await worker.closely(
                        None if isinstance(page, str) else page, found, looks
                    )
                if told is not None:
                    await told(found)
                seen.append(found)
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

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[_Worker]:
        worker = await self._idle.get()
        try:
            yield worker
        finally:
            self._idle.put_nowait(worker)


@asynccontextmanager
async def ahead(settings: Settings, access: Access, most: int) -> AsyncIterator[BrowserPool]:
    """At most so many browsers, which start while other things are done."""
    pool = BrowserPool(settings, access=access, most=most)
    pool.begin()
    try:
        yield pool
    finally:
        await pool.close()


class _Worker:
    """A thread, the browser it drives, and what to do when that browser fails."""

    def __init__(
        self, settings: Settings, programs: Programs, rules: Sequence[str], access: Access
    ) -> None:
        self._settings, self._programs, self._rules = settings, programs, rules
        self._access = access
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="browser")
        self._tab: Tab | None = None
        self._closed = False
        self.worked = 0.0  # seconds
        self.versions = ("", "")

    async def start(self) -> None:
        """Start the browser, trying again when the machine is too busy for it."""
        if self._closed:
            raise BrowserMissing("The browsers have been closed.")
        for left in reversed(range(STARTS)):
            try:
                await self._in_thread(self._open, self._settings.page_deadline + 60)
                return
            except (BrowserMissing, BrowserLost) as error:
                if not left:
                    if isinstance(error, BrowserMissing):
                        raise
                    raise BrowserMissing(f"No browser would stay up: {error}.") from error

    def _open(self) -> None:
        tab = Tab(self._settings, self._programs, self._rules, self._access)
        if self._closed:  # the pool was closed while the browser was starting
            tab.kill()
            return
        self._tab = tab
        self.versions = (tab.chromium.version, tab.axe_version)

    async def replace(self) -> None:
        """End this browser and start another; without one, the next page tries again."""
        self.kill()
        self._tab = None
        with contextlib.suppress(BrowserMissing):
            await self.start()

    async def begin(self, pages: int) -> None:
        """Get ready for a site: nothing of the one before is left."""
        tab = self._tab
        if tab is None or (tab.pages and tab.pages + pages > self._settings.recycle_pages):
            await self.replace()
            return
        if not tab.pages:  # it has just been started
            return
        try:
            await self._in_thread(tab.forget, self._settings.page_deadline)
        except BrowserLost:
            await self.replace()

    async def see(
        self, url: str, turn: Turn | None, consent: bool = False
    ) -> BrowserEvidence | Verdict:
        """The page's evidence; a page that takes a browser down gets one more try on a new one."""
        try:
            try:
                return await self._see(url, turn, consent)
            except BrowserLost:
                await self.replace()
                return await self._see(url, turn, consent)
        except BrowserLost as lost:
            await self.replace()
            return lost.partial or Verdict(Reason.BROWSER_FAILED, str(lost))
        except CircuitOpen as closed:
            return Verdict(Reason.CIRCUIT_OPEN, str(closed))

    async def _see(self, url: str, turn: Turn | None, consent: bool) -> BrowserEvidence | Verdict:
        tab = await self._ready()
        clock = asyncio.get_running_loop().time
        async with _turn(turn, url) as leave:
            began = clock()
            limit = self._settings.page_deadline + GRACE
            _tell(leave, await self._in_thread(lambda: tab.load(url), limit))
        left = self._settings.page_deadline - (clock() - began)
        seen = await self._in_thread(tab.judge, max(left, 1.0) + GRACE)
        if seen == RESTLESS:  # it would move on under the next page's feet
            await self.replace()
        elif consent and isinstance(seen, BrowserEvidence):
            evidence, limit = seen, self._settings.page_deadline * PARTS["consent"] + GRACE
            try:
                seen = await self._in_thread(lambda: tab.ask(evidence), limit)
            except BrowserLost:
                await self.replace()  # the page itself was seen all the same
        return seen

    async def closely(
        self, page: Page | None, seen: BrowserEvidence, looks: Looks
    ) -> BrowserEvidence:
        """The evidence with close looks at the page just seen, or where to find them instead."""
        instead = looks.instead(page, seen)
        if instead is not None or self._tab is None or not looks.names:
            return replace(seen, alike=instead or "")
        tab, limit = self._tab, min(self._settings.page_deadline, closely.LIMIT) + GRACE
        try:
            found = await self._in_thread(lambda: tab.closely(looks.names, looks.known), limit)
        except BrowserLost as lost:
            await self.replace()
            gone = Look(error=str(lost))
            found = {name: lost.looks.get(name, gone) for name in looks.names}
        return looks.note(page, replace(seen, looks=found))

    async def time(self, url: str, turn: Turn | None) -> Timings | None:
        """Median timings of several loads, or None when none succeeded."""
        loads = []
        for _ in range(self._settings.quiet_loads):
            try:
                tab = await self._ready()
                async with _turn(turn, url):
                    limit = self._settings.page_deadline + GRACE
                    found = await self._in_thread(lambda tab=tab: tab.timings(url), limit)  # type: ignore[misc]
            except BrowserLost:
                await self.replace()
                continue
            except CircuitOpen:
                break
            if found is not None:
                loads.append(found)
        return vitals.middle(loads) if loads else None

    async def _ready(self) -> Tab:
        if self._tab is None:
            await self.replace()
        if self._tab is None:
            raise BrowserLost("The browser could not be started again")
        return self._tab

    async def _in_thread(self, work: Callable[[], T], limit: float) -> T:
        """Do blocking work in this worker's thread; too late, or cancelled, the browser ends."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        future = loop.run_in_executor(self._thread, work)
        future.add_done_callback(lambda _: self._count(loop.time() - began))
        try:
            return await asyncio.wait_for(asyncio.shield(future), limit)
        except BaseException as error:
            if future.done():
                raise
            self.kill()  # frees the thread, which waits for the driver
            lost = BrowserLost(f"The page took more than {limit:.0f} seconds")
            try:
                await asyncio.shield(future)
            except BrowserLost as told:
                lost.partial = told.partial
            except Exception:
                pass  # it was ended; how it fell is of no interest
            self.kill()  # it may have been on its way up
            self._tab = None
            if isinstance(error, TimeoutError):
                raise lost from error
            raise

    def _count(self, seconds: float) -> None:
        self.worked += seconds

    def kill(self) -> None:
        """End the browser, if there is one; from any thread."""
        tab = self._tab
        if tab is not None:
            tab.kill()

    async def close(self) -> None:
        """End the browser and the thread."""
        self._closed = True
        self.kill()
        await asyncio.to_thread(self._thread.shutdown, wait=True)
        self.kill()


def _turn(turn: Turn | None, url: str) -> AbstractAsyncContextManager[Any]:
    return turn(url) if turn is not None else nullcontext()


def _tell(leave: Any, document: vitals.Document) -> None:
    """Let the host's pace follow what it said to the browser."""
    if isinstance(leave, politeness.Turn):
        leave.answered(document.status, asked=header(document.headers, "retry-after"))
