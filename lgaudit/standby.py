"""A checker in a thread of its own, for programs that have other things to do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from lgaudit.checking import Checker, Pages
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.politeness import Gate
from lgaudit.machine import now
from lgaudit.models import Engines
from lgaudit.plan import Unwatched, Watch, needs_browser
from lgaudit.results import SiteResult
from lgaudit.settings import Settings
from lgaudit.urls import host_of, is_this_machine

T = TypeVar("T")


class Standby:
    """``with Standby(settings) as standby: standby.check(jobs, book)``, as often as you like.

    The browsers start with the first check that needs one and serve all that follow. What was
    learnt of a host (its pace, its troubles) is kept, but for hosts on this machine: those are
    the user's own, change from check to check, and need no pace. Checks from several threads
    take turns.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gate = Gate(settings)
        self._pool: BrowserPool | None = None
        self._turn = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="standby", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def check(
        self,
        jobs: Sequence[Pages],
        book: Rulebook,
        watch: Watch | None = None,
        *,
        browser: bool = True,
    ) -> tuple[list[SiteResult], Engines]:
        """What is found of these pages; with ``browser=False`` without one.

        Raises:
            BrowserMissing: a rule needs a browser and none can be started.
        """
        with self._turn:
            return self._do(self._check(jobs, book, watch or Unwatched(), browser))

    def close(self) -> None:
        """End the browsers and the thread; a second time does nothing."""
        if self._loop.is_closed():
            return
        with self._turn:
            if self._pool is not None:
                self._do(self._pool.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=10)
            self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        doing = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return doing.result()
        except BaseException:  # Ctrl-C here must end what goes on there
            doing.cancel()
            raise

    async def _check(
        self, jobs: Sequence[Pages], book: Rulebook, watch: Watch, browser: bool
    ) -> tuple[list[SiteResult], Engines]:
        own = all(is_this_machine(host_of(job.site.homepage)) for job in jobs)
        wanted = browser and self._settings.browser and needs_browser(book)
        settings = msgspec.structs.replace(
            self._settings, browser=wanted, **({"pace": 0.0} if own else {})
        )
        async with Checker(
            settings,
            book,
            watch,
            now,
            pool=await self._browsers() if wanted else None,
            gate=None if own else self._gate,
        ) as checker:
            return await checker.check(jobs), await checker.engines()

    async def _browsers(self) -> BrowserPool:
        if self._pool is None:
            pool = BrowserPool(self._settings)
            await pool.start()
            self._pool = pool
        return self._pool
