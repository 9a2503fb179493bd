"""Whether any of a rule's patterns may be found in a text at all, told by their needles."""

from __future__ import annotations

import re
from functools import lru_cache

from lgaudit.evaluate.needles import ODD, needles

# Patterns of a text that is made of signs alone, and a line without letters or digits of ASCII.
_OF_SIGNS = re.compile(r"\^\(\?:(?:\(\?!\[[^]\\^-]+\]\))?\[\\W_\]\)\+\$")
_SIGNS = re.compile(r"^[^A-Za-z0-9\n]+$", re.M)


def hopeful(patterns: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Those of the patterns that may match a text, or any line of it that stands alone."""
    folded = text.casefold()
    if not text.isascii() and any(map(text.__contains__, ODD)):
        return patterns
    found = []
    for pattern, wanted, of_signs in _wanted(patterns):
        if of_signs:
            hope = _SIGNS.search(text) is not None
        else:
            hope = not wanted or any(map(folded.__contains__, wanted))
        if hope:
            found.append(pattern)
    return tuple(found)


@lru_cache(maxsize=256)
def _wanted(patterns: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
    return tuple(
        (pattern, needles(pattern), _OF_SIGNS.fullmatch(pattern) is not None)
        for pattern in patterns
    )
