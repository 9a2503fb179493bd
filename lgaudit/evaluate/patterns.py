"""Regular expressions from rule files, run with a time limit because anyone may write them.

Use :func:`search` and :func:`finditer` for every pattern that came from an option. A pattern that
takes too long raises :class:`PatternTimeout`, which the judge turns into ``cantTell``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import regex

from lgaudit.evaluate.needles import ODD, needles

SECONDS_A_SEARCH = 0.25  # of processor time; a sound pattern needs about 1 ms for a long page
SECONDS_A_CHECK = 1.0  # all searches of one check on one page together
MAXIMUM_LENGTH = 2_000
SHORT = 120  # characters: a search in a text this short is remembered
IGNORECASE = int(regex.IGNORECASE)
_left: ContextVar[float | None] = ContextVar("seconds of pattern time left", default=None)


class PatternTimeout(Exception):
    """A pattern ran over its time limit."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"the pattern {shortened(pattern)} takes too long on this text")


@lru_cache(maxsize=2048)
def compiled(pattern: str, flags: int = IGNORECASE) -> regex.Pattern[str]:
    """The compiled pattern. Raises ``regex.error`` when it is not a valid one."""
    return regex.compile(pattern, flags)


def search(pattern: str, text: str, flags: int = IGNORECASE) -> regex.Match[str] | None:
    """The first match, ignoring case unless told otherwise. Raises PatternTimeout."""
    if len(text) <= SHORT:
        return _search_short(pattern, text, flags)
    return _search(pattern, text, flags)


@lru_cache(maxsize=16_384)
def _search_short(pattern: str, text: str, flags: int) -> regex.Match[str] | None:
    """Labels, alt texts and link texts come again on every page of a site."""
    return _search(pattern, text, flags)


def _search(pattern: str, text: str, flags: int) -> regex.Match[str] | None:
    if hopeless(pattern, text):
        return None
    limit, start = _limit(pattern), time.thread_time()
    try:
        return compiled(pattern, flags).search(text, timeout=limit)
    except TimeoutError as error:
        raise PatternTimeout(pattern) from error
    finally:
        _spend(time.thread_time() - start)


def finditer(pattern: str, text: str, flags: int = IGNORECASE) -> list[regex.Match[str]]:
    """Every match in order, ignoring case unless told otherwise. Raises PatternTimeout."""
    if hopeless(pattern, text):
        return []
    limit, start = _limit(pattern), time.thread_time()
    try:
        return list(compiled(pattern, flags).finditer(text, timeout=limit))
    except TimeoutError as error:
        raise PatternTimeout(pattern) from error
    finally:
        _spend(time.thread_time() - start)


def hopeless(pattern: str, text: str) -> bool:
    """True when the text holds none of the words of which every match must hold one."""
    wanted = needles(pattern)
    if not wanted:
        return False
    folded = _folded(text) if len(text) > SHORT else text.casefold()
    if any(map(folded.__contains__, wanted)):
        return False
    return text.isascii() or not any(map(text.__contains__, ODD))


@lru_cache(maxsize=8)
def _folded(text: str) -> str:
    """Many patterns are tried on the same long text, one after the other."""
    # Plain letters are folded many times faster where the sign between blocks is not by.
    return "\uffff".join([part.casefold() for part in text.split("\uffff")])


@contextmanager
def budget(seconds: float = SECONDS_A_CHECK) -> Iterator[None]:
    """Share ``seconds`` of pattern time among all searches made inside."""
    token = _left.set(seconds)
    try:
        yield
    finally:
        _left.reset(token)


def renew(seconds: float = SECONDS_A_CHECK) -> None:
    """All of it again for the searches that follow inside :func:`budget`."""
    _left.set(seconds)


def _limit(pattern: str) -> float:
    left = _left.get()
    limit = SECONDS_A_SEARCH if left is None else min(SECONDS_A_SEARCH, left)
    if limit <= 0:
        raise PatternTimeout(pattern)
    return limit


def _spend(seconds: float) -> None:
    left = _left.get()
    if left is not None:
        _left.set(left - seconds)


def shortened(pattern: str) -> str:
    """A pattern as a message shows it, at most 60 characters."""
    return repr(pattern if len(pattern) <= 60 else pattern[:59] + "…")


def faults(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(option, what is wrong) for every ``…pattern(s)`` option that is no valid pattern."""
    found = []
    for name, value in options.items():
        if not name.endswith(("pattern", "patterns")):
            continue
        for pattern in each_pattern(value):
            reason = _fault(pattern)
            if reason:
                found.append((name, f"{shortened(pattern)} is not a valid pattern: {reason}"))
    return found


def each_pattern(value: object) -> list[str]:
    """The patterns in an option's value: a string, a list of them, or the values of a table."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, Sequence):
        return [item for item in value if isinstance(item, str)]
    return []


def _fault(pattern: str) -> str:
    if len(pattern) > MAXIMUM_LENGTH:
        return f"it is {len(pattern)} characters long, over {MAXIMUM_LENGTH}"
    try:
        compiled(pattern)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        return str(error) or type(error).__name__
    return ""
