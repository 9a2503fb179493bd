"""How much of one visit is left."""

from __future__ import annotations

from collections.abc import Callable

from lgaudit.settings import Settings


class Budget:
    """Pages, bytes and minutes of one visit; :attr:`stopped` names the first that ran out."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._end = clock() + settings.site_minutes * 60
        self._bytes = settings.site_bytes
        self.pages = settings.crawl_pages
        self.stopped = ""

    def spend(self, size: int, *, page: bool = False) -> None:
        """Count what one answer cost, in bytes."""
        self._bytes -= size
        self.pages -= page

    def stop(self, why: str) -> None:
        """End the visit early; the first reason stays."""
        self.stopped = self.stopped or why

    def left(self, keep: int = 0) -> bool:
        """True while more than ``keep`` pages, some bytes and some time are left."""
        if self._bytes <= 0:
            self.stop("bytes")
        elif self._clock() >= self._end:
            self.stop("minutes")
        return not self.stopped and self.pages > keep

    @property
    def out_of_time(self) -> bool:
        """True when the minutes are spent."""
        return self._clock() >= self._end
