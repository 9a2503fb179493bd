"""Whether any of a rule's patterns may be found in a text at all, told by their needles."""

from __future__ import annotations

from functools import lru_cache

from lgaudit.evaluate.needles import ODD, needles


def hopeful(patterns: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Those of the patterns that may match a text, or any part of it that stands alone."""
    folded = text.casefold()
    if not text.isascii() and any(map(text.__contains__, ODD)):
        return patterns
    return tuple(
        [
            pattern
            for pattern, wanted in _wanted(patterns)
            if not wanted or any(map(folded.__contains__, wanted))
        ]
    )


@lru_cache(maxsize=256)
def _wanted(patterns: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((pattern, needles(pattern)) for pattern in patterns)
