"""How many sites are looked at side by side: as many as the user allows, while they are light.

A visit is held in memory from its first page until it has been judged. How much its pages take
differs too much to be a setting, so it is learnt from the visits that have come in.
"""

from __future__ import annotations

import asyncio

FEW = 8  # visits held for each process that judges, however heavy they are
SPARE = 8  # held besides those that are asked: they wait to be judged, or are judged
ROOM = 128_000_000  # bytes of pages that all visits held may come to, by what they mostly take


class Places:
    """``await acquire()`` for each visit, ``async with asking()`` while its site is asked.

    At most ``most`` sites are asked at a time. Where ``least`` is given, visits are judged apart:
    then some more are held, and fewer, but never fewer than that, where they are heavy.
    """

    def __init__(self, most: int, *, least: int | None = None) -> None:
        self._most = most + (SPARE if least is not None else 0)
        self._least = self._most if least is None else min(least, self._most)
        self.limit = self._most
        self._asking = asyncio.Semaphore(most)
        self._room = asyncio.Event()
        self._held = self._seen = self._bytes = 0

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

    def asking(self) -> asyncio.Semaphore:
        """What is entered while a site is asked."""
        return self._asking

    def weigh(self, size: int) -> None:
        """Take note of how many bytes the pages of a visit come to."""
        self._seen += 1
        self._bytes += size
        fitting = ROOM * self._seen // max(1, self._bytes)
        self.limit = max(self._least, min(self._most, fitting))
        self._room.set()
