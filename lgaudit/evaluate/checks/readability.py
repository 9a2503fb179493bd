"""How easy a text is to read: Flesch's reading ease over the sentences of the prose."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import pyphen

from lgaudit.evaluate.checks.vocabulary import Result, failed, inapplicable, page_check, passed
from lgaudit.evaluate.reading import read
from lgaudit.evaluate.words import english
from lgaudit.evidence import Page

_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’-][A-Za-zÀ-ÿ]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
MOST_WORDS = 3_000  # of one page: more would not change the answer


@page_check
def reading_ease_at_least(
    page: Page, *, least: float = 50.0, minimum_words: int = 200, minimum_sentences: int = 10
) -> Result:
    """Flesch's reading ease (0 hard, 100 easy) of the page's sentences is at least ``least``.

    A run without a full stop is no sentence and is left out. Syllables are counted from where
    the word may be hyphenated, which finds too few rather than too many.
    """
    words = sentences = syllables = 0
    for _, _, _, text in read(page).finished:
        counts, parts, tell = zip(*map(_counted, text.split()), strict=True)
        if not any(tell) or (found := sum(counts)) < 3:
            continue
        sentences += 1
        words += found
        syllables += sum(parts)
        if words >= MOST_WORDS:
            break
    if words < minimum_words or sentences < minimum_sentences:
        return inapplicable("There is too little text to measure.")
    ease = round(206.835 - 1.015 * words / sentences - 84.6 * syllables / words, 1)
    said = f"Reading ease {ease:g} over {words} words; it should be {least:g} or more"
    if ease >= least:
        return passed(f"{said}.", metric=ease)
    return failed(f"{said}.", metric=ease)


@lru_cache(maxsize=32_768)
def _counted(piece: str) -> tuple[int, int, bool]:
    """Words and syllables between two spaces, and whether they tell that this is English."""
    found = _WORD.findall(piece)
    return len(found), sum(map(syllables_of, found)), english(piece)


@lru_cache(maxsize=32_768)
def syllables_of(word: str) -> int:
    """Syllables of an English word, at least 1."""
    hyphens = len(hyphenation().positions(word)) + 1
    # Hyphenation leaves one or two letters at an end together; count the vowels of short words.
    return hyphens if len(word) > 6 else max(hyphens, _by_vowels(word.lower()))


def _by_vowels(word: str) -> int:
    count = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee")) and count > 1:
        count -= 1
    if word.endswith("ed") and not word.endswith(("ted", "ded")) and count > 1:
        count -= 1
    return max(1, count)


@cache
def hyphenation() -> pyphen.Pyphen:
    """The British dictionary of syllables; the first call reads it."""
    return pyphen.Pyphen(lang="en_GB", left=1, right=1)
