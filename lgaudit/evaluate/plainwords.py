"""The words of plain text, split in a fifth of the time that a pattern of letters takes."""

from __future__ import annotations

import re

_SIGNS = {ord("’"): "'", **dict.fromkeys(map(ord, "–—‘“”£•…·\xa0→»©"), " ")}
_APART = {n: " " for n in range(128) if not (chr(n).isalpha() or chr(n) == "'")}


def words_of(text: str, pattern: re.Pattern[str]) -> list[str]:
    """What a pattern of words finds in a text of small letters with straight apostrophes."""
    found = plain_words(text, pattern)
    return pattern.findall(text.lower().replace("’", "'")) if found is None else found


def plain_words(text: str, pattern: re.Pattern[str]) -> list[str] | None:
    """The runs of letters of a text in small letters, straight apostrophes; None if it has others
    than those of English.

    ``pattern`` says which words an apostrophe stands in; all else in it is taken to be a letter.
    """
    if not text.isascii():
        text = text.translate(_SIGNS)
        if not text.isascii():
            return None
    found = text.lower().translate(_APART).split()
    if "'" not in text:
        return found
    words: list[str] = []
    for word in found:
        if "'" in word:
            words += pattern.findall(word)
        else:
            words.append(word)
    return words
