"""How many sites are looked at side by side: as many as keep those that judge busy, and no more.

A site that is asked before anybody has time to judge it gains nothing and is held in memory. How
long sites take to answer and pages to judge differs too much to be a setting: so a run begins with
few, takes up more while those that judge have nothing to do, and fewer while visits wait for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FIRST = 8  # visits held for each core, to begin with
SPARE = 8  # held besides those that are asked, at most: they wait to be judged, or are judged


class Places:
    """``await acquire()`` for each visit, ``async with asking()`` while its site is asked.

    At most ``most`` sites are asked at a time. Without ``judges`` that is all; with them the
    visits held (asked, waiting or being judged) are ``first`` to begin with, then as many as the
    judges keep up with.
    """

    def __init__(self, most: int, *, judges: int = 0, first: int = 0) -> None:
        self._most = most + (SPARE if judges else 0)
        self._least = min(self._most, first) if judges else self._most
        self.limit = self._least
        self._judges = judges
        self._asking = asyncio.Semaphore(most)
        self._room = asyncio.Event()
        self._held = self._fetched = 0

    async def acquire(self) -> None:
        """Wait until one more visit may be held; for one who takes up visits, no more."""
        while self._held >= self.limit:
            self._room.clear()
            await self._room.wait()
        self._held += 1

    def release(self) -> None:
        """A visit is done with, or there was none."""
        self._held -= 1
        self._room.set()

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """While a site is asked; then its visit waits to be judged."""
        async with self._asking:
            try:
                yield
            finally:
                before, self._fetched = self._fetched, self._fetched + 1
        if before < self._judges:  # one of them had nothing to do
            self.limit = min(self._most, self.limit + 1)
            self._room.set()
        elif self._judges and before > self._judges + SPARE // 2:
            self.limit = max(self._least, self.limit - 1)

    def judged(self) -> None:
        """A visit that was asked has been judged, or lost."""
        self._fetched -= 1
