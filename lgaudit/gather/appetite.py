"""How much memory a browser holds, so that one page cannot take what the machine has."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

MOST = 6_000_000_000  # bytes of one browser with all its processes; heavy pages take a tenth
LOOKS = 0.5  # seconds between two looks
_PROCESSES = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class TooHungry(TimeoutError):
    """The browser holds more memory than any page may ask for."""


def held_by(group: int) -> int:
    """Bytes that the processes of a group hold; 0 where the system does not tell."""
    total = 0
    with suppress(OSError):
        for entry in os.scandir(_PROCESSES):
            if not entry.name.isdigit():
                continue
            with suppress(OSError, ValueError, IndexError):
                said = Path(entry.path, "stat").read_bytes().rpartition(b")")[2].split()
                if int(said[2]) == group:
                    total += int(said[21]) * _PAGE
    return total


async def watched(work: asyncio.Future[T], limit: float, held: Callable[[], int]) -> T:
    """The outcome of work that a browser does; the work goes on when this gives up on it.

    Raises:
        TimeoutError: it took longer than ``limit`` seconds.
        TooHungry: the browser came to hold more than :data:`MOST`.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + limit
    while True:
        left = end - clock()
        await asyncio.wait({work}, timeout=max(0.0, min(LOOKS, left)))
        if work.done():
            return work.result()
        if left <= LOOKS and clock() >= end:
            raise TimeoutError
        if held() > MOST:
            raise TooHungry
