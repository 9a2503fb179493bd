"""Phrases in words that people use, and the short texts they stand in.

The words of a phrase must stand in that order in one text, with at most three others between two
of them; ``*`` stands for any end of a word: ``spend* 500`` finds "spending over 500". Texts are
folded: small letters, no accents, no punctuation, single spaces.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain

import regex

from lgaudit.evaluate import patterns

LONGEST = 200  # characters of one text
BETWEEN = 3  # words that may stand between two words of a phrase

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_APOSTROPHES = re.compile(r"['’‘`´]")
_NOT_WORDS = re.compile(r"[\W_]+")
_LETTERS = bytes(ord(chr(n).lower()) if chr(n).isalnum() else 32 for n in range(128)) + bytes(128)


@lru_cache(maxsize=16_384)
def folded(text: str, longest: int = LONGEST) -> str:
    """Words as they are compared: small letters, no accents, no punctuation, single spaces."""
    if longest:
        text = text[: 2 * longest]
    if text.isascii():  # as nearly all are; the same in a tenth of the time
        if "," in text:
            text = _THOUSANDS.sub("", text)
        letters = text.replace("&", " and ").encode().translate(_LETTERS, b"'`")
        text = b" ".join(letters.split()).decode()
        return text[:longest].rstrip() if longest else text
    text = _APOSTROPHES.sub("", _THOUSANDS.sub("", text)).replace("&", " and ").casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    text = _NOT_WORDS.sub(" ", text).strip()
    return text[:longest].rstrip() if longest else text


class Lines:
    """Folded texts that are asked for many subjects: each word is looked up and not looked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._by_word: dict[str, list[int]] = {}
        # With other letters than ASCII's, on whose words the two kinds of pattern may differ.
        self._other: list[int] = []
        for number, text in enumerate(texts):
            if text.isascii():
                for word in text.split(" "):
                    self._by_word.setdefault(word, []).append(number)
            else:
                self._other.append(number)
        self._words = sorted(self._by_word)

    def matches(self, subject: tuple[str, ...]) -> Iterator[tuple[int, regex.Match[str]]]:
        """Numbers of the texts that a phrase stands in, with each match, in order."""
        near: set[int] = set()
        for words, ends in _phrases(subject):
            near.update(n for n in self._likely(words, ends) if _holds(self._texts[n], words))
        if near:
            numbers = sorted(near)
            lines = [self._texts[number] for number in numbers]
            for at, match in _each(subject, lines):
                yield numbers[at], match

    def _likely(self, words: Sequence[str], ends: Sequence[bool]) -> Iterable[int]:
        """Numbers of the texts that hold the rarest of the words."""
        found: list[list[int]] | None = None
        fewest = 0
        for word, ends_here in zip(words, ends, strict=True):
            lists = self._with(word, ends_here)
            count = sum(map(len, lists))
            if found is None or count < fewest:
                found, fewest = lists, count
            if not count:
                break
        return chain(self._other, *(found or ()))

    def _with(self, word: str, ends_here: bool) -> list[list[int]]:
        if ends_here:
            found = self._by_word.get(word)
            return [found] if found is not None else []
        start = bisect_left(self._words, word)
        end = bisect_left(self._words, word + "\x7f", start)
        return [self._by_word[each] for each in self._words[start:end]]


def mentions(subject: Sequence[str], text: str) -> bool:
    """True when a phrase of the subject stands in the text, however long that is."""
    return patterns.search(_pattern(tuple(subject)), folded(text, 0)) is not None


def which(subject: Sequence[str], texts: Iterable[str]) -> frozenset[str]:
    """Those of the texts, folded already, in which a phrase of the subject stands."""
    lines = [text for text in texts if text]
    return frozenset(lines[number] for number, _ in _each(tuple(subject), lines))


def _each(subject: tuple[str, ...], lines: list[str]) -> Iterator[tuple[int, regex.Match[str]]]:
    """Every match with the number of its line: none runs on into another line."""
    if lines:
        starts = list(accumulate([len(line) + 1 for line in lines], initial=0))
        for match in patterns.finditer(_pattern(subject), "\n".join(lines)):
            yield bisect_right(starts, match.start()) - 1, match


def _holds(text: str, words: Iterable[str]) -> bool:
    return all(map(text.__contains__, words))


@lru_cache(maxsize=512)
def _phrases(subject: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], tuple[bool, ...]], ...]:
    """Of each phrase the words, as they stand in a text that says it, and whether each ends so."""
    found = []
    for phrase in subject:
        words: list[str] = []
        ends: list[bool] = []
        for written in phrase.split():
            parts = folded(written.rstrip("*")).split()
            words += parts
            ends += [True] * len(parts)
            if parts and written.endswith("*"):
                ends[-1] = False
        if words:
            found.append((tuple(words), tuple(ends)))
    return tuple(found)


@lru_cache(maxsize=512)
def _pattern(subject: tuple[str, ...]) -> str:
    """One safe pattern for all phrases: plain words and a bounded number of words between."""
    phrases = []
    for phrase in subject:
        words = []
        for written in phrase.split():
            word = re.escape(folded(written.rstrip("*"))).replace("\\ ", " ")
            words.append(word + (r"\w*+" if written.endswith("*") else r"\b"))
        if words:
            phrases.append(rf"(?: \w+){{0,{BETWEEN}}}? ".join(words))
    return rf"\b(?:{'|'.join(phrases)})"
