"""The garbage collector, looking less often while much is made that is let go without it."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def seldom(
    first: int = 200_000, second: int = 20, third: int = 20, *, settled: bool = False
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
