"""Which of all the words that rules look for a page holds: it is read once for all of them.

Most rules on wording find nothing on most pages, and to learn that each had to look through the
page for itself. Here every rule says once what it looks for (:func:`sought`, :class:`Phrases`), a
page is sifted once for all that has been asked so far (:func:`sift`), and :meth:`Sifted.lacks`
then answers without looking at the page. It never says so of a page that a rule would match; of a
word it has not heard of before the page was sifted it says nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lgaudit.evaluate.needles import ODD, needles
from lgaudit.evaluate.words import MASK

MOST_SOUGHT = 5_000  # words of all rules together; later rules look for themselves
MOST_TEXT = 400_000  # characters of different words; pages with more are not sifted
_MOST_KEPT = 20_000  # pieces of text whose words are remembered from page to page
_LONGEST = 40  # characters of a piece that is remembered
_NEVER = sys.maxsize
_UNREADABLE = (MASK, "\uffff")  # stand in what rules read, and not in what is sifted


@dataclass(frozen=True, slots=True)
class Sought:
    """What a rule looks for: where none of the words stands, it finds nothing."""

    words: frozenset[str]
    since: int  # how many words a page must have been sifted for, to be asked


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is known of the words of a page."""

    held: frozenset[str]
    asked: int  # how many words it was sifted for

    def lacks(self, some: Sought) -> bool:
        """True when none of the words stands on the page, for certain."""
        return some.since <= self.asked and self.held.isdisjoint(some.words)


class _Sieve:
    """All words asked for up to a moment, found by the two letters that each begins with."""

    def __init__(self, words: Iterable[str]) -> None:
        self.asked = 0
        self._pairs: dict[str, list[str]] = {}
        self._single: list[str] = []
        self._kept: dict[str, tuple[str, ...]] = {}
        for word in words:
            self.asked += 1
            if len(word) == 1:
                self._single.append(word)
            else:
                self._pairs.setdefault(word[:2], []).append(word)

    def held(self, pieces: Iterable[str]) -> frozenset[str]:
        """The words that stand in any of the pieces."""
        found: set[str] = set()
        kept = self._kept
        for piece in pieces:
            words = kept.get(piece)
            if words is None:
                words = self._within(piece)
                if len(piece) <= _LONGEST and len(kept) < _MOST_KEPT:
                    kept[piece] = words
            if words:
                found.update(words)
        return frozenset(found)

    def _within(self, piece: str) -> tuple[str, ...]:
        pairs = self._pairs
        found = [
            word
            for at in range(len(piece) - 1)
            for word in pairs.get(piece[at : at + 2], ())
            if piece.startswith(word, at)
        ]
        found += [word for word in self._single if word in piece]
        return tuple(found)


_asked: dict[str, int] = {}  # word -> its number, from 1
_sieve = _Sieve(())


def sift(texts: Collection[str]) -> Sifted:
    """What the texts of a page, or all its different words, hold of all words asked for so far."""
    global _sieve
    other = " ".join([text for text in texts if not text.isascii()])
    if sum(map(len, texts)) > MOST_TEXT or any(map(other.__contains__, ODD)):
        return Sifted(frozenset(), -1)
    sieve = _sieve
    if sieve.asked < len(_asked):
        _sieve = sieve = _Sieve(tuple(_asked))
    # Text of plain letters is made small many times faster when no other letter stands in it.
    pieces = set(" ".join([text for text in texts if text.isascii()]).lower().split())
    pieces.update(_plain(other).split())
    return Sifted(sieve.held(pieces), sieve.asked)


@lru_cache(maxsize=4096)
def sought(patterns: tuple[str, ...]) -> Sought:
    """What stands in a text that any of these patterns matches."""
    words: set[str] = set()
    for pattern in patterns:
        found = [_piece(needle) for needle in needles(pattern)]
        if not found or not all(found):
            return Sought(frozenset(), _NEVER)
        words.update(found)
    return _sought(words)


class Phrases:
    """Phrases that are looked for in small letters with straight apostrophes."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._all = phrases
        self._by_piece: dict[str, list[str]] = {}
        for phrase in phrases:
            self._by_piece.setdefault(_piece(phrase), []).append(phrase)
        pieces = set(self._by_piece)
        self._sought = Sought(frozenset(), _NEVER) if "" in pieces else _sought(pieces)

    def likely(self, sifted: Sifted) -> Sequence[str]:
        """Those that may stand on the page, in any order."""
        if sifted.asked < self._sought.since:
            return self._all
        held = self._sought.words & sifted.held
        return [phrase for piece in held for phrase in self._by_piece[piece]]


def _sought(words: set[str]) -> Sought:
    since = 0
    for word in sorted(words):
        number = _asked.get(word)
        if number is None:
            if len(_asked) >= MOST_SOUGHT:
                return Sought(frozenset(), _NEVER)
            number = _asked[word] = len(_asked) + 1
        since = max(since, number)
    return Sought(frozenset(words), since)


def _piece(text: str) -> str:
    """The longest part without white space, as it stands in a page that is sifted, or ''."""
    part = max(_plain(text).split(), key=len, default="")
    return "" if any(map(part.__contains__, _UNREADABLE)) else part


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")
