"""The garbage collector: looking seldom while much is made, and when memory is to be given back."""

from __future__ import annotations

import contextlib
import functools
import gc
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def seldom(
    first: int = 1_000_000, second: int = 20, third: int = 20, *, settled: bool = False
) -> Iterator[None]:
    """Look for cycles at these thresholds (see :func:`gc.set_threshold`) while this lasts.

    ``settled`` says that what there is now stays, such as the rulebook: it is not looked through.
    """
    before = gc.get_threshold()
    if settled:
        gc.collect()
        gc.freeze()
    gc.set_threshold(first, second, third)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if settled:
            gc.unfreeze()


def give_back() -> None:
    """Give memory that was let go back to the system, where its allocator would keep it.

    Trees of pages point at themselves in rounds. They are few objects for the collector and much
    memory for everybody else, so it is told to look.
    """
    gc.collect()
    trim = _trim()
    if trim is not None:
        trim(0)


@functools.cache
def _trim() -> Callable[[int], object] | None:
    import ctypes

    try:
        found: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # other systems have no such call
        return None
    return found
