"""Plain facts about strings of English: words, sentences, quotes and addresses of the web."""

from __future__ import annotations

import re

MASK = "\ufffc"  # stands for characters no rule should read; neither a letter nor a space

_QUOTED = re.compile(r"“[^”]{1,600}”|(?<!\w)\"[^\"\n]{1,600}\"|(?<!\w)‘[^’\n]{2,300}’(?!\w)")
_WEB = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|(?<![\w.])[\w-]+(?:\.[\w-]+)*"
    r"\.(?:uk|com|org|net|ie|wales|cymru|info|gov|pdf|docx?|xlsx?|csv|odt|ods|zip)\b(?:/\S*)?",
    re.I,
)
_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]*[A-Z0-9£])|\n+")
_SHORTENED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Cllr|Prof|Rev|Hon|Sir|No|Nos|Ltd|Rd|Ave|Co|Inc|vs|eg|ie|e\.g|i\.e"
    r"|etc|approx|para|paras|Reg|Sch|Tel|Ext|ext|tel|Fig|Vol|Ch|pp?|ss?|Art|cf|min|max|[A-Z])|\d)"
    r"\.$"
)
_CY = frozenset(
    "yn ar yr ac mae gan ein eich wedi neu gyda o'r i'r a'r sydd ni chi hwn cael".split()
)
_EN = frozenset("the of to and for is you your with are this that we our from will be have".split())


def word_count(text: str) -> int:
    """How many words there are: runs between spaces that hold a letter or digit."""
    return sum(1 for piece in text.split() if len(piece) > 1 or piece.isalnum())


def masked_names(text: str) -> str:
    """The text, same length, with quotations, web and e-mail addresses and file names masked."""
    if "“" in text or '"' in text or "‘" in text:
        text = _QUOTED.sub(_blot, text)
    if "." in text:
        text = _WEB.sub(_blot, text)
    return text


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence; abbreviations, initials and numbers do not end one."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        stop = match.group()
        if stop == "." and _SHORTENED.search(text, max(start, end - 8), end):
            continue
        _add(spans, text, start, end)
        start = end
    _add(spans, text, start, len(text))
    return spans


def welsh(text: str) -> bool:
    """True when several Welsh function words stand in the text."""
    return _share(text, _CY, 3)


def english(text: str) -> bool:
    """True when English function words stand in the text."""
    return _share(text, _EN, 1)


def _share(text: str, words: frozenset[str], least: int) -> bool:
    seen = text.lower().replace("’", "'").split()
    return sum(word.strip(".,;:()") in words for word in seen) >= least


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        at = start + piece.index(stripped)
        spans.append((at, at + len(stripped)))


def _blot(match: re.Match[str]) -> str:
    return MASK * len(match.group())
