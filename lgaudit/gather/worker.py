"""One browser of the pool: the thread that drives it, and what to do when it fails."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Any, TypeVar

from lgaudit.access import Access
from lgaudit.errors import BrowserMissing, GridDown
from lgaudit.evidence import BrowserEvidence, Look, Page, Timings, header
from lgaudit.gather import appetite, closely, politeness, sheets, vitals
from lgaudit.gather.chromium import Programs
from lgaudit.gather.looks import Looks
from lgaudit.gather.mishaps import BrowserLost
from lgaudit.gather.politeness import CircuitOpen
from lgaudit.gather.tab import PARTS, RESTLESS, Tab
from lgaudit.models import Reason, Verdict
from lgaudit.settings import Settings

T = TypeVar("T")

Turn = Callable[[str], AbstractAsyncContextManager[Any]]
Told = Callable[[str, BrowserEvidence | Verdict, bool], Awaitable[bool]]
STARTS = 3  # times a browser is started before we give it up
GRACE = 3.0  # seconds a page may overrun its deadline before its browser is ended
ELSEWHERE = 4  # times a page is begun again because the node its browser was on has gone
GRID_LOOKS = 5.0  # seconds between two tries to get a browser of a Grid again


class Worker:
    """A thread, the browser it drives, and what to do when that browser fails."""

    def __init__(
        self, settings: Settings, programs: Programs | None, rules: Sequence[str], access: Access
    ) -> None:
        self._settings, self._programs, self._rules = settings, programs, rules
        self._access = access
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="browser")
        self._tab: Tab | None = None
        self._closed = False
        self._clean = False  # nothing is left in the browser since it was last cleared
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
        """End this browser and start another; without one, the next page tries again.

        Raises:
            GridDown: the Grid gives none any more.
        """
        self.kill()
        self._tab = None
        if self._settings.grid:
            await self._wait_for_grid()
            return
        with contextlib.suppress(BrowserMissing):
            await self.start()

    async def _wait_for_grid(self) -> None:
        """A browser of the Grid as soon as there is one: no page is lost for want of it."""
        clock = asyncio.get_running_loop().time
        end = clock() + self._settings.network_minutes * 60
        while not self._closed:
            try:
                await self.start()
                return
            except BrowserMissing as error:
                left = end - clock()
                if left <= 0:
                    raise GridDown(
                        f"{error} What was kept before is safe, and sites that were being looked"
                        " at will be begun again: once the Grid is back, go on with `lgaudit audit"
                        " --resume` (another --grid, or none, is fine)."
                    ) from error
                await asyncio.sleep(min(GRID_LOOKS, left))

    async def _gone(self) -> bool:
        """True when the browser was lost with the node it was on, for no fault of the page."""
        tab = self._tab
        return tab is not None and await asyncio.to_thread(tab.chromium.gone)

    async def begin(self, pages: int) -> None:
        """Get ready for a site: nothing of the one before is left."""
        tab = self._tab
        if tab is None or (tab.pages and tab.pages + pages > self._settings.recycle_pages):
            await self.replace()
        elif tab.pages and not self._clean:
            try:
                await self._in_thread(tab.forget, self._settings.page_deadline)
            except BrowserLost:
                await self.replace()
        self._clean = True

    async def whole(
        self,
        url: str,
        page: Page | None,
        turn: Turn | None,
        consent: bool,
        looks: Looks | None,
        told: Told | None = None,
    ) -> BrowserEvidence | Verdict:
        """The page's evidence with close looks at it, all from one loading of it.

        ``told`` says whether to load it once more, and is told how that went; what it raises ends
        the visit.
        """
        for left in reversed(range(ELSEWHERE)):
            found = await self.see(url, turn, consent)
            if told is not None and await told(url, found, False):
                found = await self.see(url, turn, consent)
                await told(url, found, True)
            if looks is None or isinstance(found, Verdict):
                break
            try:
                return await self.closely(page, found, looks)
            except BrowserLost as lost:
                await self.replace()
                if not left:
                    return replace(found, looks=_unseen(looks, lost))
        return found

    async def see(
        self, url: str, turn: Turn | None, consent: bool = False
    ) -> BrowserEvidence | Verdict:
        """The page's evidence; a page that takes a browser down gets one more try on a new one.

        One whose browser was lost with the node it was on is begun again elsewhere.
        """
        falls = moves = 0
        while True:
            try:
                return await self._see(url, turn, consent)
            except BrowserLost as lost:
                if moves < ELSEWHERE and await self._gone():
                    moves += 1
                else:
                    falls += 1
                await self.replace()
                if falls == 2:
                    return lost.partial or Verdict(Reason.BROWSER_FAILED, str(lost))
            except CircuitOpen as closed:
                return Verdict(Reason.CIRCUIT_OPEN, str(closed))

    async def _see(self, url: str, turn: Turn | None, consent: bool) -> BrowserEvidence | Verdict:
        tab = await self._ready()
        clock = asyncio.get_running_loop().time
        self._clean = False
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
                if await self._gone():
                    raise
                await self.replace()  # the page itself was seen all the same
        return seen

    async def closely(
        self, page: Page | None, seen: BrowserEvidence, looks: Looks
    ) -> BrowserEvidence:
        """The evidence with close looks at the page just seen, or where to find them instead.

        Raises:
            BrowserLost: the node the browser was on has gone.
        """
        instead = looks.instead(page, seen)
        if instead is not None or self._tab is None or not looks.names:
            return replace(seen, alike=instead or "")
        tab, limit = self._tab, min(self._settings.page_deadline, closely.LIMIT) + GRACE
        try:
            pictured, keep = looks.sheet_of(page), looks.sheets.append
            limit += sheets.PATIENCE if pictured else 0
            found = await self._in_thread(
                lambda: tab.closely(looks.names, looks.known, pictured, keep), limit
            )
        except BrowserLost as lost:
            if await self._gone():
                raise
            await self.replace()
            found = _unseen(looks, lost)
        return looks.note(page, replace(seen, looks=found))

    async def time(self, url: str, turn: Turn | None) -> Timings | None:
        """Median timings of several loads, or None when none succeeded."""
        loads: list[dict[str, float | None]] = []
        falls = moves = 0
        while len(loads) + falls < self._settings.quiet_loads:
            try:
                tab = await self._ready()
                self._clean = False
                async with _turn(turn, url):
                    limit = self._settings.page_deadline + GRACE
                    found = await self._in_thread(lambda tab=tab: tab.timings(url), limit)  # type: ignore[misc]
            except BrowserLost:
                if moves < ELSEWHERE and await self._gone():
                    moves += 1
                else:
                    falls += 1
                await self.replace()
                continue
            except CircuitOpen:
                break
            if found is not None:
                loads.append(found)
            else:
                falls += 1
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
            return await appetite.watched(future, limit, self._held)
        except BaseException as error:
            if future.done():
                raise
            self.kill()  # frees the thread, which waits for the driver
            much = f"{appetite.MOST // 10**9} GB of memory"
            what = much if isinstance(error, appetite.TooHungry) else f"{limit:.0f} seconds"
            lost = BrowserLost(f"The page took more than {what}")
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

    def _held(self) -> int:
        return self._tab.chromium.held() if self._tab is not None else 0

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


def _unseen(looks: Looks, lost: BrowserLost) -> dict[str, Look]:
    """The close looks that were finished, and why the others were not."""
    why = Look(error=str(lost))
    return {name: lost.looks.get(name, why) for name in looks.names}


def _turn(turn: Turn | None, url: str) -> AbstractAsyncContextManager[Any]:
    return turn(url) if turn is not None else nullcontext()


def _tell(leave: Any, document: vitals.Document) -> None:
    """Let the host's pace follow what it said to the browser."""
    if isinstance(leave, politeness.Turn):
        leave.answered(document.status, asked=header(document.headers, "retry-after"))
