"""What this machine has: cores and a clock."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import os


def cores() -> int:
    """Cores this program may use: those of the machine, or what a container leaves it."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def now() -> dt.datetime:
    """The time, in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def give_back() -> None:
    """Give memory that was let go back to the system, where its allocator would keep it.

    Trees of pages point at themselves in rounds. They are few objects for the collector and much
    memory for everybody else, so it is told to look.
    """
    import ctypes

    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # other systems have no such call
        ctypes.CDLL(None).malloc_trim(0)
