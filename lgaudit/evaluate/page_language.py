"""Which language a page is really in, so that rules for English never judge Welsh text.

Declared languages are believed except in the one case that is common here: a Welsh page that
says it is English. Small function words decide, because names and loan words fool nobody there.
"""

from __future__ import annotations

import re

from lgaudit.evaluate.plainwords import words_of
from lgaudit.evidence import Page

ENGLISH = frozenset(
    "the of and to in for is on that by this with you it not or be are from at as your all have"
    " an was we will can if has about which their".split()
)
WELSH = frozenset(
    "y yr yn i ar a'r o'r i'r ac neu mae wedi gan sydd bod eich eu ein cyngor gyda am ei hyn os"
    " chi dylai gallwch oes nid ydy yw bydd gael".split()
)
LEAST_WORDS = 20  # fewer say nothing sure about a language
LEAST_SHARE = 0.06  # of the words; plain text has 20% or more, other languages by chance up to 4%
WORDS_READ = 600
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def language_of(page: Page) -> str:
    """'en', 'cy' or another subtag; '' when neither the page nor its text tells."""
    declared = page.lang
    if declared not in ("", "en"):
        return declared
    words = _words(page.text)
    english, welsh = _votes(words)
    least = max(LEAST_WORDS // 4, LEAST_SHARE * len(words))
    if welsh > 2 * english and welsh >= least:
        return "cy"
    if declared:
        return declared
    return "en" if english > 2 * welsh and english >= least else ""


def votes(text: str) -> tuple[float, float]:
    """How many of the first words are small words of English, and of Welsh.

    Both are 0 for a text too short to tell.
    """
    return _votes(_words(text))


def _words(text: str) -> list[str]:
    """The first words in small letters; none of a text too short to tell."""
    start = text[: 20 * WORDS_READ].lower().replace("’", "'")  # words of 20 letters are rare
    words = words_of(start[: 10 * WORDS_READ], WORD)
    if len(words) <= WORDS_READ:  # the last of them may have been cut
        words = words_of(start, WORD)
    return words[:WORDS_READ] if len(words) >= LEAST_WORDS else []


def _votes(words: list[str]) -> tuple[float, float]:
    return sum(map(ENGLISH.__contains__, words)), sum(map(WELSH.__contains__, words))
