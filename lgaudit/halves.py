"""Work that is shared out between this process and a copy of it."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from lgaudit.machine import cores

T = TypeVar("T")
R = TypeVar("R")


def in_two(work: Callable[[Sequence[T]], list[R]], items: Sequence[T], least: int) -> list[R]:
    """``work(items)``, the second half of it on another core where there are ``least`` or more.

    For programs of one thread that compute from what they hold: the half is done by a copy of this
    process, which ends with it. What it could not do is done here.
    """
    if len(items) < least or cores() < 2 or threading.active_count() > 1 or not hasattr(os, "fork"):
        return work(items)
    middle = len(items) // 2
    reading, writing = os.pipe()
    child = os.fork()
    if not child:  # nothing of this process is closed or written twice: it leaves without a word
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(work(items[middle:]), pipe, pickle.HIGHEST_PROTOCOL)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        try:
            found = work(items[:middle])
            told = pipe.read()
        finally:
            os.waitpid(child, 0)
    try:
        rest: list[R] = pickle.loads(told)
    except (EOFError, pickle.UnpicklingError):
        rest = work(items[middle:])
    return found + rest
