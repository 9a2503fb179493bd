"""What holds a run up: the pace that sites are asked at, the browsers, or the processor."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

PROCESSOR, BROWSERS, PACE = "the processor", "the browsers", "the pace at each site"
BUSY = 0.85  # share of one core: this program's own work is the narrow place
AT_WORK = 0.7  # share of the time that browsers work, pauses between pages left out
LEAST = 5.0  # seconds; less says too little


class Bounds:
    """Compares what was done between two questions with what could have been.

    ``worked`` is the seconds that all browsers together have worked so far, ``browsers`` how many
    there are; ``clock`` and ``spent`` are seconds gone by and seconds of this process's CPU,
    ``load`` the processes that want a core, for each core.
    """

    def __init__(
        self,
        worked: Callable[[], float] = lambda: 0.0,
        browsers: int = 0,
        *,
        clock: Callable[[], float] = time.monotonic,
        spent: Callable[[], float] = time.process_time,
        load: Callable[[], float] | None = None,
    ) -> None:
        self._worked, self._browsers = worked, browsers
        self._clock, self._spent, self._load = clock, spent, load or _load
        self._before = (clock(), spent(), worked())
        self._said = ""

    def now(self) -> str:
        """What held the run up since this was last asked; '' in the first seconds."""
        after = (self._clock(), self._spent(), self._worked())
        seconds, spent, worked = (b - a for a, b in zip(self._before, after, strict=True))
        if seconds < LEAST:
            return self._said
        self._before = after
        if spent >= BUSY * seconds or self._load() >= 1:
            self._said = PROCESSOR
        elif self._browsers and worked >= AT_WORK * seconds * self._browsers:
            self._said = BROWSERS
        else:
            self._said = PACE
        return self._said


def _load() -> float:
    try:
        return os.getloadavg()[0] / (os.cpu_count() or 1)
    except (AttributeError, OSError):  # not every system tells
        return 0.0
