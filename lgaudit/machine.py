"""What this machine has: cores and a clock."""

from __future__ import annotations

import datetime as dt
import os


def cores() -> int:
    """Cores this program may use: those of the machine, or what a container leaves it."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def now() -> dt.datetime:
    """The time, in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
